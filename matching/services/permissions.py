"""Matches that waited for nothing but a permission go on when it is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEntry, User
from matching.enums import MatchState, Role
from matching.locks import lock_for_move
from matching.models import Match
from matching.policies import roles_on
from matching.selectors.readiness import SETTLING
from matching.services.agreements import settle
from matching.services.announce import after_undo, message_key, tell
from matching.services.steps import Words


def go_on_with_permission(*, offer_id: int, entry: AuditEntry, now: datetime) -> None:
    """Make the promise of every match that lacked no more than this, in the name of who is on record for the permission.

    Each in its own transaction, with the locks of a move; the others stay as they are, and so do those on which that person
    acts neither for the community nor as a guide (an administrator): there all is together, and the guide makes the
    promise. Again: no change.

    Raises:
        Conflict("people_changed"): somebody named others for a match meanwhile; try again.
    """
    waiting = Match.objects.filter(need__offers=offer_id, state__in=sorted(SETTLING)).order_by("pk")
    for match_id in waiting.values_list("pk", flat=True):
        _go_on(match_id, entry=entry, now=now)


@transaction.atomic
def _go_on(match_id: int, *, entry: AuditEntry, now: datetime) -> None:
    """Under the locks of a move from the start: an answer that is just being given is waited for, and then counts."""
    locked = lock_for_move(match_id)
    role = _role_of(entry.actor, locked)
    if role is None or locked.state not in SETTLING:
        return
    words = Words(on_behalf_of=entry.on_behalf_of)
    match = settle(match_id=match_id, actor=entry.actor, role=role, words=words, now=now)
    if match.state == MatchState.AGREED:
        _tell_recorder(match, entry.actor, now=now)


def _role_of(actor: User, match: Match) -> Role | None:
    held = roles_on(actor, match)
    return next((role for role in (Role.REGION, Role.GUIDE) if role in held), None)


def _tell_recorder(match: Match, actor: User, *, now: datetime) -> None:
    """Who makes a move is not told of it; but this one was made later, while they were elsewhere."""
    key = message_key(match, match.events.latest("seq").seq)
    tell(match, "match_agreed", [actor], key=key, not_before=after_undo(match, now))
