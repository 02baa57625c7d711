"""Days and hours as they stand on a page: Japanese time, with the day of the week."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language

from accounts.services.dates import MONTHS_EN, TOKYO, WEEKDAYS_EN, WEEKDAYS_JA


def is_english() -> bool:
    """Whether the reader's language is English; everything else reads Japanese."""
    return (get_language() or "").startswith("en")


def local(moment: datetime | date) -> date:
    """The day in Japan."""
    return moment.astimezone(TOKYO).date() if isinstance(moment, datetime) else moment


def day(moment: datetime | date, *, with_year: bool | None = None) -> str:
    """6月13日（日）, or Sun 13 June; with the year where it is not this year's (or as asked)."""
    on = local(moment)
    shows_year = on.year != timezone.localdate().year if with_year is None else with_year
    if is_english():
        year = f" {on.year}" if shows_year else ""
        return f"{WEEKDAYS_EN[on.weekday()][:3]} {on.day} {MONTHS_EN[on.month - 1]}{year}"
    year = f"{on.year}年" if shows_year else ""
    return f"{year}{on.month}月{on.day}日（{WEEKDAYS_JA[on.weekday()]}）"


def clock(moment: datetime) -> str:
    """8:00, in Japan."""
    there = moment.astimezone(TOKYO)
    return f"{there.hour}:{there.minute:02d}"


def moment(at: datetime) -> str:
    """6月13日（日）8:00."""
    return f"{day(at)}{' ' if is_english() else ''}{clock(at)}"


def span(start: datetime, end: datetime) -> str:
    """6月13日（日）8:00–12:00, or over several days 5月22日（土）–23日（日）. What ends at midnight ends the day before."""
    last = end - timedelta(seconds=1)
    if local(start) == local(last):
        return f"{moment(start)}–{clock(end)}"
    return f"{day(start)}–{_last_day(start, last)}"


def _last_day(start: datetime, end: datetime) -> str:
    first, last = local(start), local(end)
    if is_english() or (first.year, first.month) != (last.year, last.month):
        return day(last)
    return f"{last.day}日（{WEEKDAYS_JA[last.weekday()]}）"
