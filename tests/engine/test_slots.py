"""Hours: what a slot asks and a party grants, to the minute and as bits."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import AvailabilityRule, Horizon, SlotRow
from matching.engine.hours import asked_of, covered, pieces_of
from matching.engine.slots import (
    calendar,
    demand,
    demand_words,
    granted_months,
    pack_ring,
    ring,
    window_months,
    words_of,
)
from tests.engine.world import DAY

SUNDAY = datetime.date(2026, 6, 7).toordinal()
HORIZON = Horizon(first_ordinal=SUNDAY)
ALWAYS = AvailabilityRule()
SUN, SAT = 0b1000000, 0b0100000


def dated(day: int, start: int, end: int, **more) -> SlotRow:
    facts = {
        "id": 1,
        "day": day,
        "start_minute": day * DAY + start,
        "end_minute": day * DAY + end,
        "places_free": 1,
    }
    return SlotRow(**{**facts, **more})


def allowed(slot: SlotRow, *rules: AvailabilityRule) -> bool:
    """Windows by their months, dated slots to the minute."""
    if slot.is_window:
        return bool(granted_months(rules) & window_months(slot, HORIZON))
    asked = asked_of(slot, HORIZON)
    return bool(covered(pieces_of([(), rules]), profiles=np.array([1]), asked=asked)[0])


def test_400_days_of_three_parts_take_19_words():
    assert words_of(HORIZON) == 19


def test_a_morning_asks_one_part_and_a_long_day_all_three():
    assert demand(dated(0, 480, 720)) == ((0, 480, 720),)
    assert demand(dated(0, 480, 1080)) == ((0, 480, 720), (0, 720, 1020), (0, 1020, 1080))


def test_a_stay_asks_its_parts_on_each_of_its_days():
    stay = dated(0, 540, DAY + 900, nights=1, parts=0b011)
    assert demand(stay) == ((0, 540, 720), (0, 720, 1020), (1, 0, 720), (1, 720, 900))


def test_a_festival_past_midnight_asks_both_days():
    night = dated(0, 1140, DAY + 60)
    assert demand(night) == ((0, 1140, 1440), (1, 0, 60))
    assert allowed(night, ALWAYS)
    assert not allowed(night, AvailabilityRule(weekdays=SUN))


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (AvailabilityRule(from_minute=480, until_minute=720), True),
        (AvailabilityRule(from_minute=481, until_minute=720), False),
        (AvailabilityRule(from_minute=480, until_minute=719), False),
        (AvailabilityRule(parts=0b010), False),
        (AvailabilityRule(weekdays=SUN, months=1 << 5), True),
        (AvailabilityRule(weekdays=SAT), False),
        (AvailabilityRule(months=1 << 6), False),
        (AvailabilityRule(from_minute=720, until_minute=480), False),
    ],
)
def test_exact_hours_decide(rule, fits):
    assert allowed(dated(0, 480, 720), rule) is fits


def test_touching_pieces_of_a_union_are_joined():
    morning = AvailabilityRule(from_minute=480, until_minute=600)
    rest = AvailabilityRule(from_minute=600, until_minute=900)
    assert allowed(dated(0, 540, 840), morning, rest)
    assert not allowed(dated(0, 540, 840), morning, AvailabilityRule(from_minute=601, until_minute=900))


def test_no_rule_means_never():
    assert not allowed(dated(0, 480, 720))


def test_a_window_asks_for_a_month_and_no_weekday():
    window = dated(40, 0, 30 * DAY, remote=True)
    assert window_months(window, HORIZON) == 0b1100_0000
    assert allowed(window, AvailabilityRule(months=1 << 7, weekdays=SAT))
    assert not allowed(window, AvailabilityRule(months=1 << 5))
    assert not allowed(window, AvailabilityRule(months=1 << 7, weekdays=0))


def test_a_window_that_has_begun_counts_from_day_zero():
    begun = SlotRow(id=1, day=-60, start_minute=-60 * DAY, end_minute=5 * DAY, places_free=1, on_call=True)
    assert window_months(begun, HORIZON) == 1 << 5
    assert HORIZON.covers(begun)
    assert not HORIZON.covers(dated(-1, 480, 720))
    assert not HORIZON.covers(dated(399, 480, DAY + 60))


RULES = st.lists(
    st.builds(
        AvailabilityRule,
        weekdays=st.integers(0, 127),
        months=st.integers(0, 4095),
        parts=st.integers(0, 7),
        from_minute=st.none() | st.integers(0, DAY),
        until_minute=st.none() | st.integers(0, DAY),
    ),
    max_size=3,
).map(tuple)
SLOTS = st.builds(
    lambda day, start, length, parts: dated(day, start, start + length, parts=parts),
    st.integers(0, 380),
    st.integers(0, DAY - 1),
    st.integers(1, 3000),
    st.integers(0, 7),
)


@settings(max_examples=150, deadline=None)
@given(rules=RULES, slot=SLOTS)
def test_bits_never_refuse_what_the_hours_allow_and_decide_alone_without_hours(rules, slot):
    table = pack_ring(ring(rules, calendar(HORIZON)))
    bits = all(int(table[word]) & asked == asked for word, asked in demand_words(slot))
    exact = allowed(slot, *rules)
    assert bits or not exact
    if all(rule.from_minute is None and rule.until_minute is None for rule in rules):
        assert bits == exact
