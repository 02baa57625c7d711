"""What a match still waits for, until when, and what its lapsing then says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min

from matching.enums import ConsentStatus, EndReason, MatchState, Side
from matching.models import Answer, Match
from matching.selectors.readiness import meeting_settled, missing_for_agreement
from matching.services.calendar import local_day
from matching.services.deadlines import BOARD_AHEAD_DAYS, answer_deadline

A_DATE = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})")


def next_deadline(match: Match, *, now: datetime) -> dict[str, Any]:
    """The match's deadlines from the answers still owed; where nobody owes one, the time to complete the promise.

    Nothing changes once nothing is missing: the promise is made at once.
    """
    owed = Answer.objects.filter(match=match, is_open=True).aggregate(
        due=Min("due_at"), lapse=Min("lapse_at")
    )
    if owed["lapse"] is not None:
        return {"due_at": owed["due"], "lapse_at": owed["lapse"]}
    return _time_to_complete(match, now) if missing_for_agreement(match) else {}


def _time_to_complete(match: Match, now: datetime) -> dict[str, Any]:
    """As long as the community's board has: its general meeting, a holder's permission or a confirmation is what waits.

    It never ends before a time that somebody was given to answer, nor before the one that stands.
    """
    meets_on = max(_meeting_days(match, local_day(now)), default=None)
    deadline = answer_deadline(match, Side.REGION, now=now, meets_on=meets_on)
    given = Answer.objects.filter(match=match).aggregate(due=Max("due_at"), lapse=Max("lapse_at"))
    dues = (deadline.due_at, match.due_at, given["due"])
    lapses = (deadline.lapse_at, match.lapse_at, given["lapse"])
    return {
        "due_at": max(at for at in dues if at is not None),
        "lapse_at": max(at for at in lapses if at is not None),
        "nudged_at": None,
    }


def _meeting_days(match: Match, today: date) -> Iterator[date]:
    """Days to come on which a consent that is still open will be decided, where its words name a date."""
    for meets in match.region_consents.filter(status=ConsentStatus.ASKED).values_list("meets", flat=True):
        for found in A_DATE.findall(meets):
            try:
                day = date(*(int(part) for part in found))
            except ValueError:
                continue
            if today <= day <= today + timedelta(days=BOARD_AHEAD_DAYS):
                yield day


def lapse_reason(match: Match) -> EndReason:
    """Why silence ends this match: what was still missing, as the facts say."""
    if match.state == MatchState.PROPOSED:
        return EndReason.NOT_REVIEWED
    if Answer.objects.filter(match=match, is_open=True).exists():
        return EndReason.NO_ANSWER
    if match.state == MatchState.MEETING and not meeting_settled(match):
        return EndReason.NO_MEETING
    return EndReason.NOT_COMPLETED
