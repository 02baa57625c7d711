"""Whom a report of an accident or near miss must reach, and by when. Pure: no query.

| whom | of what | by when |
|---|---|---|
| guide in charge | everything | at once |
| parent or guardian | somebody under 18 is hurt | at once |
| representative and municipal office | everything | the same day |
| insurer | an accident, also one that only broke something | within a week; most insurers close the door after thirty days |

At once is within the hour after it was written: what was written late can be late only from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from accounts.services.dates import TOKYO
from matching.enums import Reached, ReportKind
from matching.models import Report
from matching.models.reports import INSURER_DAYS, PREVENT_DAYS
from matching.services.calendar import end_of_day

AT_ONCE = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def reaches_of(report: Report) -> Mapping[Reached, datetime]:
    """Everybody the report must reach, each with the moment until when."""
    at_once, today = report.written_at + AT_ONCE, _day(report.written_at)
    due = {Reached.GUIDE: at_once, Reached.OFFICE: last_minute(today)}
    if report.is_minor_hurt:
        due[Reached.GUARDIAN] = at_once
    if report.kind == ReportKind.ACCIDENT:
        by = _day(report.happened_at) + timedelta(days=INSURER_DAYS)
        due[Reached.INSURER] = last_minute(max(by, today))
    return due


def prevent_by(written_at: datetime) -> datetime:
    """Until when it should be written down what would prevent it."""
    return last_minute(_day(written_at) + timedelta(days=PREVENT_DAYS))


def last_minute(day: date) -> datetime:
    """23:59 of a day in Japan, so that the day itself is the one that is named."""
    return end_of_day(day) - MINUTE


def _day(at: datetime) -> date:
    return at.astimezone(TOKYO).date()
