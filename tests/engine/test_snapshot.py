from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from matching.engine import Merged, Snapshot, allocate, build_needs, explain, merge, score_shard, shards_of
from matching.engine.condense import Layer, condensed, without
from matching.engine.packed import pack
from matching.engine.party import knows, party_of
from matching.engine.snapshot import assemble, build_snapshot, restored
from tests.engine.world import World, compiled, random_world, scan, snapshot_of

SEEDS = range(40)


def in_parts(world: World, count: int, *, seed: int) -> Snapshot:
    rows = list(world.participants)
    random.Random(seed).shuffle(rows)
    parts = [
        pack(vocabulary=world.vocabulary, horizon=world.horizon, participants=rows[at::count])
        for at in range(count)
    ]
    return assemble(vocabulary=world.vocabulary, horizon=world.horizon, parts=lambda: parts)


def compared(world: World, snapshot: Snapshot, *, count: bool = True, compiled: bool = False) -> Merged:
    needs = build_needs(snapshot=snapshot, needs=world.needs)
    return merge(
        score_shard(
            snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard,
            count=count, compiled=compiled,
        )
        for shard in shards_of(snapshot, blocks_per_shard=10)
    )  # fmt: skip


def same(one: Merged, other: Merged) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in Merged.__dataclass_fields__
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_in_any_order_make_the_same_snapshot(seed):
    world = random_world(seed)
    parted, whole = in_parts(world, 1 + seed % 5, seed=seed), snapshot_of(world)
    assert same(compared(world, parted), scan(world))
    for name, array in whole.arrays().items():
        if name not in {"column.profile", "profile_exact"} and not name.startswith("piece."):
            assert np.array_equal(parted.arrays()[name], array), name


def test_parts_that_name_a_party_twice_are_refused():
    world = random_world(1)
    part = pack(vocabulary=world.vocabulary, horizon=world.horizon, participants=world.participants)
    with pytest.raises(ValueError, match="unique"):
        assemble(vocabulary=world.vocabulary, horizon=world.horizon, parts=lambda: [part, part])


def test_only_one_part_need_be_in_memory():
    world = random_world(3)
    asked: list[str] = []

    def parts():
        for at in range(3):
            asked.append(f"part {at}")
            yield pack(
                vocabulary=world.vocabulary, horizon=world.horizon, participants=world.participants[at::3]
            )

    made: list[str] = []

    def allot(name, shape, kind):
        made.append(name)
        return np.empty(shape, kind)

    found = assemble(vocabulary=world.vocabulary, horizon=world.horizon, parts=parts, allot=allot)
    assert asked == ["part 0", "part 1", "part 2"] * 2
    assert found.count == len(world.participants)
    assert "column.ring" in made


@pytest.mark.parametrize("seed", SEEDS)
def test_a_party_is_read_back_from_the_arrays_as_it_was_given(seed):
    world = random_world(seed)
    snapshot = snapshot_of(world)
    for given in world.participants:
        found = party_of(snapshot, given.id)
        assert sorted(found.abilities) == sorted(given.abilities)
        assert sorted(found.wishes) == sorted(given.wishes)
        assert (found.size, found.load_limit) == (given.size, given.load_limit)
        assert found.travel_limit_minutes == given.travel_limit_minutes
        for region in range(8):
            assert knows(snapshot, row=found.row, region=region) is (region in given.known_regions)


def test_how_many_of_a_group_can_do_something_is_kept():
    world = random_world(2)
    group = replace(world.participants[0], size=6, min_people=1, abilities=((2, 4), (5, 1), (7, 2)))
    world = replace(world, participants=(group, *world.participants[1:]))
    assert party_of(snapshot_of(world), group.id).abilities == ((2, 4), (5, 1), (7, 2))


def test_who_is_not_in_it_is_not_found():
    snapshot = snapshot_of(random_world(4))
    with pytest.raises(KeyError):
        snapshot.row_of(10_000)
    assert snapshot.rows_of(np.array([10_000, int(snapshot.columns.id[3])])).tolist() == [-1, 3]
    empty = build_snapshot(vocabulary=snapshot.vocabulary, horizon=snapshot.horizon, participants=[])
    assert empty.rows_of(np.array([1])).tolist() == [-1]


def test_a_snapshot_is_restored_from_its_arrays():
    world = random_world(5)
    snapshot = snapshot_of(world)
    again = restored(vocabulary=world.vocabulary, horizon=world.horizon, arrays=snapshot.arrays())
    assert same(compared(world, again), scan(world))


@pytest.mark.parametrize("backend", [False, True], ids=["numpy", "numba"])
@pytest.mark.parametrize("seed", range(25))
def test_who_is_gone_is_as_if_never_there(seed, backend):
    world = random_world(seed)
    snapshot, _ = compiled(world)
    leaving = snapshot.columns.id[seed % 5 :: 3]
    rest = replace(world, participants=tuple(p for p in world.participants if p.id not in leaving))
    thinned = without(snapshot, snapshot.rows_of(leaving))
    for count in (True, False):
        found = condense_one(world, thinned, compared(world, thinned, count=count, compiled=backend))
        there = snapshot_of(rest)
        wanted = condense_one(rest, there, compared(rest, there, count=count, compiled=backend))
        assert same(found, wanted)


def condense_one(world: World, snapshot: Snapshot, merged: Merged) -> Merged:
    needs = build_needs(snapshot=snapshot, needs=world.needs)
    return condensed(layers=[Layer(snapshot=snapshot, merged=merged)], needs=needs).merged


def results(world: World, layer: Layer) -> list:
    """Proposals and their explanations, and the report."""
    needs = build_needs(snapshot=layer.snapshot, needs=world.needs)
    made = allocate(
        snapshot=layer.snapshot, needs=needs, merged=layer.merged, minutes=world.minutes,
        weights=world.weights, guide_capacity=world.guide_capacity,
    )  # fmt: skip
    told = [
        explain(snapshot=layer.snapshot, needs=needs, weights=world.weights, proposal=proposal)
        for proposal in made.proposals
    ]
    return [made.proposals, told, made.report]


def layered(world: World, changed: set[int], *, pairs_max: int) -> Layer:
    """The world as an older snapshot, in which the changed parties looked otherwise, and an overlay of how they are."""
    before = tuple(
        replace(p, zone=(p.zone + 1) % 3, abilities=(), remaining_load=0) if p.id in changed else p
        for p in world.participants
    )
    old = snapshot_of(replace(world, participants=before))
    old = without(old, old.rows_of(np.array(sorted(changed), dtype=np.int64)))
    new = snapshot_of(replace(world, participants=tuple(p for p in world.participants if p.id in changed)))
    layers = [Layer(snapshot=each, merged=compared(world, each, count=False)) for each in (old, new)]
    needs = build_needs(snapshot=old, needs=world.needs)
    return condensed(layers=layers, needs=needs, pairs_max=pairs_max)


def at_once(world: World) -> Layer:
    snapshot = snapshot_of(world)
    return Layer(snapshot=snapshot, merged=compared(world, snapshot, count=False))


Changed = Callable[[World], set[int]]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_overlay_gives_what_a_new_snapshot_would_give(seed):
    world = random_world(seed, generous=seed % 2 == 0)
    changed = {party.id for party in world.participants[seed % 4 :: 4]}
    assert results(world, layered(world, changed, pairs_max=10**9)) == results(world, at_once(world))


@pytest.mark.parametrize("seed", range(20))
def test_of_too_many_those_on_a_needs_list_and_those_who_know_it_stay(seed):
    world = random_world(seed, parties=40, generous=True)
    world = replace(world, weights=replace(world.weights, top_k=2, slack=0))
    whole = at_once(world)
    small = layered(world, {world.participants[0].id}, pairs_max=0)
    listed = whole.merged.need_ranks[whole.merged.need_ranks != 2**31 - 1]
    wanted = set(whole.snapshot.columns.id[whole.snapshot.row_of_rank[listed]].tolist())
    regions = {need.region for need in world.needs}
    passing = whole.merged.party_passed > 0
    friends = {
        p.id
        for p in world.participants
        if (p.known_regions | p.agreed_regions) & regions
        and passing[whole.snapshot.columns.rank[whole.snapshot.row_of(p.id)]]
    }
    kept = set(small.snapshot.columns.id.tolist())
    assert wanted | friends <= kept
    assert len(kept) < 40
    assert small.merged.passed.tolist() == whole.merged.passed.tolist()
    assert small.merged.compared == 40
