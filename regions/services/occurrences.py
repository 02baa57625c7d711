"""From a rule to dates: «second Sunday of July and October» becomes Sundays. Pure; no database, no clock.

Parameters by kind (weekdays are ``mon``…``sun``, hours ``HH:MM`` in Japan, months 1 to 12):

* ``nth_weekday``: ``nth`` 1–5 or -1 (the last), ``weekday``, ``months``, ``start``, ``end``
* ``date_window``: ``from`` and ``until`` as ``MM-DD`` (may span New Year), ``weekdays``, ``start``, ``end``, ``nights``.
  Without nights one time on each such day; with nights one stay a week, from the first listed weekday,
  all of it inside the window.
* ``remote_window``: ``months``: each is one time from afar, from its first midnight to the next month's
* ``fixed``: ``date`` as ``YYYY-MM-DD``, ``start``, ``end``, ``nights``
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regions.enums import SlotRuleKind

JAPAN = ZoneInfo("Asia/Tokyo")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = -1
NIGHTS_MAX = 30
MONTHS_OF_YEAR = range(1, 13)
LEAP_YEAR = 2024  # in which every day exists that exists in any


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time a rule gives: aware times, nights between them, whether from afar."""

    start_at: datetime
    end_at: datetime
    nights: int = 0
    is_remote: bool = False


@dataclass(frozen=True, slots=True)
class RuleError(Exception):
    """A parameter that makes no sense; the caller turns it into words."""

    parameter: str


def occurrences(
    *, kind: str, parameters: Mapping[str, Any], from_on: date, horizon_days: int = 400
) -> list[Occurrence]:
    """The times that begin on ``from_on`` or in the ``horizon_days`` days after it, in order.

    A month of help from afar that runs on ``from_on`` is among them: it may still be joined (ADR 0004).

    Raises:
        RuleError: names the first parameter that is missing or makes no sense.
    """
    rule = _RULES[SlotRuleKind(kind)](parameters)
    first_on = from_on.replace(day=1) if kind == SlotRuleKind.REMOTE_WINDOW else from_on
    until_on = from_on + timedelta(days=horizon_days)
    days = (first_on + timedelta(days=offset) for offset in range((until_on - first_on).days + 1))
    return [found for day in days if (found := rule(day)) is not None]


Rule = Callable[[date], Occurrence | None]


def _nth_weekday(parameters: Mapping[str, Any]) -> Rule:
    nth = _number(parameters, "nth", allowed=(LAST, 1, 2, 3, 4, 5))
    weekday = _weekday(parameters.get("weekday"), "weekday")
    months = _months(parameters)
    hours = _Hours.of(parameters)

    def on(day: date) -> Occurrence | None:
        is_nth = _is_last(day) if nth == LAST else (day.day - 1) // 7 + 1 == nth
        return hours.on(day) if day.month in months and day.weekday() == weekday and is_nth else None

    return on


def _date_window(parameters: Mapping[str, Any]) -> Rule:
    first, last = _month_day(parameters, "from"), _month_day(parameters, "until")
    weekdays = _weekdays(parameters)
    hours = _Hours.of(parameters)

    def inside(day: date) -> bool:
        here = (day.month, day.day)
        return first <= here <= last if first <= last else here >= first or here <= last

    def on(day: date) -> Occurrence | None:
        starts = day.weekday() == weekdays[0] if hours.nights else day.weekday() in weekdays
        stay = (day + timedelta(days=offset) for offset in range(hours.nights + 1))
        return hours.on(day) if starts and all(inside(night) for night in stay) else None

    return on


def _remote_window(parameters: Mapping[str, Any]) -> Rule:
    months = _months(parameters)

    def on(day: date) -> Occurrence | None:
        if day.day != 1 or day.month not in months:
            return None
        following = (day + timedelta(days=31)).replace(day=1)
        return Occurrence(start_at=_midnight(day), end_at=_midnight(following), is_remote=True)

    return on


def _fixed(parameters: Mapping[str, Any]) -> Rule:
    try:
        fixed = date.fromisoformat(str(parameters.get("date")))
    except ValueError:
        raise RuleError("date") from None
    hours = _Hours.of(parameters)
    return lambda day: hours.on(day) if day == fixed else None


_RULES: dict[SlotRuleKind, Callable[[Mapping[str, Any]], Rule]] = {
    SlotRuleKind.NTH_WEEKDAY: _nth_weekday,
    SlotRuleKind.DATE_WINDOW: _date_window,
    SlotRuleKind.REMOTE_WINDOW: _remote_window,
    SlotRuleKind.FIXED: _fixed,
}


@dataclass(frozen=True, slots=True)
class _Hours:
    """From when on the first day to when on the last."""

    start: time
    end: time
    nights: int

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> _Hours:
        start, end = _time(parameters, "start"), _time(parameters, "end")
        nights = _number(parameters, "nights", allowed=range(NIGHTS_MAX + 1)) if "nights" in parameters else 0
        if nights == 0 and end <= start:
            raise RuleError("end")
        return cls(start, end, nights)

    def on(self, day: date) -> Occurrence:
        last = day + timedelta(days=self.nights)
        return Occurrence(
            start_at=datetime.combine(day, self.start, tzinfo=JAPAN),
            end_at=datetime.combine(last, self.end, tzinfo=JAPAN),
            nights=self.nights,
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=JAPAN)


def _is_last(day: date) -> bool:
    return day.day + 7 > calendar.monthrange(day.year, day.month)[1]


def _number(parameters: Mapping[str, Any], name: str, *, allowed: Any) -> int:
    value = parameters.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise RuleError(name)
    return value


def _time(parameters: Mapping[str, Any], name: str) -> time:
    try:
        return datetime.strptime(str(parameters.get(name)), "%H:%M").replace(tzinfo=JAPAN).time()
    except ValueError:
        raise RuleError(name) from None


def _month_day(parameters: Mapping[str, Any], name: str) -> tuple[int, int]:
    try:
        day = datetime.strptime(f"{LEAP_YEAR}-{parameters.get(name)}", "%Y-%m-%d").replace(tzinfo=JAPAN)
    except ValueError:
        raise RuleError(name) from None
    return day.month, day.day


def is_month_day(mmdd: int) -> bool:
    """Whether a number such as 612 or 1231 is a month and a day of some year."""
    month, day = divmod(mmdd, 100)
    return month in MONTHS_OF_YEAR and 1 <= day <= calendar.monthrange(LEAP_YEAR, month)[1]


def _months(parameters: Mapping[str, Any]) -> frozenset[int]:
    months = list(_entries(parameters, "months"))
    if not all(
        isinstance(month, int) and not isinstance(month, bool) and month in MONTHS_OF_YEAR for month in months
    ):
        raise RuleError("months")
    return frozenset(months)


def _weekdays(parameters: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(_weekday(name, "weekdays") for name in _entries(parameters, "weekdays"))


def _weekday(name: Any, parameter: str) -> int:
    if name not in WEEKDAYS:
        raise RuleError(parameter)
    return WEEKDAYS.index(name)


def _entries(parameters: Mapping[str, Any], name: str) -> Iterator[Any]:
    entries = parameters.get(name)
    if not isinstance(entries, list | tuple) or not entries:
        raise RuleError(name)
    return iter(entries)
