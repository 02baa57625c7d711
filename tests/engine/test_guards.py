"""The oracles can fail: every named mistake, made on purpose, is caught by the oracle that guards against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from matching.engine import (
    Allocation,
    Merged,
    Weights,
    build_needs,
    merge,
    score_shard,
    shards_of,
)
from matching.engine.party import party_of
from matching.engine.rules import judge
from matching.engine.score import mutual_vector
from matching.engine.snapshot import Snapshot
from tests.engine.oracles import check_allocation, check_scan
from tests.engine.small import allocation_of
from tests.engine.world import World, compiled, random_world, scan, snapshot_of, spread

SEEDS = range(40)
Scan = Callable[[World], Merged]


def caught_by(check: Callable, variant: Callable, worlds: list[World]) -> bool:
    """Whether some world shows the variant to be wrong."""
    return any(not holds(check, variant, world) for world in worlds)


def holds(check: Callable, variant: Callable, world: World) -> bool:
    try:
        check(world, variant(world))
    except AssertionError:
        return False
    return True


# -- mistakes in what the scan is given ------------------------------------------------------------------


def scan_of(world: World, snapshot: Snapshot) -> Merged:
    needs = build_needs(snapshot=snapshot, needs=world.needs)
    return merge(
        score_shard(snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard)
        for shard in shards_of(snapshot, blocks_per_shard=10_000)
    )


def changed(change: Callable[[Snapshot], Snapshot]) -> Scan:
    return lambda world: scan_of(world, change(snapshot_of(world)))


def drop_word(word: int) -> Scan:
    """One of the words of availability is not looked at."""

    def change(snapshot: Snapshot) -> Snapshot:
        ring = snapshot.columns.ring.copy()
        ring[word] = np.uint64(2**64 - 1)
        return replace(snapshot, columns=replace(snapshot.columns, ring=ring))

    return changed(change)


def bits_only(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, profile_exact=np.zeros_like(snapshot.profile_exact))


def half_counts_full(snapshot: Snapshot) -> Snapshot:
    can = snapshot.columns.can.copy()
    can[0] |= can[1]
    return replace(snapshot, columns=replace(snapshot.columns, can=can))


def load_forgotten(snapshot: Snapshot) -> Snapshot:
    held = [party_of(snapshot, party_id).abilities for party_id in snapshot.columns.id.tolist()]
    planes = [snapshot.work.planes(kind for kind, _ in abilities) for abilities in held]
    can = np.array([[[p.full], [p.half], [p.quarter]] for p in planes], dtype=np.uint64).transpose(1, 2, 0)
    return replace(snapshot, columns=replace(snapshot.columns, can=can))


def second_word_forgotten(snapshot: Snapshot) -> Snapshot:
    """Kinds from the 65th on are not looked at."""
    can, wish = snapshot.columns.can.copy(), snapshot.columns.wish.copy()
    can[:, 1:], wish[:, 1:] = 0, 0
    return replace(snapshot, columns=replace(snapshot.columns, can=can, wish=wish))


def ties_by_row(snapshot: Snapshot) -> Snapshot:
    """Ranks follow the zone order of the rows instead of the public ids."""
    ranks = np.sort(snapshot.columns.rank)
    return replace(snapshot, columns=replace(snapshot.columns, rank=ranks))


def of_weights(**changes: int) -> Scan:
    return lambda world: scan(replace(world, weights=replace(world.weights, **changes)))


def of_parties(change: Callable) -> Scan:
    return lambda world: scan(replace(world, participants=tuple(change(p) for p in world.participants)))


def of_needs(change: Callable) -> Scan:
    return lambda world: scan(replace(world, needs=tuple(change(n) for n in world.needs)))


def touching_is_busy(party):
    return replace(party, busy=tuple((start - 1, end + 1) for start, end in party.busy))


def from_above_always(world: World) -> Merged:
    free = (True,) * len(world.vocabulary.work_parents)
    return scan(replace(world, vocabulary=replace(world.vocabulary, work_credit_from_parent=free)))


def unsorted_merge(world: World) -> Merged:
    right = scan(world)
    return replace(
        right, need_ranks=right.need_ranks[:, ::-1].copy(), need_scores=right.need_scores[:, ::-1].copy()
    )


# -- mistakes in the formula: the composition of the scan with one piece exchanged -------------------------


def harmonic(fit):
    return mutual_vector(f_num=fit.f_num, f_den=fit.f_den, g_num=fit.g_num, g_den=fit.g_den)


def minimum(fit):
    return np.minimum(fit.f_num * 10**6 // fit.f_den, fit.g_num * 10**6 // np.maximum(fit.g_den, 1))


def arithmetic(fit):
    f, g = fit.f_num * 10**6 // fit.f_den, fit.g_num * 10**6 // np.maximum(fit.g_den, 1)
    return np.where((f > 0) & (g > 0), (f + g) // 2, 0)


def formula(*, mean=harmonic, way=1, wait=1, kept=1, relation=1, half_up=False) -> Scan:
    """The scan put together again, with the mean or the sign of one term changed."""

    def scores(need, verdict, weights: Weights):
        mutual, columns = mean(verdict.fit), verdict.columns
        best = np.full(len(columns.row), -1, dtype=np.int64)
        waited = min(need.row.wait_days, weights.wait_full_days) * weights.wait_max // weights.wait_full_days
        terms = kept * (columns.kept * weights.kept_max // 10**6) + wait * waited
        terms = terms + relation * verdict.known * weights.relation_bonus
        for slot, usable in zip(need.slots, verdict.usable(), strict=False):
            limit = np.maximum(columns.travel_limit if slot.long_limit else columns.day_limit, 1)
            lost = 0 if slot.remote else way * np.clip(verdict.travel, 0, limit)
            comfort = (mutual * (4 * limit - lost) + 2 * limit * half_up) // (4 * limit)
            best = np.where(usable, np.maximum(best, comfort + terms), best)
        return best

    def variant(world: World) -> Merged:
        snapshot, needs = compiled(world)
        right = scan(world)
        table = np.full((len(needs.needs), snapshot.count), -1, dtype=np.int64)
        for number, need in enumerate(needs.needs):
            verdict = judge(
                snapshot=snapshot, need=need, minutes=world.minutes, weights=world.weights, rows=slice(None)
            )
            table[number, verdict.columns.rank] = scores(need, verdict, world.weights)
        return with_scores(right, table)

    return variant


def with_scores(right: Merged, table: np.ndarray) -> Merged:
    """The merged lists as they would be under other scores."""

    def best(scores: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
        order = np.lexsort((numbers, -scores), axis=1)[:, :width]
        top = np.take_along_axis(scores, order, axis=1)
        pad = ((0, 0), (0, width - top.shape[1]))
        return np.pad(top, pad, constant_values=-1), np.pad(order, pad, constant_values=0)

    need_scores, need_ranks = best(table, right.need_scores.shape[1])
    party_scores, party_needs = best(table.T, right.party_scores.shape[1])
    return replace(
        right,
        need_scores=need_scores,
        need_ranks=need_ranks,
        party_scores=party_scores,
        party_needs=party_needs,
    )


WORLDS = [random_world(seed, generous=seed % 2 == 0) for seed in SEEDS]


def twins(seed: int) -> World:
    """A world in which everybody stands in two zones at once: many ties."""
    world = random_world(seed, generous=True)
    minutes = np.full_like(world.minutes, 60)
    double = tuple(
        replace(p, id=p.id + 1000, public_id=f"{'a' if p.id % 2 else 'z'}-{p.id}", zone=(p.zone + 1) % 3)
        for p in world.participants
    )
    return replace(world, participants=world.participants + double, minutes=minutes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "variant", [scan, formula(), changed(lambda snapshot: snapshot)], ids=["scan", "formula", "snapshot"]
)
def test_scan_oracle_accepts_what_is_right(variant):
    assert not caught_by(check_scan, variant, WORLDS)


SCAN_MISTAKES = {
    "minimum for the harmonic mean": formula(mean=minimum),
    "arithmetic for the harmonic mean": formula(mean=arithmetic),
    "sign of the way": formula(way=-1),
    "the way forgotten": formula(way=0),
    "sign of the wait": formula(wait=-1),
    "sign of the kept word": formula(kept=-1),
    "sign of the relation": formula(relation=-1),
    "rounded instead of floored": formula(half_up=True),
    "exact hours ignored": changed(bits_only),
    "half credit counted full": changed(half_counts_full),
    "load limit forgotten": changed(load_forgotten),
    "credit from above for a machine": from_above_always,
    "neutral value of an unstated side": of_weights(neutral_micro=399_999),
    "refused at the limit": of_weights(near_limit_fifths=5),
    "back-to-back taken for busy": of_parties(touching_is_busy),
    "except-days forgotten": of_parties(lambda p: replace(p, except_days=frozenset())),
    "blocks forgotten": of_parties(lambda p: replace(p, blocked_regions=frozenset())),
    "day-trip limit forgotten": of_parties(lambda p: replace(p, day_trip_limit_minutes=None)),
    "expiry forgotten": of_parties(
        lambda p: replace(
            p, qualifications=tuple((kind, people, None) for kind, people, _ in p.qualifications)
        )
    ),
    "first visits unlimited": of_needs(lambda n: replace(n, first_visit_max=99)),
    "children let in": of_needs(lambda n: replace(n, children_ok=True)),
    "access minutes forgotten": of_needs(lambda n: replace(n, access_car_minutes=0)),
    "unpermitted offers forgotten": of_needs(lambda n: replace(n, offers_pending=False)),
    "merge in the wrong order": unsorted_merge,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCAN_MISTAKES)
def test_scan_oracle_catches(name):
    assert caught_by(check_scan, SCAN_MISTAKES[name], WORLDS)


@pytest.mark.parametrize("word", [0, 1, 2])
def test_scan_oracle_catches_a_dropped_word_of_availability(word):
    assert caught_by(check_scan, drop_word(word), WORLDS)


def test_scan_oracle_catches_a_forgotten_word_of_kinds():
    wide = [spread(world) for world in WORLDS]
    assert not caught_by(check_scan, scan, wide)
    assert caught_by(check_scan, changed(second_word_forgotten), wide)


def test_scan_oracle_catches_a_lost_tie_break():
    worlds = [twins(seed) for seed in range(6)]
    assert not caught_by(check_scan, scan, worlds)
    assert caught_by(check_scan, changed(ties_by_row), worlds)


# -- mistakes in the allocation ------------------------------------------------------------------------


def one_more_place(world: World) -> Allocation:
    more = tuple(
        replace(n, slots=tuple(replace(s, places_free=s.places_free + 1) for s in n.slots))
        for n in world.needs
    )
    return allocation_of(replace(world, needs=more))


def one_more_for_guides(world: World) -> Allocation:
    return allocation_of(replace(world, guide_capacity={g: c + 1 for g, c in world.guide_capacity.items()}))


def live_proposals_forgotten(world: World) -> Allocation:
    return allocation_of(replace(world, needs=tuple(replace(n, live_proposals=0) for n in world.needs)))


def strangers_unlimited(world: World) -> Allocation:
    return allocation_of(replace(world, needs=tuple(replace(n, first_visit_max=99) for n in world.needs)))


def everybody_is_known(world: World) -> Allocation:
    known = tuple(replace(p, known_regions=frozenset(range(3))) for p in world.participants)
    return allocation_of(replace(world, participants=known))


def placed_twice(world: World) -> Allocation:
    right = allocation_of(world)
    return replace(right, proposals=right.proposals + right.proposals[:1])


def one_person_left_at_home(world: World) -> Allocation:
    """The last of a party's minimum is sent home to make room."""
    right, parties = allocation_of(world), {p.id: p for p in world.participants}
    fewer = tuple(replace(p, people=parties[p.participant_id].min_people - 1) for p in right.proposals)
    return replace(right, proposals=fewer)


def every_date_at_once(world: World) -> Allocation:
    right, needs = allocation_of(world), {n.id: n for n in world.needs}
    every = tuple(
        replace(p, slot_ids=tuple(slot.id for slot in needs[p.need_id].slots)) for p in right.proposals
    )
    return replace(right, proposals=every)


def score_touched_up(world: World) -> Allocation:
    right = allocation_of(world)
    touched = tuple(
        replace(p, score=replace(p.score, score_micro=p.score.score_micro + 1)) for p in right.proposals
    )
    return replace(right, proposals=touched)


ALLOCATION_MISTAKES = [
    one_more_place,
    one_more_for_guides,
    live_proposals_forgotten,
    strangers_unlimited,
    everybody_is_known,
    placed_twice,
    one_person_left_at_home,
    every_date_at_once,
    score_touched_up,
]


def test_audit_accepts_what_is_right():
    assert not caught_by(check_allocation, allocation_of, WORLDS)


@pytest.mark.parametrize("variant", ALLOCATION_MISTAKES)
def test_audit_catches(variant):
    assert caught_by(check_allocation, variant, WORLDS)
