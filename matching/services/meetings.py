"""The first meeting (顔合わせ・下見): planned, held, waived."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.enums import AnswerValue, EndReason, MatchState, MeetingHow, MeetingOutcome, Role, Side
from matching.models import Answer, Match, Meeting
from matching.services.announce import offer_places
from matching.services.deadlines import BOARD_AHEAD_DAYS, answer_deadline
from matching.services.guards import no_outcome_yet
from matching.services.matches import apply_move, wrong_state
from matching.services.pending import next_deadline
from matching.services.places import keep_people
from matching.services.steps import Step, Words
from matching.transitions import TABLE


def plan_meeting(
    *,
    match_id: int,
    actor: User,
    how: MeetingHow,
    planned_at: datetime,
    place: str = "",
    on_behalf_of: str = "",
    now: datetime | None = None,
) -> Match:
    """State how, when and where the two sides meet; the others are told.

    Raises:
        Invalid("meeting_in_the_past" | "meeting_too_far")
    """
    at = now or timezone.now()
    if planned_at < at:
        message = _("Please state a time that is still to come.")
        raise Invalid("meeting_in_the_past", message, fields={"planned_at": [message]})
    if planned_at - at > timedelta(days=BOARD_AHEAD_DAYS):
        message = _("Please state a day within the next %(days)d days.") % {"days": BOARD_AHEAD_DAYS}
        raise Invalid("meeting_too_far", message, fields={"planned_at": [message]})
    return apply_move(
        match_id=match_id, move="plan_meeting", actor=actor, now=at, words=Words(on_behalf_of=on_behalf_of, data={"how": how}),
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
    people: int | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Match:
    """Record how the meeting went: go on, a trial (work only, few people), or not this time (which ends the match).

    Both sides then owe a yes or a no, with new deadlines. ``people`` come to a trial (default: as many as the community
    receives on a first visit, within what was held and the party's minimum); the places of the others are released and
    owed to the next in line.

    Raises:
        Conflict("meeting_recorded_already" | "match_not_meeting"),
        Invalid("outcome_unknown" | "people_out_of_range" | "people_of_a_trial_only")
    """
    if people is not None and outcome != MeetingOutcome.TRIAL:
        message = _("The number of people is changed for a trial only.")
        raise Invalid("people_of_a_trial_only", message, fields={"people": [message]})
    if outcome == MeetingOutcome.WAIVED:
        message = _("A waiver is recorded with its reason, not as an outcome.")
        raise Invalid("outcome_unknown", message, fields={"outcome": [message]})
    if outcome == MeetingOutcome.DROPPED:
        return _drop_after_meeting(match_id=match_id, actor=actor, how=how, note=note, now=now)
    return apply_move(
        match_id=match_id, move="record_meeting", actor=actor, now=now, words=Words(note=note, data={"outcome": outcome}),
        work=lambda step: _write_outcome(step, outcome, how=how) | _try_with_few(step, outcome, people),
    )  # fmt: skip


def _drop_after_meeting(
    *, match_id: int, actor: User, how: MeetingHow, note: str, now: datetime | None
) -> Match:
    """The guide ends the match with what the meeting brought on record; both read the neutral sentence, once."""
    words = Words(reason=EndReason.MEETING_FAILED, note=note, data={"outcome": MeetingOutcome.DROPPED})
    return apply_move(
        match_id=match_id, move="decline", actor=actor, now=now, role=Role.GUIDE, words=words,
        work=lambda step: _write_dropped(step, how),
    )  # fmt: skip


def _write_dropped(step: Step, how: MeetingHow) -> None:
    if step.match.state != MatchState.MEETING:
        raise wrong_state(step.match, TABLE["record_meeting"])
    no_outcome_yet(step)
    _store_outcome(step, MeetingOutcome.DROPPED, how=how)


def _try_with_few(step: Step, outcome: MeetingOutcome, wanted: int | None) -> dict[str, Any]:
    """A trial is for few people: the number that comes, and the places of the others released."""
    if outcome != MeetingOutcome.TRIAL:
        return {}
    match, least = step.match, step.match.volunteer.min_people
    usual = max(min(match.people, match.need.region.first_visit_max), least)
    people = min(usual, match.people) if wanted is None else wanted
    if wanted is not None and not least <= people <= match.people:
        message = _("Please state between %(least)d and %(most)d people.") % {
            "least": least,
            "most": match.people,
        }
        raise Invalid("people_out_of_range", message, fields={"people": [message]})
    if people < match.people:
        keep_people(match, people, now=step.now)
        offer_places(match, key=f"match:{match.public_id}:trial:")
    return {"people": people}


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


def _write_outcome(step: Step, outcome: MeetingOutcome, *, how: MeetingHow | None = None) -> dict[str, Any]:
    _store_outcome(step, outcome, how=how)
    is_trial = step.match.is_trial or outcome == MeetingOutcome.TRIAL
    return {"is_trial": is_trial, **_ask_again(step)}


def _store_outcome(step: Step, outcome: MeetingOutcome, *, how: MeetingHow | None) -> None:
    defaults = {
        "outcome": outcome,
        "outcome_at": step.now,
        "recorded_by": step.actor,
        "note": step.words.note[:500],
    }
    if how is not None:
        defaults["how"] = how
    Meeting.objects.update_or_create(match=step.match, defaults=defaults)


def _ask_again(step: Step) -> dict[str, Any]:
    """Who said «let us meet» now owes a yes or a no."""
    for answer in Answer.objects.filter(match=step.match, value=AnswerValue.MEET):
        deadline = answer_deadline(step.match, Side(answer.side), now=step.now)
        answer.is_open, answer.asked_at = True, step.now
        answer.due_at, answer.lapse_at = deadline.due_at, deadline.lapse_at
        answer.reminded_at = answer.overdue_at = answer.extended_at = answer.meets_on = None
        answer.save(update_fields=[
            "is_open", "asked_at", "due_at", "lapse_at", "reminded_at", "overdue_at", "extended_at", "meets_on",
        ])  # fmt: skip
    return next_deadline(step.match, now=step.now)
