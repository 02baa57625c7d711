"""Which needs are not put before a party again by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from matching.enums import LIVE, EndReason, MatchState
from matching.models import Match
from matching.transitions import SIDE_REASONS

ASKED_AGAIN_AFTER = timedelta(days=365)
REFUSED = frozenset({MatchState.REJECTED, MatchState.DECLINED})
STEPPED_BACK = frozenset(
    {EndReason.NO_ANSWER, EndReason.CHANGED_PLANS, EndReason.CANNOT_COME, EndReason.NO_SHOW}
)


def unrepeatable(now: datetime) -> QuerySet[Match]:
    """Live matches, and those in which somebody said no or fell silent within a year: not proposed again by itself.

    Taken back is a no too, unless the need or the date went away. What lapsed unread, was rained off or was completed
    may come again.
    """
    recent = Q(ended_at__gt=now - ASKED_AGAIN_AFTER)
    taken_back = Q(state=MatchState.WITHDRAWN, end_reason__in=sorted(SIDE_REASONS))
    ended = Q(state__in=sorted(REFUSED)) | Q(end_reason__in=sorted(STEPPED_BACK)) | taken_back
    return Match.objects.filter(Q(state__in=sorted(LIVE)) | (recent & ended))
