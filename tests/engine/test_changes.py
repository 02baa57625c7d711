"""What one change would bring, against the reference judging the changed need again, party by party."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import (
    HARD_RULES,
    Change,
    NeedRow,
    ReasonCode,
    Snapshot,
)
from matching.engine.condense import without
from matching.engine.dates import new_dates, remote_windows
from tests.engine import reference
from tests.engine.told import found
from tests.engine.world import KINDS, PARENTS, World, compiled, random_world, scan, snapshot_of, spread

R = ReasonCode
SEEDS = st.integers(0, 2**32)
LEAVES = [kind for kind in range(KINDS) if kind not in PARENTS]


def rich_world(seed: int, **more) -> World:
    """A random world whose needs also have offers that wait for permission, and stops that a lift would bring nearer."""
    world, draw = random_world(seed, **more), random.Random(seed)
    return replace(
        world,
        needs=tuple(
            replace(
                row,
                pending_offers=tuple(draw.sample(range(KINDS), draw.randint(0, 2)))
                if row.offers_pending
                else (),
                lift_minutes=draw.choice((0, 10)),
            )
            for row in world.needs
        ),
    )


def passing(world: World, row: NeedRow, *, without: ReasonCode | None = None) -> int:
    waived = {without}

    def passes(one) -> bool:
        judged = reference.pair(world, one, row)
        slots = list(judged.slot_failed.values()) or [frozenset({R.NO_COMMON_DATE})]
        return not judged.party_failed - waived and any(not failed - waived for failed in slots)

    return sum(passes(one) for one in world.participants)


def applied(world: World, row: NeedRow, change: Change) -> tuple[World, NeedRow]:
    """The need after the change; a lighter load is one of the kinds that it asks for, in a world of its own."""
    number = change.number
    if change.code is R.LOAD:
        asked = {kind for kind, _weight in row.work}
        loads = tuple(
            min(load, number) if kind in asked else load
            for kind, load in enumerate(world.vocabulary.work_loads)
        )
        return replace(world, vocabulary=replace(world.vocabulary, work_loads=loads)), row
    both = tuple(sorted({*row.offers, *row.pending_offers}))
    defaults = {
        R.AGE: {"min_age": number},
        R.MINORS: {"min_age": number, "children_ok": True},
        R.NO_WORK_FIT: {"work": (*row.work, (number, 2))},
        R.NO_WISH_FIT: {"offers": (*row.offers, number), "offers_stated": True},
        R.OFFER_NOT_PERMITTED: {"offers": both, "offers_stated": True, "offers_pending": False},
        R.PLACES_SHORT: {
            "slots": tuple(replace(each, places_free=each.places_free + (number or 0)) for each in row.slots)
        },
        R.FIRST_VISIT_MAX: {"first_visit_max": number},
        R.QUALIFICATION: {
            "hard_qualifications": tuple(pair for pair in row.hard_qualifications if pair[0] != number)
        },
        R.NO_COMMON_DATE: {"slots": (*row.slots, *([change.slot] if change.slot else []))},
        R.TRAVEL_TOO_FAR: {
            "access_public_minutes": (
                world.weights.access_public_minutes_default
                if row.access_public_minutes is None
                else row.access_public_minutes
            )
            - (number or 0)
        },
        R.EMPLOYMENT: {"employment_blocked": False},
        R.GROUP_NOT_ACCEPTED: {"group_ok": True},
        R.BEGINNER_NOT_ACCEPTED: {"beginner_ok": True},
        R.NO_LOCAL_HANDS: {"local_hands": 1},
        R.TOO_SOON: {"slots": tuple(replace(each, too_soon=False) for each in row.slots)},
    }
    return world, replace(row, **defaults[change.code])


def is_whole(row: NeedRow, change: Change) -> bool:
    """Whether a rule falls as a whole for which there are steps as well, or which no fact of the need can express."""
    steps = {R.AGE, R.PLACES_SHORT, R.FIRST_VISIT_MAX, R.QUALIFICATION}
    if change.code is R.OFFER_NOT_PERMITTED:
        return not row.pending_offers
    return change.code is R.NO_ROUTE or (change.code in steps and change.number is None)


def gain(world: World, row: NeedRow, change: Change) -> int:
    before = passing(world, row)
    if is_whole(row, change):
        return passing(world, row, without=change.code) - before
    return passing(*applied(world, row, change)) - before


def worlds(seed: int) -> Iterator[tuple[World, NeedRow]]:
    world = rich_world(seed, parties=20, needs=3)
    yield from ((world, row) for row in world.needs)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_counts_are_those_of_a_scan(seed):
    world = rich_world(seed)
    merged = scan(world)
    _, needs = compiled(world)
    for row in world.needs:
        told, number = found(world, row), needs.number_of[row.id]
        assert (told.need_id, told.compared) == (row.id, len(world.participants))
        assert told.passed == merged.passed[number]
        counts = {rule.code: (rule.failed, rule.only) for rule in told.rules}
        assert [counts.get(code, (0, 0)) for code in HARD_RULES] == list(
            zip(merged.failed[number].tolist(), merged.only[number].tolist(), strict=True)
        )
        assert list(told.rules) == sorted(told.rules, key=lambda rule: (-rule.only, -rule.failed))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_change_brings_exactly_whom_it_says(seed):
    for world, row in worlds(seed):
        for change in found(world, row).changes:
            assert change.brings == gain(world, row, change) > 0, (change, row)


def others(world: World, row: NeedRow, code: ReasonCode) -> list[Change]:
    """Every step of a rule that might have been taken."""
    numbers = {
        R.LOAD: (1, 2),
        R.NO_WORK_FIT: LEAVES,
        R.NO_WISH_FIT: LEAVES,
        R.PLACES_SHORT: range(1, 5),
        R.FIRST_VISIT_MAX: range(row.first_visit_max + 1, row.first_visit_max + 5),
        R.QUALIFICATION: [kind for kind, _people in row.hard_qualifications],
        R.AGE: range(max(1 - row.children_ok, row.min_age - 5), row.min_age),
        R.MINORS: range(row.min_age + 1) if not row.children_ok else (),
        R.TRAVEL_TOO_FAR: (row.lift_minutes,),
        R.OFFER_NOT_PERMITTED: (None,) if row.pending_offers else (),
    }
    dates = new_dates(row, horizon=world.horizon, first_day=14) + remote_windows(
        row, horizon=world.horizon, first_day=14
    )
    if code is R.NO_COMMON_DATE:
        return [Change(code=code, brings=0, slot=each) for each in dates]
    return [Change(code=code, brings=0, number=number) for number in numbers.get(code, ())]


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_no_other_step_of_a_rule_would_bring_more(seed):
    world, row = next(worlds(seed))
    told = {change.code: change.brings for change in found(world, row).changes}
    ages = {R.AGE, R.MINORS}
    for code in HARD_RULES:
        steps = [gain(world, row, other) for other in others(world, row, code)]
        reached = max(told.get(each, 0) for each in (ages if code in ages else {code}))
        assert max(steps, default=0) <= reached, code
        if not others(world, row, code) and code in told:
            assert told[code] > 0


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_changes_are_of_different_rules_best_first_and_at_most_three(seed):
    for world, row in worlds(seed):
        every = found(world, row).changes
        codes = [change.code for change in every]
        assert len(set(codes)) == len(codes)
        assert not {R.AGE, R.MINORS} <= set(codes)
        assert list(every) == sorted(
            every, key=lambda change: (-change.brings, HARD_RULES.index(change.code))
        )
        assert found(world, row, most=3).changes == every[:3]


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_size_of_the_slices_changes_nothing(seed):
    for world, row in worlds(seed):
        assert found(world, row, at_once=1) == found(world, row, at_once=7) == found(world, row, at_once=999)


def in_layers(world: World, seed: int) -> list[Snapshot]:
    """Some have changed since the base was packed, others have left: both are gone from it."""
    draw, count = random.Random(seed), len(world.participants)
    older = {one.id: one for one in rich_world(seed + 1, parties=count + 3).participants}
    changed = [one for one in world.participants if draw.random() < 0.4]
    still = {one.id: one for one in world.participants if one not in changed}
    base = snapshot_of(replace(world, participants=tuple((older | still).values())))
    struck = base.rows_of(np.array([number for number in older if number not in still], dtype=np.int64))
    return [without(base, struck), snapshot_of(replace(world, participants=tuple(changed)))]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_layers_tell_what_one_snapshot_tells(seed):
    for world, row in worlds(seed):
        layers = in_layers(world, seed)
        for most in (3, 99):
            assert found(world, row, layers=layers, most=most) == found(world, row, most=most)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_changes_beyond_the_first_64_kinds_count_alike(seed):
    for world, row in worlds(seed):
        far = spread(replace(world, needs=(replace(row, pending_offers=()),)))
        near = replace(row, pending_offers=())
        told = found(far, far.needs[0])
        assert [(change.code, change.brings) for change in told.changes] == [
            (change.code, change.brings) for change in found(replace(world, needs=(near,)), near).changes
        ]
