"""How far a match has come towards its promise: read by the checks that refuse and by the pages that explain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from matching.enums import AnswerValue, ConsentStatus, MatchState, MeetingOutcome, Side
from matching.models import Answer, Match, Meeting, RegionConsent
from regions.enums import PermissionStatus
from regions.models import Need, Slot
from regions.selectors.offers import offer_permission

SETTLED = frozenset({MeetingOutcome.PROCEED, MeetingOutcome.TRIAL, MeetingOutcome.WAIVED})
SETTLING = frozenset({MatchState.ASKING, MatchState.MEETING})
"""States in which a match moves towards its promise."""


def meeting_settled(match: Match) -> bool:
    """Whether the first meeting is behind them: held with a good outcome, or waived. One query."""
    return _is_settled(Meeting.objects.filter(match=match).first())


def may_say_yes(match: Match) -> bool:
    """«Yes, please» at once is for pairs with a relation; others meet first. One query at most."""
    return not match.is_first_visit or meeting_settled(match)


def missing_for_agreement(match: Match) -> tuple[str, ...]:
    """Codes of what is still missing before the promise: empty when ready. Six queries, none of them from what came along.

    ``answers``, ``meeting``, ``consents``, ``permission``, ``promise_party``, ``promise_region``.
    """
    return _missing(
        match,
        answers=Answer.objects.filter(match=match),
        consents=RegionConsent.objects.filter(match=match),
        meeting=Meeting.objects.filter(match=match).first(),
        last_on=_last_day(match.slots.order_by()),
    )


def missing_as_read(match: Match) -> tuple[str, ...]:
    """As ``missing_for_agreement``, for a page, of a match ``with_page``: from what came with it. Two queries."""
    return _missing(
        match,
        answers=match.answers.all(),
        consents=match.region_consents.all(),
        meeting=getattr(match, "meeting", None),
        last_on=_last_day(match.slots.all()),
    )


def _missing(
    match: Match,
    *,
    answers: Iterable[Answer],
    consents: Iterable[RegionConsent],
    meeting: Meeting | None,
    last_on: date,
) -> tuple[str, ...]:
    yes = [answer for answer in answers if answer.value == AnswerValue.YES]
    missing = {
        "answers": len(yes) < len(Side),
        "meeting": match.is_first_visit and not _is_settled(meeting),
        "consents": any(consent.status != ConsentStatus.GIVEN for consent in consents),
        "permission": not match.is_trial and not _granted(match.need, last_on),
        "promise_party": match.promise_party_at is None,
        "promise_region": match.promise_region_at is None,
    }
    return tuple(code for code, is_missing in missing.items() if is_missing)


def _granted(need: Need, last_on: date) -> bool:
    """Whether every offer tied to the need is permitted (承諾) to that day."""
    offers = need.offers.filter(is_active=True).prefetch_related("permissions")
    return all(offer_permission(offer, last_on) == PermissionStatus.GRANTED for offer in offers)


def _last_day(slots: Iterable[Slot]) -> date:
    """The day in Japan on which the last of these dates ends; today without any."""
    last = max((slot.end_at for slot in slots), default=None)
    return timezone.localdate(last) if last is not None else timezone.localdate()


def _is_settled(meeting: Meeting | None) -> bool:
    return meeting is not None and meeting.outcome in SETTLED
