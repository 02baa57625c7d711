"""Which change is suggested in small worlds of one need, case by case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.engine import (
    AvailabilityRule,
    Change,
    Mode,
    ReasonCode,
    SlotRow,
)
from matching.engine.dates import new_dates
from tests.engine.small import need, party, slot, small
from tests.engine.told import found
from tests.engine.world import DAY, World, snapshot_of

R = ReasonCode


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
