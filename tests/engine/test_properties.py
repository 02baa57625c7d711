"""What must stay true when a world is changed on purpose."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import (
    AvailabilityRule,
    Horizon,
    NeedRow,
    ParticipantRow,
    Vocabulary,
    Weights,
    build_needs,
    build_snapshot,
)
from matching.engine.fit import fit_of
from matching.engine.score import mutual_vector
from tests.engine.oracles import lists_of, party_lists_of
from tests.engine.small import allocation_of
from tests.engine.world import DAY, KINDS, PARENTS, World, random_world, scan

SEEDS = st.integers(min_value=0, max_value=2**32)


def scores_of(world: World) -> dict[tuple[str, str], int]:
    """Score of every passing pair (the lists of these worlds are long enough for all)."""
    found = lists_of(world, scan(world))
    return {(need, party): score for need, line in found.items() for party, score in line}


def with_party(world: World, party: ParticipantRow) -> World:
    others = [other for other in world.participants if other.id != party.id]
    return replace(world, participants=(*others, party))


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, kind=st.integers(0, KINDS - 1))
def test_an_added_ability_never_lowers(seed, kind):
    world = random_world(seed)
    able = [p for p in world.participants if p.abilities and kind not in dict(p.abilities)]
    before = scores_of(world)
    for party in able[:4]:
        after = scores_of(with_party(world, replace(party, abilities=(*party.abilities, (kind, 1)))))
        assert all(after[pair] >= score for pair, score in before.items())


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, cut=SEEDS)
def test_narrowed_dates_never_raise(seed, cut):
    world, draw = random_world(seed, generous=True), random.Random(cut)
    mask = draw.randrange(128)
    narrowed = tuple(
        replace(
            party,
            availability=tuple(replace(r, weekdays=r.weekdays & mask) for r in party.availability[:2]),
            except_days=party.except_days | set(range(draw.randrange(30))),
        )
        for party in world.participants
    )
    before, after = scores_of(world), scores_of(replace(world, participants=narrowed))
    assert all(score <= before[pair] for pair, score in after.items())


def two_sided(seed: int) -> tuple[list, list]:
    """Two lists of sides, each with what it holds and what it wants (weighted)."""
    draw = random.Random(seed)

    def side() -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        held = tuple(draw.sample(range(KINDS), draw.randint(0, 3)))
        wanted = draw.sample(range(KINDS), draw.randint(1, 3))
        return held, tuple((kind, draw.randint(1, 3)) for kind in wanted)

    return [side() for _ in range(6)], [side() for _ in range(5)]


def mutual_matrix(
    people: list, places: list, *, trees: tuple[tuple[bool, ...], tuple[bool, ...]]
) -> np.ndarray:
    """mutual of every need (rows) and party (columns); trees = credit rule of work and of assets."""
    vocabulary = Vocabulary(
        work_parents=PARENTS,
        work_credit_from_parent=trees[0],
        asset_parents=PARENTS,
        asset_credit_from_parent=trees[1],
        work_loads=(1,) * KINDS,
    )
    snapshot = build_snapshot(
        vocabulary=vocabulary,
        horizon=Horizon(first_ordinal=740_000, days=7),
        participants=[
            ParticipantRow(
                id=number, public_id=f"{number:03d}", abilities=tuple((k, 1) for k in held), wishes=wanted
            )
            for number, (held, wanted) in enumerate(people)
        ],
    )
    needs = build_needs(
        snapshot=snapshot,
        needs=[
            NeedRow(id=n, public_id=f"{n:03d}", region=0, work=wanted, offers=held, offers_stated=bool(held))
            for n, (held, wanted) in enumerate(places)
        ],
    )
    lines = []
    for need in needs.needs:
        fit = fit_of(need=need, columns=snapshot.columns, weights=Weights())
        lines.append(mutual_vector(f_num=fit.f_num, f_den=fit.f_den, g_num=fit.g_num, g_den=fit.g_den))
    return np.array(lines)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_swapped_roles_give_the_transpose(seed):
    people, places = two_sided(seed)
    strict = tuple(kind != 3 for kind in range(KINDS))
    free = (True,) * KINDS
    one = mutual_matrix(people, places, trees=(strict, free))
    other = mutual_matrix(places, people, trees=(free, strict))
    assert np.array_equal(one, other.T)
    assert one.any()


def with_weights(world: World, weight: int) -> World:
    return replace(
        world,
        participants=tuple(
            replace(p, wishes=tuple((kind, weight) for kind, _ in p.wishes)) for p in world.participants
        ),
        needs=tuple(replace(n, work=tuple((kind, weight) for kind, _ in n.work)) for n in world.needs),
    )


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_doubled_weights_give_the_same_lists(seed):
    world = random_world(seed)
    once, twice = with_weights(world, 1), with_weights(world, 2)
    assert lists_of(once, scan(once)) == lists_of(twice, scan(twice))
    assert party_lists_of(once, scan(once)) == party_lists_of(twice, scan(twice))


def shifted(world: World, days: int) -> World:
    """The same days under other numbers: day 0 lies `days` earlier."""

    def party(row: ParticipantRow) -> ParticipantRow:
        return replace(
            row,
            except_days=frozenset(day + days for day in row.except_days),
            busy=tuple((start + days * DAY, end + days * DAY) for start, end in row.busy),
            qualifications=tuple(
                (kind, people, None if last is None else last + days)
                for kind, people, last in row.qualifications
            ),
        )

    def need(row: NeedRow) -> NeedRow:
        return replace(
            row,
            slots=tuple(
                replace(
                    slot,
                    day=slot.day + days,
                    start_minute=slot.start_minute + days * DAY,
                    end_minute=slot.end_minute + days * DAY,
                )
                for slot in row.slots
            ),
        )

    return replace(
        world,
        horizon=Horizon(first_ordinal=world.horizon.first_ordinal - days, days=world.horizon.days + days),
        participants=tuple(party(row) for row in world.participants),
        needs=tuple(need(row) for row in world.needs),
    )


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, days=st.integers(1, 200))
def test_the_same_days_under_other_numbers_give_the_same_result(seed, days):
    world = dated_only(random_world(seed))
    moved = shifted(world, days)
    assert lists_of(moved, scan(moved)) == lists_of(world, scan(world))


def dated_only(world: World) -> World:
    """Windows begin at day 0 at the earliest, so they are the one thing that knows where day 0 is."""
    return replace(
        world,
        needs=tuple(
            replace(need, slots=tuple(slot for slot in need.slots if slot.start_minute >= 0))
            for need in world.needs
        ),
    )


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, weeks=st.integers(1, 20))
def test_everything_some_weeks_later_gives_the_same_result(seed, weeks):
    world = dated_only(random_world(seed))
    every_month = replace(
        world,
        participants=tuple(
            replace(p, availability=tuple(replace(r, months=4095) for r in p.availability))
            for p in world.participants
        ),
    )
    later = shifted(every_month, 7 * weeks)
    later = replace(later, horizon=replace(later.horizon, first_ordinal=world.horizon.first_ordinal))
    assert lists_of(later, scan(later)) == lists_of(every_month, scan(every_month))


def test_more_dates_can_raise_so_that_the_narrowing_test_means_something():
    world = random_world(11, generous=True)
    nobody = replace(world, participants=tuple(replace(p, availability=()) for p in world.participants))
    anybody = replace(
        world,
        participants=tuple(replace(p, availability=(AvailabilityRule(),)) for p in world.participants),
    )
    assert not scores_of(nobody)
    assert len(scores_of(anybody)) > 5


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, order=SEEDS)
def test_allocation_ignores_the_order_of_its_input(seed, order):
    world = random_world(seed, generous=True)
    draw = random.Random(order)
    mixed = replace(
        world,
        participants=tuple(draw.sample(world.participants, len(world.participants))),
        needs=tuple(draw.sample(world.needs, len(world.needs))),
    )
    assert allocation_of(world) == allocation_of(mixed)
