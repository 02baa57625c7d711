"""What is written within a match: who may read and write it now, and how each message is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from matching.enums import HOLDING, MatchState, Role
from matching.models import Match, MatchMessage
from matching.models.messages import WRITERS
from matching.selectors.sights import MatchSight

DAYS_AFTER = 90
"""So long after the day thanks may be said and the next time be spoken of."""


def is_open_for_words(match: Match, now: datetime) -> bool:
    """Whether messages may be written: once a guide approved, while it lives, and ninety days after its completion."""
    if match.approved_at is None:
        return False
    if match.state == MatchState.COMPLETED and match.ended_at is not None:
        return now <= match.ended_at + timedelta(days=DAYS_AFTER)
    return match.state in HOLDING


def takes_part(roles: Iterable[Role]) -> bool:
    """Whether somebody in these roles reads the messages: the two sides and the guides; nobody else, whoever it is."""
    return bool(set(roles) & set(WRITERS))


def messages_of(match: Match) -> QuerySet[MatchMessage]:
    """The messages of a match, newest first, with their authors. One query."""
    return MatchMessage.objects.filter(match=match).select_related("author").order_by("-sent_at", "-pk")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as one viewer reads it. ``who``: the label of the side, or the guide's name; never contact data."""

    id: str
    role: str
    who: str
    text: str
    on_behalf_of: str
    sent_at: datetime
    is_own: bool


def said(message: MatchMessage, sight: MatchSight) -> Said:
    """A message as the viewer of ``sight`` reads it: sides by the name this viewer may know. No query."""
    labels: Mapping[str, Any] = {Role.PARTY: sight.party["label"], Role.REGION: sight.region["label"]}
    return Said(
        id=message.public_id,
        role=message.role,
        who=labels.get(message.role) or message.author.name,
        text=message.text,
        on_behalf_of=message.on_behalf_of,
        sent_at=message.sent_at,
        is_own=message.author_id == sight.viewer.user.pk,
    )
