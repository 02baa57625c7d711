"""Working days in Japan, midnights in Japan, whatever zone a moment is given in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from matching.services.calendar import add_days_where, add_working_days, end_of_day, is_working_day, local_day
from tests.builders import TOKYO


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 6, 1), True),  # a Monday
        (date(2026, 6, 6), False),  # Saturday
        (date(2026, 6, 7), False),  # Sunday
        (date(2026, 4, 29), False),  # 昭和の日
        (date(2026, 5, 1), True),  # between the holidays of Golden Week
        (date(2026, 5, 6), False),  # 振替休日: the 3rd was a Sunday
        (date(2026, 9, 22), False),  # 国民の休日: between two holidays
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),  # offices close
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2027, 3, 22), False),  # 振替休日
    ],
)
def test_working_day(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("at", "count", "expected"),
    [
        ((2026, 6, 5), 1, (2026, 6, 8)),  # Friday to Monday
        ((2026, 6, 6), 1, (2026, 6, 8)),  # from a Saturday
        ((2026, 6, 1), 5, (2026, 6, 8)),
        ((2026, 4, 28), 1, (2026, 4, 30)),
        ((2026, 4, 28), 3, (2026, 5, 7)),  # all of Golden Week
        ((2026, 9, 18), 1, (2026, 9, 24)),  # Silver Week
        ((2026, 12, 25), 5, (2027, 1, 7)),  # over the turn of the year
        ((2026, 12, 25), 10, (2027, 1, 15)),  # and 成人の日
        ((2026, 6, 1), 0, (2026, 6, 1)),
    ],
)
def test_working_days_are_added_at_the_same_hour(
    at: tuple[int, int, int], count: int, expected: tuple[int, int, int]
) -> None:
    assert add_working_days(datetime(*at, 10, 30, tzinfo=TOKYO), count) == datetime(
        *expected, 10, 30, tzinfo=TOKYO
    )


def test_a_day_is_the_day_in_japan() -> None:
    late_sunday_in_utc = datetime(2026, 6, 7, 22, 0, tzinfo=UTC)  # Monday 07:00 in Japan
    assert local_day(late_sunday_in_utc) == date(2026, 6, 8)
    friday_evening_in_utc = datetime(2026, 6, 5, 16, 0, tzinfo=UTC)  # Saturday 01:00 in Japan
    assert add_working_days(friday_evening_in_utc, 1) == datetime(2026, 6, 7, 16, 0, tzinfo=UTC)


def test_end_of_day_is_the_next_midnight_in_japan() -> None:
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=TOKYO)


def test_looking_for_days_that_never_come_ends_after_two_years() -> None:
    at = datetime(2026, 6, 1, tzinfo=TOKYO)
    assert add_days_where(at, 1, counts=lambda _day: False) == at + timedelta(days=731)
