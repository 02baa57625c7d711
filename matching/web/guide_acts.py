"""What a guide does on the page of a match, and what an administrator may: one address an act, one form, one service."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.enums import Role
from matching.selectors.guiding import first_of, moves_left
from matching.selectors.sights import MatchSight
from matching.services import agreements, answers, day, endings, meetings, review
from matching.web import entry_forms as entries
from matching.web import guide_forms as forms
from matching.web.acts import Act, Acts
from matching.web.attendance import GuideAttendanceForm, attest
from matching.web.match_forms import EmptyForm

FORWARD: Acts = {
    "record-call": Act(
        "record_call", _("Record a call"), _("Record the call"), _("The call is on record."),
        entries.CallForm, answers.record_call,
    ),
    "agree": Act(
        "agree", _("Make the promise"), _("Make the promise"), _("The promise is made. Both sides are told."),
        EmptyForm, agreements.agree, _("Nothing is missing any more. From here on both sides see contacts and roster."),
    ),
    "plan-meeting": Act(
        "plan_meeting", _("Plan the first meeting"), _("Record the plan"), _("The plan is recorded, and both sides are told."),
        forms.GuidePlanForm, meetings.plan_meeting,
    ),
    "record-meeting": Act(
        "record_meeting", _("How did the first meeting go?"), _("Record it"), _("Recorded how the meeting went."),
        forms.MeetingForm, meetings.record_meeting, _("Both sides are then asked for a yes or a no. If you end it here, both read one neutral sentence."),
    ),
    "waive-meeting": Act(
        "waive_meeting", _("Do without a first meeting"), _("Waive the meeting"), _("No meeting is needed; both sides are told."),
        forms.WaiverForm, meetings.waive_meeting,
    ),
    "tick": Act(
        "tick", _("Tick off a check"), _("It is done"), _("The check is on record."),
        forms.TickForm, agreements.tick_precondition,
    ),
    "confirm": Act(
        "confirm", _("Everything is ready for the day"), _("Everything is ready"), _("Everything is ready. Both sides are told."),
        forms.NoteForm, agreements.confirm_match,
    ),
    "attest": Act(
        "attest", _("Who came"), _("Record who came"), _("Recorded who came."),
        GuideAttendanceForm, attest, _("A second record of the same date takes the place of the first; both stay on record."),
    ),
    "complete": Act(
        "complete", _("Complete it, and ask both for their thanks"), _("Complete it"), _("It is completed. Both sides are asked for a word of thanks."),
        forms.NoteForm, day.complete_match,
    ),
}  # fmt: skip
HEARD: Acts = {
    "enter-answer": Act(
        "answer", _("Enter an answer"), _("Enter the answer"), _("The answer is on record."),
        entries.AnswerForm, answers.answer_match,
    ),
    "enter-promise": Act(
        "confirm_promise", _("Enter that the promise is right"), _("Enter it"), _("It is on record that the promise is right."),
        entries.PromiseEntryForm, answers.confirm_promise, _("Please read the promise out first."),
    ),
    "enter-consent": Act(
        "record_consent", _("Record a consent of the community"), _("Record it"), _("The consent is on record."),
        entries.ConsentEntryForm, answers.record_consent,
    ),
    "enter-board-date": Act(
        "set_board_date", _("Enter when a board meets"), _("Record the date"),
        _("The date is recorded. The time to answer follows it."), entries.BoardForm, answers.set_board_date,
    ),
    "enter-extension": Act(
        "extend", _("Give more time to answer"), _("Give more time"), _("There is more time now."),
        entries.ExtensionForm, answers.extend_answer, _("Once for each side. The places stay held."),
    ),
}  # fmt: skip
DESK: Acts = {
    "assign": Act(
        "assign", _("Hand it over to a colleague"), _("Hand it over"), _("It is handed over; your colleague is told."),
        forms.AssignForm, review.assign_guide,
    ),
    "change-promise": Act(
        "change_promise", _("Word the promise anew"), _("Change the promise"), _("The promise is changed; both sides confirm it again."),
        forms.GuidePromiseForm, answers.change_promise,
    ),
    "name-people": Act(
        "name_people", _("Enter who comes"), _("Record who comes"), _("Recorded who comes."),
        forms.GuidePeopleForm, review.name_people,
    ),
    "untick": Act(
        "untick", _("Open a check again"), _("It no longer holds"), _("The check is open again."),
        forms.UntickForm, agreements.untick_precondition,
    ),
    "stand-by": Act(
        "stand_by", _("Put it next in line"), _("Next in line"), _("It is next in line: it is asked by itself when places come free."),
        forms.NoteForm, review.put_next_in_line,
    ),
    "redate": Act(
        "redate", _("Move it to other dates"), _("Move it to these dates"), _("It goes on with these dates."),
        forms.GuideDatesForm, endings.redate_match, _("This match ends and a linked one begins; an earlier yes is void."),
    ),
}  # fmt: skip
ENDING: Acts = {
    "enter-no": Act(
        "decline", _("End it: somebody said no"), _("End it"), _("It is ended. The other side reads the neutral sentence."),
        forms.SaidNoForm, endings.decline_match,
    ),
    "take-back": Act(
        "withdraw", _("Take the proposal back"), _("Take it back"), _("It is taken back. Both sides read one neutral sentence."),
        forms.TakeBackForm, endings.withdraw_match,
    ),
    "call-off": Act(
        "cancel", _("Call it off"), _("Call it off"), _("It is called off; the others are told and the places are free again."),
        forms.CallOffForm, endings.cancel_match,
    ),
}  # fmt: skip
ACTS = FORWARD | HEARD | DESK | ENDING
FOR_ADMINISTRATORS: Acts = {
    "assign": ACTS["assign"],
    "take-back": Act(
        "withdraw", ACTS["take-back"].title, ACTS["take-back"].button, ACTS["take-back"].done,
        forms.AdminTakeBackForm, endings.withdraw_match,
    ),
    "call-off": Act(
        "cancel", ACTS["call-off"].title, ACTS["call-off"].button, ACTS["call-off"].done,
        forms.AdminCallOffForm, endings.cancel_match,
    ),
}  # fmt: skip
PATH_OF: dict[str, str] = {act.move: path for path, act in ACTS.items()}


def guide_acts_of(sight: MatchSight) -> Acts:
    """The acts that a guide or an administrator may try now, by their path, in the order of the page."""
    if not sight.oversees:
        return {}
    known = ACTS if Role.GUIDE in sight.roles else FOR_ADMINISTRATORS
    left = moves_left(sight, now=timezone.now())
    return {path: act for path, act in known.items() if act.move in left}


def groups_of(sight: MatchSight, acts: Acts) -> dict[str, Any]:
    """The same for the page: the one thing to do first, then by what they are about. Empty for who only takes part."""
    first = PATH_OF.get(
        first_of(frozenset(act.move for act in acts.values()), sight.match, now=timezone.now())
    )
    groups = [
        (_("To go on"), FORWARD),
        (_("Entered for a side, by telephone or on paper"), HEARD),
        (_("On the desk"), DESK),
    ]
    return {
        "first": (first, acts[first]) if first in acts else None,
        "groups": [(title, _shown(acts, group, first)) for title, group in groups],
        "endings": _shown(acts, ENDING, None),
        "may_tick": "tick" in acts,
    }


def _shown(acts: Acts, group: Acts, first: str | None) -> list[tuple[str, Act]]:
    return [(path, act) for path, act in acts.items() if path in group and path != first]
