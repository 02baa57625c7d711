"""The first meeting (顔合わせ・下見): planned, held, waived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.enums import AnswerValue, EndReason, MeetingHow, MeetingOutcome, Side
from matching.models import Answer, Match, Meeting
from matching.services.deadlines import answer_deadline
from matching.services.endings import decline_match
from matching.services.matches import apply_move
from matching.services.pending import next_deadline
from matching.services.steps import Step, Words


def plan_meeting(
    *,
    match_id: int,
    actor: User,
    how: MeetingHow,
    planned_at: datetime,
    place: str = "",
    now: datetime | None = None,
) -> Match:
    """State how, when and where the two sides meet; the others are told.

    Raises:
        Invalid("meeting_in_the_past")
    """
    at = now or timezone.now()
    if planned_at < at:
        message = _("Please state a time that is still to come.")
        raise Invalid("meeting_in_the_past", message, fields={"planned_at": [message]})
    return apply_move(
        match_id=match_id, move="plan_meeting", actor=actor, now=at, words=Words(data={"how": how}),
        work=lambda step: _write_plan(step, how, planned_at, place),
    )  # fmt: skip


def _write_plan(step: Step, how: MeetingHow, planned_at: datetime, place: str) -> None:
    Meeting.objects.update_or_create(
        match=step.match, defaults={"how": how, "planned_at": planned_at, "place": place[:120]}
    )


@transaction.atomic
def record_meeting(
    *,
    match_id: int,
    actor: User,
    outcome: MeetingOutcome,
    how: MeetingHow,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Record how the meeting went: go on, a trial (work only, few people), or not this time (which ends the match).

    Both sides then owe a yes or a no, with new deadlines.

    Raises:
        Conflict("meeting_recorded_already" | "match_not_meeting"), Invalid("outcome_unknown")
    """
    if outcome == MeetingOutcome.WAIVED:
        message = _("A waiver is recorded with its reason, not as an outcome.")
        raise Invalid("outcome_unknown", message, fields={"outcome": [message]})
    if outcome == MeetingOutcome.DROPPED:
        return decline_match(
            match_id=match_id, actor=actor, reason=EndReason.MEETING_FAILED, note=note, now=now, by_guide=True
        )
    return apply_move(
        match_id=match_id, move="record_meeting", actor=actor, now=now, words=Words(note=note, data={"outcome": outcome}),
        work=lambda step: _write_outcome(step, outcome, how=how),
    )  # fmt: skip


def waive_meeting(*, match_id: int, actor: User, reason: str, now: datetime | None = None) -> Match:
    """A guide waives the first meeting, with a reason on record; both sides are told, and who wanted to meet owes an answer.

    Raises:
        Invalid("waiver_reason_needed"), Conflict("meeting_recorded_already")
    """
    if not reason.strip():
        message = _("Please state why no meeting is needed.")
        raise Invalid("waiver_reason_needed", message, fields={"reason": [message]})
    return apply_move(
        match_id=match_id, move="waive_meeting", actor=actor, now=now, words=Words(note=reason),
        work=lambda step: _write_outcome(step, MeetingOutcome.WAIVED),
    )  # fmt: skip


def _write_outcome(
    step: Step, outcome: MeetingOutcome, *, how: MeetingHow | None = None
) -> Mapping[str, Any]:
    defaults = {
        "outcome": outcome,
        "outcome_at": step.now,
        "recorded_by": step.actor,
        "note": step.words.note[:500],
    }
    if how is not None:
        defaults["how"] = how
    Meeting.objects.update_or_create(match=step.match, defaults=defaults)
    is_trial = step.match.is_trial or outcome == MeetingOutcome.TRIAL
    return {"is_trial": is_trial, **_ask_again(step)}


def _ask_again(step: Step) -> dict[str, Any]:
    """Who said «let us meet» now owes a yes or a no."""
    for answer in Answer.objects.filter(match=step.match, value=AnswerValue.MEET):
        deadline = answer_deadline(step.match, Side(answer.side), now=step.now)
        answer.is_open, answer.asked_at = True, step.now
        answer.due_at, answer.lapse_at = deadline.due_at, deadline.lapse_at
        answer.reminded_at = answer.overdue_at = answer.extended_at = None
        answer.save(update_fields=[
            "is_open", "asked_at", "due_at", "lapse_at", "reminded_at", "overdue_at", "extended_at",
        ])  # fmt: skip
    return next_deadline(step.match, now=step.now)
