"""Both sides answer: themselves, or through somebody who enters it for them, on the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.enums import AnswerValue, CallResult, ConsentScope, ConsentStatus, EndReason, Side
from matching.models import Match, PhoneCall, RegionConsent
from matching.services.agreements import settle
from matching.services.calendar import local_day
from matching.services.deadlines import answer_deadline, extended_deadline, is_board
from matching.services.endings import decline_match, lapse_after_call
from matching.services.entries import require_side
from matching.services.guards import answer_of, side_of
from matching.services.matches import apply_move
from matching.services.pending import next_deadline
from matching.services.steps import Step, Words


@transaction.atomic
def answer_match(
    *,
    match_id: int,
    actor: User,
    value: AnswerValue,
    side: Side | None = None,
    on_behalf_of: str = "",
    scope: ConsentScope | None = None,
    reason: EndReason | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Record a side's answer; a no ends the match, two answers lead on (meeting, or the promise when complete).

    A guide names the ``side`` and for whom (``on_behalf_of``). ``scope``: whether a community consents to
    these people only or to as many people the guide vouches for.

    Raises:
        Conflict("first_meeting_needed" | "already_answered" | "answer_too_late" | "match_moved_on"),
        NotAllowed("role_may_not"), Invalid("side_needed" | "on_behalf_needed" | "reason_unknown").
    """
    role = require_side(side, on_behalf_of)
    words = Words(
        on_behalf_of=on_behalf_of, note=note, data={"value": value, "side": side or "", "scope": scope or ""}
    )
    if value == AnswerValue.NO:
        return decline_match(
            match_id=match_id, actor=actor, reason=reason or EndReason.OTHER, side=side,
            on_behalf_of=on_behalf_of, note=note, now=now,
        )  # fmt: skip
    apply_move(
        match_id=match_id, move="answer", actor=actor, now=now, role=role, words=words, work=_write_answer
    )
    return settle(match_id=match_id, actor=actor, role=role, words=words, now=now)


def _write_answer(step: Step) -> Mapping[str, Any]:
    answer = answer_of(step.match, side_of(step))
    answer.value = step.words.data["value"]
    answer.scope = step.words.data.get("scope") or ""
    answer.is_open = False
    answer.answered_at, answer.answered_by = step.now, step.actor
    answer.on_behalf_of = step.words.on_behalf_of
    answer.save(update_fields=["value", "scope", "is_open", "answered_at", "answered_by", "on_behalf_of"])
    return next_deadline(step.match, now=step.now)


def set_board_date(
    *,
    match_id: int,
    actor: User,
    meets_on: date,
    side: Side | None = None,
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> Match:
    """State when the board meets next: the answer is due three days later, at least 21 days after asking.

    Raises:
        Invalid("board_date_past" | "not_a_board"), Conflict("already_answered" | "answer_too_late")
    """
    at = now or timezone.now()
    if meets_on < local_day(at):
        message = _("Please state a day from today on.")
        raise Invalid("board_date_past", message, fields={"meets_on": [message]})
    words = Words(on_behalf_of=on_behalf_of, data={"side": side or "", "meets_on": meets_on.isoformat()})
    return apply_move(
        match_id=match_id, move="set_board_date", actor=actor, now=at, role=require_side(side, on_behalf_of),
        words=words, work=lambda step: _move_to_board(step, meets_on),
    )  # fmt: skip


def _move_to_board(step: Step, meets_on: date) -> Mapping[str, Any]:
    side = side_of(step)
    if not is_board(step.match, side):
        message = _("A single person does not wait for a board meeting.")
        raise Invalid("not_a_board", message, fields={"meets_on": [message]})
    answer = answer_of(step.match, side)
    deadline = answer_deadline(step.match, side, now=step.now, meets_on=meets_on, asked_at=answer.asked_at)
    answer.meets_on, answer.due_at, answer.lapse_at = meets_on, deadline.due_at, deadline.lapse_at
    answer.reminded_at = answer.overdue_at = None
    answer.save(update_fields=["meets_on", "due_at", "lapse_at", "reminded_at", "overdue_at"])
    return next_deadline(step.match, now=step.now)


def extend_answer(
    *,
    match_id: int,
    actor: User,
    side: Side | None = None,
    on_behalf_of: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Give a side one more term to answer.

    Raises:
        Conflict("extended_already" | "already_answered" | "answer_too_late")
    """
    words = Words(on_behalf_of=on_behalf_of, note=note, data={"side": side or ""})
    return apply_move(
        match_id=match_id, move="extend", actor=actor, now=now, role=require_side(side, on_behalf_of),
        words=words, work=_extend,
    )  # fmt: skip


def _extend(step: Step) -> Mapping[str, Any]:
    side = side_of(step)
    answer = answer_of(step.match, side)
    deadline = extended_deadline(step.match, side, due_at=answer.due_at)
    answer.due_at, answer.lapse_at, answer.extended_at = deadline.due_at, deadline.lapse_at, step.now
    answer.reminded_at = answer.overdue_at = None
    answer.save(update_fields=["due_at", "lapse_at", "extended_at", "reminded_at", "overdue_at"])
    return next_deadline(step.match, now=step.now)


@transaction.atomic
def record_call(
    *,
    match_id: int,
    actor: User,
    side: Side,
    result: CallResult,
    spoke_with: str,
    value: AnswerValue = AnswerValue.MEET,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Record a guide's call to a side whose answer is overdue.

    A yes becomes that side's answer (``value``), entered on behalf of ``spoke_with``; a no declines; a call that
    brought no yes lets the match lapse.

    Raises:
        Conflict("not_overdue" | "answer_too_late"), NotAllowed("role_may_not"), Invalid("on_behalf_needed")
    """
    require_side(side, spoke_with)
    words = Words(on_behalf_of=spoke_with, note=note, data={"side": side, "result": result})
    apply_move(
        match_id=match_id, move="record_call", actor=actor, now=now, words=words,
        work=lambda step: _write_call(step, result),
    )  # fmt: skip
    if result == CallResult.YES:
        return answer_match(
            match_id=match_id,
            actor=actor,
            value=value,
            side=side,
            on_behalf_of=spoke_with,
            note=note,
            now=now,
        )
    if result == CallResult.NO:
        return decline_match(
            match_id=match_id,
            actor=actor,
            reason=EndReason.OTHER,
            side=side,
            on_behalf_of=spoke_with,
            note=note,
            now=now,
        )
    return lapse_after_call(match_id=match_id, actor=actor, now=now)


def _write_call(step: Step, result: CallResult) -> None:
    answer = answer_of(step.match, side_of(step))
    PhoneCall.objects.create(
        answer=answer, guide_user=step.actor, result=result, spoke_with=step.words.on_behalf_of,
        note=step.words.note[:500], at=step.now,
    )  # fmt: skip


@transaction.atomic
def record_consent(
    *,
    match_id: int,
    actor: User,
    consent: RegionConsent,
    status: ConsentStatus,
    evidence: str,
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> Match:
    """Record a consent the community requires of itself (区長, 役員会, 総会), with how it was given.

    A refusal is recorded and declines the match; the last consent may complete the promise.

    Raises:
        Invalid("evidence_needed" | "consent_of_other_match")
    """
    if not evidence:
        message = _("Please state how and when the consent was given.")
        raise Invalid("evidence_needed", message, fields={"evidence": [message]})
    words = Words(
        on_behalf_of=on_behalf_of, data={"by": consent.by, "matter": consent.matter, "status": status}
    )
    match = apply_move(
        match_id=match_id, move="record_consent", actor=actor, now=now, words=words,
        work=lambda step: _write_consent(step, consent.pk, status, evidence),
    )  # fmt: skip
    if status == ConsentStatus.REFUSED:
        return decline_match(
            match_id=match.pk,
            actor=actor,
            reason=EndReason.CONSENT_REFUSED,
            on_behalf_of=on_behalf_of,
            now=now,
        )
    return settle(match_id=match_id, actor=actor, role=None, words=Words(on_behalf_of=on_behalf_of), now=now)


def _write_consent(step: Step, consent_id: int, status: ConsentStatus, evidence: str) -> None:
    changed = RegionConsent.objects.filter(pk=consent_id, match=step.match).update(
        status=status, evidence=evidence[:200], recorded_at=step.now, recorded_by=step.actor
    )
    if changed != 1:
        message = _("This consent belongs to another match.")
        raise Invalid("consent_of_other_match", message, fields={"consent": [message]})


@transaction.atomic
def confirm_promise(
    *,
    match_id: int,
    actor: User,
    side: Side | None = None,
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> Match:
    """A side confirms what is promised in return; the second confirmation may complete the promise."""
    role = require_side(side, on_behalf_of)
    words = Words(on_behalf_of=on_behalf_of, data={"side": side or ""})
    apply_move(
        match_id=match_id,
        move="confirm_promise",
        actor=actor,
        now=now,
        role=role,
        words=words,
        work=_confirm_side,
    )
    return settle(match_id=match_id, actor=actor, role=role, words=words, now=now)


def _confirm_side(step: Step) -> Mapping[str, Any]:
    return {f"promise_{side_of(step)}_at": step.now}


def change_promise(
    *, match_id: int, actor: User, promise: str, on_behalf_of: str = "", now: datetime | None = None
) -> Match:
    """Word the promise anew; both sides confirm again.

    Raises:
        Invalid("promise_needed")
    """
    if not promise.strip():
        message = _("Please state what is promised in return.")
        raise Invalid("promise_needed", message, fields={"promise": [message]})
    return apply_move(
        match_id=match_id, move="change_promise", actor=actor, now=now, words=Words(on_behalf_of=on_behalf_of),
        changes={"promise": promise[:2000], "promise_party_at": None, "promise_region_at": None},
    )  # fmt: skip
