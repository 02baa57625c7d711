"""From rules to dates, held against a calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.enums import SlotRuleKind
from regions.services.occurrences import JAPAN, WEEKDAYS, RuleError, is_month_day, occurrences

FROM = date(2027, 1, 1)
MORNING = {"start": "08:00", "end": "12:00"}


def days(kind: str, parameters: dict, *, from_on: date = FROM, horizon_days: int = 400) -> list[date]:
    found = occurrences(kind=kind, parameters=parameters, from_on=from_on, horizon_days=horizon_days)
    return [each.start_at.astimezone(JAPAN).date() for each in found]


def test_second_sunday_of_two_months():
    rule = {"nth": 2, "weekday": "sun", "months": [7, 10], **MORNING}
    assert days(SlotRuleKind.NTH_WEEKDAY, rule) == [date(2027, 7, 11), date(2027, 10, 10)]


def test_hours_are_those_of_japan():
    rule = {"nth": 2, "weekday": "sun", "months": [7], **MORNING}
    found = occurrences(kind=SlotRuleKind.NTH_WEEKDAY, parameters=rule, from_on=FROM)
    assert [(each.start_at.isoformat(), each.end_at.isoformat()) for each in found] == [
        ("2027-07-11T08:00:00+09:00", "2027-07-11T12:00:00+09:00")
    ]


def test_last_weekday_and_fifth_which_not_every_month_has():
    last = {"nth": -1, "weekday": "sun", "months": [1, 2], **MORNING}
    assert days(SlotRuleKind.NTH_WEEKDAY, last, horizon_days=60) == [date(2027, 1, 31), date(2027, 2, 28)]
    fifth = {"nth": 5, "weekday": "sun", "months": [1, 2], **MORNING}
    assert days(SlotRuleKind.NTH_WEEKDAY, fifth, horizon_days=60) == [date(2027, 1, 31)]


def test_window_gives_each_listed_day_inside():
    rule = {"from": "10-01", "until": "10-10", "weekdays": ["sat", "sun"], **MORNING}
    expected = [date(2027, 10, 2), date(2027, 10, 3), date(2027, 10, 9), date(2027, 10, 10)]
    assert days(SlotRuleKind.DATE_WINDOW, rule, horizon_days=364) == expected


def test_window_over_new_year():
    rule = {"from": "12-30", "until": "01-03", "weekdays": list(WEEKDAYS), **MORNING}
    found = days(SlotRuleKind.DATE_WINDOW, rule, from_on=date(2027, 2, 1), horizon_days=364)
    assert found == [date(2027, 12, 30) + timedelta(days=offset) for offset in range(5)]


def test_stay_is_one_a_week_from_the_first_listed_day_and_inside_the_window():
    rule = {
        "from": "04-18",
        "until": "04-30",
        "weekdays": ["thu", "fri", "sat", "sun"],
        "start": "12:00",
        "end": "11:00",
        "nights": 3,
    }
    found = occurrences(kind=SlotRuleKind.DATE_WINDOW, parameters=rule, from_on=FROM, horizon_days=364)
    assert [(each.start_at, each.end_at, each.nights) for each in found] == [
        (datetime(2027, 4, 22, 12, tzinfo=JAPAN), datetime(2027, 4, 25, 11, tzinfo=JAPAN), 3)
    ]


def test_remote_months_are_whole_months_and_the_running_one_is_among_them():
    rule = {"months": [11, 12, 1]}
    found = occurrences(
        kind=SlotRuleKind.REMOTE_WINDOW, parameters=rule, from_on=date(2027, 11, 28), horizon_days=64
    )
    assert [(each.start_at.isoformat(), each.end_at.isoformat(), each.is_remote) for each in found] == [
        ("2027-11-01T00:00:00+09:00", "2027-12-01T00:00:00+09:00", True),
        ("2027-12-01T00:00:00+09:00", "2028-01-01T00:00:00+09:00", True),
        ("2028-01-01T00:00:00+09:00", "2028-02-01T00:00:00+09:00", True),
    ]


def test_remote_month_that_does_not_run_on_the_first_day_comes_next_year():
    found = occurrences(
        kind=SlotRuleKind.REMOTE_WINDOW, parameters={"months": [10]}, from_on=date(2027, 11, 28)
    )
    assert [each.start_at.date() for each in found] == [date(2028, 10, 1)]


def test_fixed_date_is_given_once_and_only_within_the_horizon():
    rule = {"date": "2027-05-03", **MORNING}
    assert days(SlotRuleKind.FIXED, rule) == [date(2027, 5, 3)]
    assert days(SlotRuleKind.FIXED, rule, from_on=date(2027, 5, 4)) == []
    assert days(SlotRuleKind.FIXED, rule, horizon_days=10) == []


def test_horizon_counts_its_last_day():
    rule = {"date": "2027-01-11", **MORNING}
    assert days(SlotRuleKind.FIXED, rule, horizon_days=10) == [date(2027, 1, 11)]
    assert days(SlotRuleKind.FIXED, rule, horizon_days=9) == []


NTH = {"nth": 2, "weekday": "sun", "months": [7], **MORNING}
WINDOW = {"from": "10-01", "until": "10-10", "weekdays": ["sat"], **MORNING}


@pytest.mark.parametrize(
    ("kind", "parameters", "named"),
    [
        ("nth_weekday", NTH | {"nth": 0}, "nth"),
        ("nth_weekday", NTH | {"nth": True}, "nth"),
        ("nth_weekday", NTH | {"nth": "2"}, "nth"),
        ("nth_weekday", NTH | {"weekday": "Sunday"}, "weekday"),
        ("nth_weekday", NTH | {"months": []}, "months"),
        ("nth_weekday", NTH | {"months": [13]}, "months"),
        ("nth_weekday", NTH | {"months": "7"}, "months"),
        ("nth_weekday", NTH | {"start": "8 o'clock"}, "start"),
        ("nth_weekday", NTH | {"end": "08:00"}, "end"),
        ("nth_weekday", NTH | {"end": "24:01"}, "end"),
        ("date_window", WINDOW | {"from": "02-30"}, "from"),
        ("date_window", WINDOW | {"until": "13-01"}, "until"),
        ("date_window", WINDOW | {"weekdays": []}, "weekdays"),
        ("date_window", WINDOW | {"weekdays": ["sat", "someday"]}, "weekdays"),
        ("date_window", WINDOW | {"nights": 31}, "nights"),
        ("date_window", WINDOW | {"nights": -1}, "nights"),
        ("remote_window", {}, "months"),
        ("fixed", MORNING, "date"),
        ("fixed", MORNING | {"date": "2027-02-29"}, "date"),
    ],
)
def test_senseless_parameter_is_named(kind, parameters, named):
    with pytest.raises(RuleError) as caught:
        occurrences(kind=kind, parameters=parameters, from_on=FROM)
    assert caught.value.parameter == named


@pytest.mark.slow
@given(
    nth=st.sampled_from([-1, 1, 2, 3, 4, 5]),
    weekday=st.integers(0, 6),
    months=st.sets(st.integers(1, 12), min_size=1),
    from_on=st.dates(date(2025, 1, 1), date(2035, 1, 1)),
)
def test_nth_weekday_is_what_counting_on_fingers_gives(nth, weekday, months, from_on):
    rule = {"nth": nth, "weekday": WEEKDAYS[weekday], "months": sorted(months), **MORNING}
    expected = []
    for offset in range(401):
        day = from_on + timedelta(days=offset)
        month = [day.replace(day=1) + timedelta(days=ahead) for ahead in range(31)]
        same = [each for each in month if each.month == day.month and each.weekday() == weekday]
        place = nth - 1 if nth > 0 else -1
        if day.month in months and place < len(same) and same[place] == day:
            expected.append(day)
    assert days(SlotRuleKind.NTH_WEEKDAY, rule, from_on=from_on) == expected


@pytest.mark.parametrize(
    ("mmdd", "is_day"), [(101, True), (229, True), (230, False), (1231, True), (1301, False)]
)
def test_month_and_day_are_told_from_other_numbers(mmdd, is_day):
    assert is_month_day(mmdd) is is_day
    assert not is_month_day(0)
    assert not is_month_day(100)
    assert not is_month_day(99)
