"""Working days and quiet periods, all in Asia/Tokyo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import jpholiday

TOKYO = ZoneInfo("Asia/Tokyo")
SATURDAY = 5
DayTest = Callable[[date], bool]


def local_day(at: datetime) -> date:
    """The day of ``at`` in Japan."""
    return at.astimezone(TOKYO).date()


def is_working_day(day: date) -> bool:
    """Monday to Friday, no Japanese holiday, not 29 December to 3 January (offices are closed)."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < SATURDAY and not year_end and not jpholiday.is_holiday(day)


def add_days_where(at: datetime, count: int, *, counts: DayTest) -> datetime:
    """``at`` moved to the ``count``-th later day for which ``counts`` holds, same hour.

    Example: Friday 10:00 + 1 working day = Monday 10:00. At most two years are looked at.
    """
    moved, left = at, count
    for _day in range(731):
        if left == 0:
            break
        moved += timedelta(days=1)
        left -= counts(local_day(moved))
    return moved


def add_working_days(at: datetime, count: int) -> datetime:
    """``at`` plus ``count`` working days."""
    return add_days_where(at, count, counts=is_working_day)


def working_days_before(at: datetime, count: int) -> datetime:
    """``at`` moved back to the ``count``-th working day before it, same hour.

    Example: Sunday 8:00 − 3 working days = Wednesday 8:00.
    """
    moved, left = at, count
    while left:
        moved -= timedelta(days=1)
        left -= is_working_day(local_day(moved))
    return moved


def end_of_day(day: date) -> datetime:
    """Midnight at the end of ``day`` in Japan."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=TOKYO)
