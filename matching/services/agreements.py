"""From two answers to a promise, and from the promise to readiness."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from matching.enums import AnswerValue, MatchState, PreconditionKind, Role, Side
from matching.models import Answer, Match, Meeting, Precondition
from matching.selectors.readiness import SETTLING, meeting_settled, missing_for_agreement
from matching.services.announce import after_undo, consents_key, recipients, tell
from matching.services.deadlines import meeting_deadline, preparation_deadline, record_deadline
from matching.services.matches import apply_move
from matching.services.preparations import list_preconditions
from matching.services.steps import Step, Words
from matching.transitions import Audience
from regions.selectors.emergency import facts_missing


def settle(*, match_id: int, actor: User, role: Role | None, words: Words, now: datetime | None) -> Match:
    """Lead a match on as far as its facts allow: to the meeting, or to the promise. Otherwise the state stays.

    Where both said yes and a consent of the community is not recorded, owes word of it, once an approval.

    Called in the transaction of the act that brought the last fact, and in that act's name.
    """
    match = Match.objects.select_related("need__region", "volunteer").get(pk=match_id)
    if match.state not in SETTLING:
        return match
    missing = missing_for_agreement(match)
    if "consents" in missing and "answers" not in missing:
        _ask_for_consents(match, now or timezone.now())
    if not missing:
        return agree(match_id=match_id, actor=actor, role=role, words=words, now=now)
    if match.state == MatchState.ASKING and _both_answered_to_meet(match):
        return apply_move(
            match_id=match_id,
            move="open_meeting",
            actor=actor,
            role=role,
            words=words,
            now=now,
            work=_open_meeting,
        )
    return match


def _ask_for_consents(match: Match, now: datetime) -> None:
    """Both said yes; what the community requires of itself is not on record: its people and the guide are told, once an
    approval, and no sooner than it can no longer be taken back."""
    key = f"{consents_key(match)}{match.approved_at:%Y%m%d%H%M%S%f}:"
    not_before = after_undo(match, now)
    for audience in (Audience.REGION, Audience.GUIDE):
        tell(match, "consent_to_record", recipients(match, audience), key=key, not_before=not_before)


def agree(
    *,
    match_id: int,
    actor: User,
    role: Role | None = None,
    words: Words | None = None,
    now: datetime | None = None,
) -> Match:
    """Make the promise: contacts and roster are disclosed from here on, preconditions are listed.

    Raises:
        Conflict("not_ready_to_agree") with ``fields["missing"]``: answers, meeting, consents, permission, promise_….
    """
    return apply_move(
        match_id=match_id, move="agree", actor=actor, role=role, words=words, now=now, work=_prepare
    )


def _both_answered_to_meet(match: Match) -> bool:
    values = list(Answer.objects.filter(match=match, is_open=False).values_list("value", flat=True))
    return len(values) == len(Side) and AnswerValue.MEET in values and not meeting_settled(match)


def _open_meeting(step: Step) -> Mapping[str, Any]:
    Meeting.objects.get_or_create(match=step.match)
    deadline = meeting_deadline(step.match, step.now)
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at, "nudged_at": None}


def _prepare(step: Step) -> Mapping[str, Any]:
    list_preconditions(step.match)
    deadline = preparation_deadline(step.match)
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at, "nudged_at": None}


def tick_precondition(
    *, match_id: int, actor: User, kind: PreconditionKind, note: str = "", now: datetime | None = None
) -> Match:
    """The guide ticks a precondition, with who and when.

    Raises:
        Invalid("precondition_unknown"), Conflict("match_not_agreed")
        Conflict("emergency_card_empty"): nobody has filled in what is needed to get help.
    """
    return apply_move(
        match_id=match_id, move="tick", actor=actor, now=now, words=Words(note=note, data={"kind": kind}),
        work=lambda step: _set_tick(step, kind, ticked=True),
    )  # fmt: skip


def untick_precondition(
    *, match_id: int, actor: User, kind: PreconditionKind, note: str = "", now: datetime | None = None
) -> Match:
    """A precondition no longer holds; a ready match goes back to being prepared."""
    return apply_move(
        match_id=match_id, move="untick", actor=actor, now=now, words=Words(note=note, data={"kind": kind}),
        work=lambda step: _set_tick(step, kind, ticked=False),
    )  # fmt: skip


def _set_tick(step: Step, kind: PreconditionKind, *, ticked: bool) -> Mapping[str, Any] | None:
    changed = Precondition.objects.filter(match=step.match, kind=kind).update(
        ticked_at=step.now if ticked else None,
        ticked_by=step.actor if ticked else None,
        note=step.words.note[:300],
    )
    if changed != 1:
        message = _("This match has no such precondition.")
        raise Invalid("precondition_unknown", message, fields={"kind": [message]})
    if ticked:
        _require_card(step.match, kind)
        return None
    deadline = preparation_deadline(step.match)
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at}


def _require_card(match: Match, kind: PreconditionKind) -> None:
    """A card that does not say where help comes from is none."""
    missing = facts_missing(match.need) if kind == PreconditionKind.EMERGENCY_CARD else []
    if missing:
        message = _(
            "The emergency card does not say yet: %(missing)s. Please fill it in first, on the page of the emergency card "
            "under “Facts of the whole community”."
        ) % {"missing": _(", ").join(missing)}
        raise Conflict("emergency_card_empty", message, fields={"kind": [message]})


def confirm_match(*, match_id: int, actor: User, note: str = "", now: datetime | None = None) -> Match:
    """Everything is ready for the day.

    Raises:
        Conflict("preconditions_open") with ``fields["missing"]``
    """
    return apply_move(
        match_id=match_id, move="confirm", actor=actor, now=now, words=Words(note=note), work=_await_day
    )


def _await_day(step: Step) -> Mapping[str, Any]:
    deadline = record_deadline(step.match, step.now)
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at, "nudged_at": None}
