"""Matches that waited for nothing but a permission go on when it is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import Conflict, NotAllowed
from accounts.models import User
from matching.models import Match
from matching.selectors.readiness import SETTLING
from matching.services.agreements import settle
from matching.services.steps import Words


def go_on_with_permission(*, offer_id: int, actor: User, on_behalf_of: str, now: datetime) -> None:
    """Make the promise of every match that lacked no more than this, in the name of ``actor``, who recorded the permission.

    Each in its own transaction, with the locks of a move; the others stay as they are, and so do those on which the actor
    has no part (an administrator): there everything is together, and the guide makes the promise. Again: no change.
    """
    waiting = Match.objects.filter(need__offers=offer_id, state__in=sorted(SETTLING)).order_by("pk")
    for match_id in waiting.values_list("pk", flat=True):
        _go_on(match_id, actor=actor, words=Words(on_behalf_of=on_behalf_of), now=now)


def _go_on(match_id: int, *, actor: User, words: Words, now: datetime) -> None:
    try:
        with transaction.atomic():
            settle(match_id=match_id, actor=actor, role=None, words=words, now=now)
    except (Conflict, NotAllowed):
        return  # it ended, or somebody was faster, or the actor has no part in it
