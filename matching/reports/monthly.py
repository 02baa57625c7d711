"""The counts that administrators read: made once a month, and not anew where the difference would tell of a few people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.enums import StatAge, StatSex
from accounts.models import Municipality
from accounts.services.dates import TOKYO
from matching.locks import lock_count
from matching.reports.people import counted, moved_since, years_until
from matching.reports.steps import in_steps

MOVED_AT_LEAST = 20
"""So many people have to be added or come further before a year is counted anew."""


def count_people(*, now: datetime) -> list[int]:
    """Count each fiscal year that was not looked at in this month yet, in Japan; the years that have a new count.

    A month that was missed is made up for at the next call. A year in which fewer than ``MOVED_AT_LEAST`` people were added or came
    further keeps its older count, and is looked at again in the next month. Safe to run twice and two at once; locks the row
    of each year.
    """
    return [year for year in years_until(now) if _count(year, now)]


def month_of(now: datetime) -> datetime:
    """The first moment in Japan of the month in which ``now`` is."""
    return now.astimezone(TOKYO).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(now: datetime) -> date:
    """The first day of the next month in Japan."""
    return (month_of(now) + timedelta(days=31)).date().replace(day=1)


@transaction.atomic
def _count(year: int, now: datetime) -> bool:
    row, is_new = lock_count(year, now=now)
    if not is_new and row.looked_at >= month_of(now):
        return False
    row.looked_at = now
    is_due = moved_since(year, row.counted_at) >= MOVED_AT_LEAST
    if is_due:
        row.counted_at, row.tables = now, dict(in_steps(counted(year, _groups())))
    row.save()
    return is_due


def _groups() -> dict[str, list[str]]:
    codes = Municipality.objects.order_by("prefecture_code").values_list("prefecture_code", flat=True)
    return {"age": list(StatAge.values), "sex": list(StatSex.values), "home": list(codes.distinct())}
