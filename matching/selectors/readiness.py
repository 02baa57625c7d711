"""How far a match has come towards its promise: read by the checks that refuse and by the pages that explain."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from matching.enums import AnswerValue, ConsentStatus, MatchState, MeetingOutcome, Side
from matching.models import Answer, Match, Meeting
from regions.enums import PermissionStatus
from regions.selectors.offers import offer_permission

SETTLED = frozenset({MeetingOutcome.PROCEED, MeetingOutcome.TRIAL, MeetingOutcome.WAIVED})
SETTLING = frozenset({MatchState.ASKING, MatchState.MEETING})
"""States in which a match moves towards its promise."""


def meeting_settled(match: Match) -> bool:
    """Whether the first meeting is behind them: held with a good outcome, or waived. One query."""
    meeting = Meeting.objects.filter(match=match).first()
    return meeting is not None and meeting.outcome in SETTLED


def may_say_yes(match: Match) -> bool:
    """«Yes, please» at once is for pairs with a relation; others meet first. One query at most."""
    return not match.is_first_visit or meeting_settled(match)


def missing_for_agreement(match: Match) -> tuple[str, ...]:
    """Codes of what is still missing before the promise: empty when ready. Six queries.

    ``answers``, ``meeting``, ``consents``, ``permission``, ``promise_party``, ``promise_region``.
    """
    answers = Answer.objects.filter(match=match).values_list("value", flat=True)
    yes = [value for value in answers if value == AnswerValue.YES]
    consents_open = match.region_consents.exclude(status=ConsentStatus.GIVEN).exists()
    missing = {
        "answers": len(yes) < len(Side),
        "meeting": not may_say_yes(match),
        "consents": consents_open,
        "permission": not match.is_trial and not offers_granted(match),
        "promise_party": match.promise_party_at is None,
        "promise_region": match.promise_region_at is None,
    }
    return tuple(code for code, is_missing in missing.items() if is_missing)


def offers_granted(match: Match) -> bool:
    """Whether every offer tied to the need is permitted (承諾) to the last day of the match in Japan. Three queries."""
    last: datetime | None = match.slots.aggregate(last=Max("end_at"))["last"]
    day = timezone.localdate(last) if last is not None else timezone.localdate()
    offers = match.need.offers.filter(is_active=True).prefetch_related("permissions")
    return all(offer_permission(offer, day) == PermissionStatus.GRANTED for offer in offers)
