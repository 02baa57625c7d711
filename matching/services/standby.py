"""Next in line: when places come free, a proposal the guide put in line is asked by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import DomainError
from accounts.models import User
from matching.locks import lock_need_with_people
from matching.models import Match
from matching.selectors.line import in_line
from matching.services.agreements import settle
from matching.services.announce import recipients, tell
from matching.services.review import approve_match
from matching.services.steps import Words
from matching.transitions import Audience


@transaction.atomic
def ask_next_in_line(*, need_id: int, now: datetime) -> list[Match]:
    """Approve every proposal in line that fits into the free places, in order; those that do not fit keep waiting.

    Call within allowed hours only. The people of all matches are locked first, then the need.
    A community that consented to "N people the guide vouches for" has answered; otherwise its representative is asked
    again like for any other match. Where the participant had applied, both have answered and the meeting opens.
    """
    lock_need_with_people(need_id)
    waiting = list(in_line([need_id]).values_list("pk", flat=True))
    return [match for match_id in waiting if (match := _ask(match_id, now)) is not None]


def _ask(match_id: int, now: datetime) -> Match | None:
    """Approve one proposal in line and tell its guide; None where it does not fit (any more)."""
    system = User.objects.system()
    try:
        with transaction.atomic():
            match = approve_match(match_id=match_id, actor=system, now=now)
            seq = match.events.latest("seq").seq
            match = settle(match_id=match_id, actor=system, role=None, words=Words(), now=now)
    except DomainError:
        return None
    key = f"match:{match.public_id}:standby:{seq}:"
    tell(match, "standby_asked", recipients(match, Audience.GUIDE), key=key)
    return match
