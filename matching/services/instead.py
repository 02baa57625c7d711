"""Somebody else for the same need and dates: beside a match at hand, or in its place (see ``selectors.candidates``)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import User, Volunteer
from matching.enums import LIVE, EndReason, MatchState, Origin
from matching.models import Match
from matching.services.matches import apply_move
from matching.services.proposals import create_match
from matching.services.steps import Words


@transaction.atomic
def suggest_also(
    *,
    match_id: int,
    actor: User,
    party: Volunteer,
    people: int | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """A guide proposes ``party`` too for the need and dates of a match that goes on; returns the new match.

    Under the checks, locks and effects of ``suggest_match``; the match at hand is left as it is.

    Raises:
        NotFound("match_unknown"), Conflict("match_moved_on"): the match at hand has ended.
        Invalid("party_of_this_match"); as ``create_match``.
    """
    match = Match.objects.select_related("need").filter(pk=match_id).first()
    if match is None:
        raise NotFound("match_unknown", _("This match does not exist."))
    if match.state not in LIVE:
        label = MatchState(match.state).label
        message = _("This match has moved on: it is now «%(state)s». Please look again.") % {"state": label}
        raise Conflict("match_moved_on", message)
    _require_another(match, party)
    return _suggested(match, party, actor=actor, people=people, words=Words(note=note, data={"beside": match.public_id}), now=now)  # fmt: skip


@transaction.atomic
def suggest_instead(
    *,
    match_id: int,
    actor: User,
    party: Volunteer,
    reason: EndReason,
    people: int | None = None,
    note: str = "",
    neutral_note: str = "",
    now: datetime | None = None,
) -> Match:
    """A guide rejects a proposal and proposes ``party`` for its need and dates, both or neither; returns the new match.

    Locks the people of both, then the need, then the match at hand. Effects in this order: those of ``reject_match``
    (``note`` and ``neutral_note`` are about it), then those of ``suggest_match``.

    Raises:
        NotAllowed("role_may_not"), Conflict("match_not_proposed"), Invalid("reason_unknown"): as ``reject_match``.
        Invalid("party_of_this_match"); as ``create_match``.
    """
    match = apply_move(
        match_id=match_id, move="reject", actor=actor, now=now, words=Words(reason=reason, note=note),
        changes={"neutral_note": neutral_note[:300]}, more_people=[party.representative_id],
    )  # fmt: skip
    _require_another(match, party)
    return _suggested(match, party, actor=actor, people=people, words=Words(data={"instead_of": match.public_id}), now=now)  # fmt: skip


def _require_another(match: Match, party: Volunteer) -> None:
    if party.pk == match.volunteer_id:
        message = _("This is the participant of this very proposal. Please choose another one.")
        raise Invalid("party_of_this_match", message, fields={"party": [message]})


def _suggested(
    match: Match, party: Volunteer, *, actor: User, people: int | None, words: Words, now: datetime | None
) -> Match:
    """``suggest_match`` on the dates of a match that still take place."""
    return create_match(
        actor=actor, origin=Origin.GUIDE, need=match.need, volunteer=party, slots=match.slots.filter(cancelled_at=None),
        people=people, words=words, now=now,
    )  # fmt: skip
