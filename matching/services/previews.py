"""What the two sides would read, before a guide sends it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Notification, User
from accounts.services.dates import format_date
from accounts.services.mail import compose
from matching.enums import Side
from matching.models import Match
from matching.services.announce import (
    AUDIENCE_OF,
    first_start,
    is_told_of_ending,
    message_context,
    recipients,
)
from matching.services.deadlines import answer_deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message as its reader will get it, in the reader's language."""

    side: Side
    reader: str
    subject: str
    text: str


def letters_of_approval(match: Match, *, now: datetime) -> list[Letter]:
    """What both sides are asked when ``match`` is approved at ``now``, each with its own deadline."""
    return [
        letter for side in Side for letter in _letters(match, side, "match_asked", due=_due(match, side, now))
    ]


def letters_of_rejection(match: Match) -> list[Letter]:
    """What is read by who knew of the proposal: nobody of one that the worker or a guide began."""
    told = [side for side in Side if is_told_of_ending(match, AUDIENCE_OF[side])]
    return [letter for side in told for letter in _letters(match, side, "match_ended", due=None)]


def _due(match: Match, side: Side, now: datetime) -> datetime:
    return answer_deadline(match, side, now=now).due_at


def _letters(match: Match, side: Side, kind: str, *, due: datetime | None) -> list[Letter]:
    first = first_start(match)
    return [
        _letter(side, user, kind, message_context(match, user, first=first) | _until(due, user))
        for user in recipients(match, AUDIENCE_OF[side])
    ]


def _until(due: datetime | None, user: User) -> dict[str, str]:
    return {} if due is None else {"due": format_date(due, user.language)}


def _letter(side: Side, user: User, kind: str, context: dict[str, str]) -> Letter:
    mail = compose(Notification(user=user, kind=kind, key="", context=context))
    return Letter(side=side, reader=user.name, subject=str(mail.subject), text=str(mail.body))
