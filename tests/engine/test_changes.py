"""What one change would bring, against the reference judging the changed need again, party by party."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import (
    HARD_RULES,
    AvailabilityRule,
    Change,
    Findings,
    Mode,
    NeedRow,
    ReasonCode,
    SlotRow,
    Snapshot,
    single_changes,
)
from matching.engine.condense import without
from matching.engine.dates import new_dates, remote_windows
from tests.engine import reference
from tests.engine.small import need, party, slot, small
from tests.engine.world import DAY, KINDS, PARENTS, World, compiled, random_world, scan, snapshot_of, spread

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


def found(
    world: World,
    row: NeedRow,
    *,
    layers: list[Snapshot] | None = None,
    first_day: int = 14,
    at_once: int = 5,
    most: int = 99,
) -> Findings:
    snapshot, needs = compiled(world)
    return single_changes(
        layers=layers or [snapshot],
        need=needs.needs[needs.number_of[row.id]],
        minutes=world.minutes,
        weights=world.weights,
        most=most,
        first_day=first_day,
        at_once=at_once,
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


def only_change(world: World) -> Change:
    (change,) = found(world, world.needs[0]).changes
    return change


MORNINGS = (AvailabilityRule(weekdays=0b0100000, parts=0b001),)
KEPT_AWAY = [
    pytest.param({"is_group": True}, {"group_ok": False}, R.GROUP_NOT_ACCEPTED, None, id="groups"),
    pytest.param({"beginner": True}, {"beginner_ok": False}, R.BEGINNER_NOT_ACCEPTED, None, id="beginners"),
    pytest.param({"youngest_age": 15}, {"min_age": 18}, R.AGE, 15, id="age"),
    pytest.param({"youngest_age": 10}, {"min_age": 18}, R.AGE, None, id="much-younger"),
    pytest.param({"youngest_age": 6, "has_minors": True}, {"children_ok": False}, R.MINORS, 0, id="children"),
    pytest.param(
        {"youngest_age": 6, "has_minors": True},
        {"children_ok": False, "min_age": 10},
        R.AGE,
        6,
        id="children-from",
    ),
    pytest.param(
        {"youngest_age": 3, "has_minors": True},
        {"children_ok": False, "min_age": 10},
        R.MINORS,
        3,
        id="small-children-from",
    ),
    pytest.param(
        {"abilities": ((3, 1),), "load_limit": 2}, {"work": ((3, 3),)}, R.LOAD, 2, id="lighter-load"
    ),
    pytest.param({"abilities": ((4, 1),)}, {"work": ((7, 3),)}, R.NO_WORK_FIT, 4, id="other-work"),
    pytest.param({"wishes": ((6, 3),)}, {}, R.NO_WISH_FIT, 6, id="another-offer"),
    pytest.param(
        {"wishes": ((5, 3),)},
        {"offers": (), "offers_pending": True, "pending_offers": (5,)},
        R.OFFER_NOT_PERMITTED,
        None,
        id="permission",
    ),
    pytest.param({"availability": MORNINGS}, {}, R.NO_COMMON_DATE, None, id="date"),
    pytest.param({}, {"local_hands": 0}, R.NO_LOCAL_HANDS, None, id="hands"),
    pytest.param({"size": 3, "min_people": 3}, {}, R.PLACES_SHORT, 2, id="places"),
    pytest.param({"size": 9, "min_people": 9}, {}, R.PLACES_SHORT, None, id="many-places"),
    pytest.param({}, {"hard_qualifications": ((1, 1),)}, R.QUALIFICATION, 1, id="qualification"),
    pytest.param({}, {"hard_qualifications": ((0, 1), (1, 1))}, R.QUALIFICATION, None, id="qualifications"),
    pytest.param({}, {"employment_blocked": True}, R.EMPLOYMENT, None, id="employment"),
]


@pytest.mark.parametrize(("who", "what", "code", "number"), KEPT_AWAY)
def test_the_change_is_one_that_a_community_can_act_on(who, what, code, number):
    world = small([party(1, **who)], [need(7, slot(70, 16), **{"first_visit_max": 9, **what})])
    changes = {change.code: change for change in found(world, world.needs[0]).changes}
    assert (changes[code].number, changes[code].brings) == (number, 1)


@pytest.mark.parametrize(("who", "what", "code", "number"), KEPT_AWAY)
def test_a_change_brings_people_of_every_layer(who, what, code, number):
    world = small(
        [party(1, **who), party(2, **who)], [need(7, slot(70, 16), **{"first_visit_max": 9, **what})]
    )
    layers = [snapshot_of(replace(world, participants=(one,))) for one in world.participants]
    told = found(world, world.needs[0], layers=layers)
    assert told == found(world, world.needs[0])
    assert {change.code: (change.number, change.brings) for change in told.changes}[code] == (number, 2)


def test_permission_is_not_said_to_bring_whom_the_offers_would_not_please():
    """The rule as a whole stands for it only where nobody knows what the permission would add."""
    waiting = {"offers": (), "offers_pending": True}
    world = small([party(1, wishes=((5, 3),))], [need(7, slot(70, 16), pending_offers=(7,), **waiting)])
    codes = {change.code for change in found(world, world.needs[0]).changes}
    assert codes == {R.NO_WISH_FIT}
    unknown = small([party(1, wishes=((5, 3),))], [need(7, slot(70, 16), **waiting)])
    codes = {change.code for change in found(unknown, unknown.needs[0]).changes}
    assert codes == {R.NO_WISH_FIT, R.OFFER_NOT_PERMITTED}


def test_a_lift_brings_who_travels_a_little_too_far():
    far = [
        party(1, transport="public", travel_limit_minutes=50),
        party(2, transport="public", travel_limit_minutes=40),
    ]
    world = small(far, [need(7, slot(70, 16), access_public_minutes=10, lift_minutes=10)])
    assert only_change(world) == Change(code=R.TRAVEL_TOO_FAR, number=10, brings=1)
    home = replace(world, needs=(replace(world.needs[0], lift_minutes=0),))
    assert found(home, home.needs[0]).changes == ()


def test_the_further_date_is_the_one_most_can_come_on():
    saturday_mornings, sundays = MORNINGS, (AvailabilityRule(weekdays=0b1000000),)
    crowd = [party(number, availability=saturday_mornings) for number in range(3)]
    crowd += [party(9, availability=sundays), party(10)]
    world = small(crowd, [need(7, slot(70, 16, start=720))])  # a Wednesday, from noon on
    change = only_change(world)
    assert change.brings == 3
    assert change.slot == SlotRow(
        id=change.slot.id,
        day=19,
        start_minute=19 * DAY + 540,
        end_minute=19 * DAY + 720,
        places_free=1,
        parts=0,
    )


def test_further_dates_wait_for_the_notice_and_are_none_it_has():
    row = need(7, slot(70, 16), slot(71, 17))
    horizon = small([], []).horizon
    dates = new_dates(row, horizon=horizon, first_day=20)
    assert min(each.day for each in dates) == 20
    assert not {(each.start_minute, each.end_minute) for each in dates} & {
        (each.start_minute, each.end_minute) for each in row.slots
    }
    assert len({each.id for each in dates}) == len(dates)
    assert {each.day % 7 for each in dates} == set(range(7))
    near = new_dates(row, horizon=horizon, first_day=3)
    assert {(each.day, each.start_minute % DAY) for each in near} >= {(16, 780), (18, 540), (44, 540)}
    assert (16, 540) not in {(each.day, each.start_minute % DAY) for each in near}


def test_a_promise_elsewhere_does_not_stand_against_another_day():
    busy = party(1, busy=((16 * DAY, 17 * DAY),))
    world = small([busy], [need(7, slot(70, 16))])
    assert [rule.code for rule in found(world, world.needs[0]).rules] == [R.PERSON_BUSY]
    assert only_change(world).slot.day == 17


def test_a_need_without_dates_is_told_a_morning():
    world = small([party(1)], [need(7)])
    change = only_change(world)
    assert (change.code, change.brings, change.slot.day, change.slot.start_minute) == (
        R.NO_COMMON_DATE,
        1,
        14,
        14 * DAY + 540,
    )


def test_help_from_afar_is_proposed_only_where_it_is_allowed():
    distant = party(1, travel_limit_minutes=10)
    world = small([distant], [need(7, slot(70, 16), mode=Mode.BOTH)])
    change = only_change(world)
    assert (change.code, change.slot.remote, change.brings) == (R.NO_COMMON_DATE, True, 1)
    on_site = replace(world, needs=(replace(world.needs[0], mode=Mode.ON_SITE),))
    assert found(on_site, on_site.needs[0]).changes == ()


def test_help_from_afar_without_a_window_is_told_a_month():
    world = small([party(1)], [need(7, mode=Mode.REMOTE)])
    slot = only_change(world).slot
    assert (slot.remote, slot.start_minute, slot.end_minute) == (True, 30 * DAY, 61 * DAY)  # July


def test_retired_kinds_and_kinds_with_kinds_below_are_never_suggested():
    wished = [party(1, wishes=((6, 3),)), party(2, wishes=((5, 3),))]
    world = small([party(3, abilities=((4, 1),)), *wished], [need(7, slot(70, 16), work=((7, 3),))])
    hands = [replace(each, abilities=((7, 1),)) for each in wished]
    world = replace(world, participants=(*world.participants[:1], *hands))
    asked = {change.code: (change.number, change.brings) for change in found(world, world.needs[0]).changes}
    assert asked == {R.NO_WISH_FIT: (6, 2), R.NO_WORK_FIT: (4, 1)}  # 6 lies below 5
    book = replace(world.vocabulary, work_retired=(4,), asset_retired=(6,))
    retired = replace(world, vocabulary=book)
    assert found(retired, retired.needs[0]).changes == ()


def test_a_need_everybody_passes_asks_for_nothing():
    world = small([party(1), party(2)], [need(7, slot(70, 16))])
    told = found(world, world.needs[0])
    assert (told.compared, told.passed, told.rules, told.changes) == (2, 2, (), ())
    nobody = small([], [need(7, slot(70, 16))])
    nobody = replace(nobody, minutes=np.zeros((2, 1, 1), dtype=np.int32))
    told = found(nobody, nobody.needs[0])
    assert (told.compared, told.passed, told.rules, told.changes) == (0, 0, (), ())
