"""The checks that rows of the table name: each refuses with a code and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from matching.enums import AnswerValue, EndReason, Origin, Role, Side
from matching.locks import named_people
from matching.models import Answer, Block, Match
from matching.selectors.readiness import may_say_yes, meeting_settled, missing_for_agreement
from matching.services.deadlines import (
    UNDO_SECONDS,
    first_start,
    last_end,
    latest_possible,
    require_time_left,
)
from matching.services.places import require_people_free
from matching.services.relations import knows
from matching.services.steps import Step
from regions.enums import Compensation, NeedStage
from regions.selectors.reviewers import may_refer

Guard = Callable[[Step], None]


def side_of(step: Step) -> Side:
    """The side a step speaks for: the actor's own, or the one a guide names in the step's data.

    Raises:
        Invalid("side_needed"): a guide named none.
    """
    if step.role.value in Side.values:
        return Side(step.role.value)
    named = step.words.data.get("side")
    if not named:
        message = _("Please state for which side you enter this.")
        raise Invalid("side_needed", message, fields={"side": [message]})
    return Side(named)


def answer_of(match: Match, side: Side) -> Answer:
    """The duty to answer of one side (it exists from approval on)."""
    return Answer.objects.get(match=match, side=side)


def approvable(step: Step) -> None:
    """The need is open, time is left, its people are as many as they may be and free; employment has its legal basis."""
    need = step.match.need
    if need.stage != NeedStage.OPEN:
        raise Conflict("need_not_open", _("This need is not open any more."))
    _require_employment_basis(step.match)
    if not step.match.volunteer.is_active:
        raise Conflict("party_paused", _("This participant has paused matching."))
    if Block.objects.filter(region=need.region_id, volunteer=step.match.volunteer_id).exists():
        raise Conflict("blocked", _("These two cannot be matched."))
    _require_people_still_right(step.match)
    require_time_left(step.match, step.now)
    if not overlap_reason(step):
        require_people_free(step.match, named_people(step.match.pk))


def _require_people_still_right(match: Match) -> None:
    """The stated people are still no more than the party has and a first visit may bring, and no fewer than come together.

    From approval on the party cannot become smaller (see ``party_size``); a raised minimum or a lowered limit of the
    community binds the next approval only.
    """
    party, region = match.volunteer, match.need.region
    stated = {
        "people": match.people,
        "size": party.size,
        "least": party.min_people,
        "most": region.first_visit_max,
    }
    if match.people > party.size:
        raise Conflict(
            "party_smaller_now",
            _(
                "This party now has %(size)d people; %(people)d were proposed. Please reject this proposal and suggest it again for fewer people."
            )
            % stated,
        )
    if match.people < party.min_people:
        raise Conflict(
            "party_comes_with_more_now",
            _(
                "This party now comes with at least %(least)d people; %(people)d were proposed. Please reject this proposal and suggest it again for more people."
            )
            % stated,
        )
    if match.people > region.first_visit_max and not knows(party, match.need):
        raise Conflict(
            "too_many_for_first_visit",
            _(
                "On a first visit this community now receives at most %(most)d people; %(people)d were proposed. Please reject this proposal and suggest it again for fewer people."
            )
            % stated,
        )


def _require_employment_basis(match: Match) -> None:
    """Whoever is in charge may refer to this need; nobody in charge may not refer to employment."""
    guide, need = match.guide, match.need
    if need.compensation == Compensation.EMPLOYMENT and (guide is None or not may_refer(guide, need)):
        raise Conflict(
            "employment_without_basis",
            _(
                "Referring to employment needs a recorded legal basis of the organization. Please only pass on the link."
            ),
        )


def review_overdue(step: Step) -> None:
    """Its time to be reviewed is over, and it has not been handed on for that before."""
    due_at = step.match.due_at
    if step.match.nudged_at is not None or due_at is None or due_at > step.now:
        raise Conflict("not_overdue", _("The time to review is not over yet."))


def undoable(step: Step) -> None:
    """Within ten seconds of the approval."""
    approved = step.match.approved_at
    if approved is None or step.now - approved > timedelta(seconds=UNDO_SECONDS):
        raise Conflict("undo_too_late", _("The messages have left. Please withdraw the proposal instead."))


def people_free(step: Step) -> None:
    """A match that holds places keeps its people free of overlaps; the new names come in the step's data."""
    if step.match.approved_at is not None and not overlap_reason(step):
        require_people_free(step.match, step.words.data["user_ids"])


def overlap_reason(step: Step) -> str:
    """A guide's reason, given with this very step, for promising somebody twice at overlapping hours."""
    return str(step.words.data.get("overlap_reason", "")) if step.role is Role.GUIDE else ""


def answerable(step: Step) -> None:
    """The side owes an answer, the answer fits (a first visit meets first, nobody twice), and the time is not over."""
    owes_answer(step)
    if step.words.data.get("value") == AnswerValue.MEET and meeting_settled(step.match):
        raise Conflict("meeting_is_over", _("You have met, or need not. Please answer with yes or no."))
    if step.words.data.get("value") == AnswerValue.YES and not may_say_yes(step.match):
        raise Conflict(
            "first_meeting_needed",
            _("Before a first visit the two sides meet. Please answer «let us meet», or ask the guide."),
        )


def owes_answer(step: Step) -> None:
    """The side has an open duty to answer that has not lapsed."""
    answer = answer_of(step.match, side_of(step))
    if not answer.is_open:
        raise Conflict("already_answered", _("An answer has already been given."))
    if answer.lapse_at <= step.now:
        raise Conflict("answer_too_late", _("The time to answer is over. Please call your guide."))


def extendable(step: Step) -> None:
    """One extension per side."""
    owes_answer(step)
    if answer_of(step.match, side_of(step)).extended_at is not None:
        raise Conflict("extended_already", _("The time to answer has been extended once already."))


def on_call_list(step: Step) -> None:
    """The side's answer is overdue."""
    answer = answer_of(step.match, side_of(step))
    if not answer.is_open or answer.overdue_at is None:
        raise Conflict("not_overdue", _("This answer is not overdue; nothing has to be recorded as a call."))


def both_want_to_meet(step: Step) -> None:
    """Both answered, at least one wants to meet, and no meeting is settled yet."""
    values = list(Answer.objects.filter(match=step.match, is_open=False).values_list("value", flat=True))
    if len(values) < len(Side) or AnswerValue.MEET not in values or meeting_settled(step.match):
        raise Conflict("not_both_answered", _("Both sides answer first."))


def no_outcome_yet(step: Step) -> None:
    """The meeting has no outcome yet."""
    if meeting_settled(step.match):
        raise Conflict("meeting_recorded_already", _("The outcome of the meeting has been recorded already."))


def ready_to_agree(step: Step) -> None:
    """Everything the promise needs is there, and time is left to prepare."""
    missing = missing_for_agreement(step.match)
    if missing:
        raise Conflict(
            "not_ready_to_agree",
            _("The promise is not complete yet."),
            fields={"missing": list(missing)},
        )
    require_time_left(step.match, step.now)


def time_to_prepare(step: Step) -> None:
    """Time is left to tick again: an opened precondition less than 24 hours before would end the match by itself."""
    if latest_possible(step.match) <= step.now:
        raise Conflict(
            "too_late_to_untick",
            _("It is too late to go back to preparing. Please cancel with a reason, or record who came."),
        )


def all_ticked(step: Step) -> None:
    """Every precondition is ticked."""
    missing = list(step.match.preconditions.filter(ticked_at__isnull=True).values_list("kind", flat=True))
    if missing:
        raise Conflict(
            "preconditions_open", _("Some preconditions are not checked yet."), fields={"missing": missing}
        )


def slot_is_over(step: Step) -> None:
    """The slot that is attested has begun."""
    if datetime.fromisoformat(step.words.data["start_at"]) > step.now:
        raise Conflict("slot_not_over", _("This date is still to come."))


def attested(step: Step) -> None:
    """Every date that took place is attested, and somebody came; a person also says that what was promised was given.

    Thirty days later the system completes from the records alone: what is owed to the participant is not lost by it.
    """
    slots = set(step.match.slots.filter(cancelled_at__isnull=True).values_list("pk", flat=True))
    records = dict(step.match.attendances.values_list("slot_id", "people_came"))
    if last_end(step.match) > step.now or slots - set(records):
        raise Conflict("not_attested", _("Please record first who came on each date."))
    if not any(records.values()):
        raise Conflict(
            "nobody_came",
            _("Nobody came on any date. Please call it off with the reason that they did not come."),
        )
    if step.role is not Role.SYSTEM and _return_is_open(step.match):
        raise Conflict(
            "return_open",
            _(
                "What was promised in return is not recorded as given or scheduled yet. Please record it with each date on which people came."
            ),
        )


def _return_is_open(match: Match) -> bool:
    """Whether something was promised in return (a trial is work only) and a date on which people came lacks it."""
    if match.is_trial or not match.promise.strip():
        return False
    return match.attendances.filter(people_came__gt=0, return_given=False).exists()


def cancellable(step: Step) -> None:
    """Who did not come is known once the day has begun, and only of those of whom nobody came on any date."""
    if step.words.reason != EndReason.NO_SHOW:
        return
    if first_start(step.match) > step.now:
        raise Conflict("slot_not_over", _("This date is still to come."))
    if step.match.attendances.filter(people_came__gt=0).exists():
        raise Conflict(
            "somebody_came",
            _("It is on record that somebody came. Please complete it, or correct the record."),
        )


def past_lapse(step: Step) -> None:
    """The deadline of the state is over, or a guide recorded a call that brought no yes."""
    by_call = step.words.data.get("after_call") is True
    lapse_at = step.match.lapse_at
    if not by_call and (lapse_at is None or lapse_at > step.now):
        raise Conflict("not_lapsed", _("The time to answer is not over yet."))


def asked_first(match: Match) -> Side | None:
    """The side that began the match and has therefore answered already."""
    return {Origin.PARTY: Side.PARTY, Origin.REGION: Side.REGION}.get(Origin(match.origin))


GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        approvable,
        review_overdue,
        undoable,
        people_free,
        answerable,
        owes_answer,
        extendable,
        on_call_list,
        both_want_to_meet,
        no_outcome_yet,
        ready_to_agree,
        time_to_prepare,
        all_ticked,
        slot_is_over,
        attested,
        cancellable,
        past_lapse,
    )
}
