"""Needs whose kept list is taken up by parties that rest: the next best who do not are found all the same."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import NeedSet, Weights, allocate, build_needs
from matching.engine.condense import Layer, condensed, without
from matching.engine.edges import Edges, candidate_edges
from matching.engine.reserve import short_of_candidates, with_reserve
from matching.engine.shards import EMPTY_RANK
from matching.engine.turns import resting
from tests.engine.small import need, party, slot, small
from tests.engine.test_snapshot import at_once, compared
from tests.engine.world import World, compiled, random_world, snapshot_of

SEEDS = st.integers(0, 2**32)
FULL = {"asked_days_ago": (4, 9, 29)}


def tired_world(seed: int) -> World:
    """Half of forty rest, and few are kept for a need."""
    world, draw = random_world(seed, parties=40, generous=True), random.Random(seed)
    people = (
        replace(
            one, asked_days_ago=draw.choice(((), (0, 0, 0))), agreed_regions=frozenset({draw.randrange(9)})
        )
        for one in world.participants
    )
    weights = replace(world.weights, top_k=3, slack=draw.choice((0, 1, 2)), top_l=1)
    return replace(world, participants=tuple(people), weights=weights)


def refilled(world: World, layers: list[Layer], *, pairs_max: int = 10**9) -> tuple[Layer, NeedSet]:
    """What a run does: one layer as it is, several condensed, and needs that are short looked at once more."""
    needs = build_needs(snapshot=layers[0].snapshot, needs=world.needs)

    def together(some: list[Layer]) -> Layer:
        return some[0] if len(some) == 1 else condensed(layers=some, needs=needs, pairs_max=pairs_max)

    found = together(layers)
    numbers = short_of_candidates(found, needs=needs, weights=world.weights)
    more = [
        with_reserve(layer, needs=needs, numbers=numbers, minutes=world.minutes, weights=world.weights)
        for layer in layers
    ]
    return together(more) if numbers else found, needs


def edges_of(world: World, layer: Layer, needs: NeedSet) -> Edges:
    return candidate_edges(
        snapshot=layer.snapshot,
        needs=needs,
        merged=layer.merged,
        minutes=world.minutes,
        weights=world.weights,
    )


def told(world: World, layer: Layer, needs: NeedSet) -> list[tuple[int, int, int]]:
    """Need, slot and party of every edge."""
    edges = edges_of(world, layer, needs)
    ids = layer.snapshot.columns.id[edges.row]
    return sorted(zip(edges.need.tolist(), edges.slot.tolist(), ids.tolist(), strict=True))


def best_awake(world: World) -> list[set[int]]:
    """By need, the ids of the best `top_k` of a world without those who rest."""
    snapshot, _ = compiled(world)
    rests = set(snapshot.columns.id[resting(snapshot, world.weights)].tolist())
    awake = replace(world, participants=tuple(one for one in world.participants if one.id not in rests))
    layer = at_once(awake)
    lists = layer.merged.need_ranks[:, : world.weights.top_k]
    return [
        set(layer.snapshot.columns.id[layer.snapshot.row_of_rank[ranks[ranks != EMPTY_RANK]]].tolist())
        for ranks in lists
    ]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_the_best_of_those_who_do_not_rest_may_be_proposed(seed):
    world = tired_world(seed)
    edges = told(world, *refilled(world, [at_once(world)]))
    for number, wanted in enumerate(best_awake(world)):
        found = {party for need, _slot, party in edges if need == number}
        # Only better ones who know the community, and rest elsewhere, may stand before them.
        assert wanted <= found or len(found) >= world.weights.top_k


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_nobody_comes_in_but_these_and_the_lists_stay(seed):
    world = tired_world(seed)
    plain = at_once(world)
    layer, needs = refilled(world, [plain])
    assert layer.merged.need_ranks.tolist() == plain.merged.need_ranks.tolist()
    assert layer.merged.passed.tolist() == plain.merged.passed.tolist()
    best, before = best_awake(world), set(told(world, plain, needs))
    added = set(told(world, layer, needs)) - before
    assert before <= set(told(world, layer, needs))
    assert all(party in best[need] for need, _slot, party in added)
    assert edges_of(world, layer, needs).left_out == edges_of(world, plain, needs).left_out


@pytest.mark.parametrize("pairs_max", [0, 10**9], ids=["only-the-listed", "everybody"])
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_layers_find_whom_one_snapshot_finds(pairs_max, seed):
    world, draw = tired_world(seed), random.Random(seed)
    changed = {one.id for one in world.participants if draw.random() < 0.3}
    base = snapshot_of(world)
    old = without(base, base.rows_of(np.array(sorted(changed), dtype=np.int64)))
    new = snapshot_of(replace(world, participants=tuple(p for p in world.participants if p.id in changed)))
    layers = [Layer(snapshot=each, merged=compared(world, each, count=False)) for each in (old, new)]
    found, needs = refilled(world, layers, pairs_max=pairs_max)
    one, _ = refilled(world, [at_once(world)])
    wanted, got = told(world, one, needs), told(world, found, needs)
    assert (
        got == wanted if pairs_max else set(got) >= {each for each in wanted if each[2] in listed(one, each)}
    )


def listed(layer: Layer, edge: tuple[int, int, int]) -> set[int]:
    """Who is on the list of an edge's need, or was found beside it."""
    merged = layer.merged
    ranks = np.concatenate([merged.need_ranks[edge[0]], merged.reserve_ranks[edge[0]]])
    return set(layer.snapshot.columns.id[layer.snapshot.row_of_rank[ranks[ranks != EMPTY_RANK]]].tolist())


def placed(world: World) -> dict[int, int]:
    layer, needs = refilled(world, [at_once(world)])
    made = allocate(
        snapshot=layer.snapshot, needs=needs, merged=layer.merged, minutes=world.minutes,
        weights=world.weights, guide_capacity=world.guide_capacity,
    )  # fmt: skip
    return {proposal.participant_id: proposal.need_id for proposal in made.proposals}


def test_when_everybody_kept_rests_the_next_one_is_proposed():
    line = [
        party(number, kept_micro=micro) for number, micro in enumerate((900_000, 800_000, 700_000), start=1)
    ]
    tired = [replace(each, **FULL) for each in line[:2]]
    # Everybody ranks it first, and its guide has no time to read.
    dream = need(6, slot(60, 6, places=9), wait_days=999, guide=1)
    world = small([*tired, line[2]], [dream, need(7, slot(70, 6))], guide_capacity={0: 10, 1: 0})
    for slack in (0, 1):
        assert placed(replace(world, weights=Weights(top_k=1, slack=slack, top_l=1))) == {3: 7}


def test_a_need_with_enough_on_its_list_is_not_looked_at_again():
    def short(weights: Weights, *people) -> tuple[int, ...]:
        world = replace(small(list(people), [need(7, slot(70, 6))]), weights=weights)
        layer = at_once(world)
        return short_of_candidates(layer, needs=compiled(world)[1], weights=weights)

    tired, friend = party(1, **FULL), party(2, **FULL, known_regions=frozenset({7}))
    two = Weights(top_k=1, slack=1)
    assert short(two, tired, party(3, **FULL)) == (0,)
    assert short(two, tired, friend) == short(two, tired, party(4)) == ()
    assert short(two, tired) == (), "the list has room: it holds everybody"
    assert short(Weights(top_k=1, slack=2), tired, party(3, **FULL)) == ()


def test_of_too_many_those_with_the_fewest_are_looked_at():
    first, last = party(1, **FULL, kept_micro=900_000), party(2, **FULL, kept_micro=700_000)
    awake = party(3, kept_micro=800_000, blocked_regions=frozenset({7}))
    world = small([first, last, awake], [need(number, slot(number * 10, 6)) for number in (6, 7, 8)])
    world = replace(world, weights=Weights(top_k=2, slack=0))
    layer, needs = at_once(world), compiled(world)[1]

    def short(pairs_max: int) -> tuple[int, ...]:
        return short_of_candidates(layer, needs=needs, weights=world.weights, pairs_max=pairs_max)

    assert [short(pairs) for pairs in (9, 8, 6, 5, 0)] == [(1, 0, 2), (1, 0), (1, 0), (1,), (1,)]
