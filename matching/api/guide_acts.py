"""What a guide does with a match, one address an act."""

from __future__ import annotations

from typing import ClassVar

from accounts.api.fields import EmptyForm
from matching.api import forms
from matching.api.base import EnteredAct, SimpleAct, act_operation
from matching.services import agreements, answers, day, instead, meetings, review, terms


class ApproveView(SimpleAct):
    """Approve a proposal: places are held, both sides are asked. The messages leave after ten seconds."""

    service = staticmethod(review.approve_match)
    operations: ClassVar = act_operation("approve", forms.ApproveForm)


class UndoView(SimpleAct):
    """Take an approval back within ten seconds."""

    service = staticmethod(review.undo_approval)
    operations: ClassVar = act_operation("undo_approval_of", EmptyForm)


class RejectView(SimpleAct):
    """Reject a proposal, with a coded reason; who knew of it reads the neutral sentence."""

    service = staticmethod(review.reject_match)
    operations: ClassVar = act_operation("reject", forms.RejectForm)


class SnoozeView(SimpleAct):
    """Hold a proposal back for some days; its deadlines go on."""

    service = staticmethod(review.snooze_match)
    operations: ClassVar = act_operation("snooze", forms.SnoozeForm)


class StandByView(SimpleAct):
    """Put a proposal next in line: it is asked by itself when places come free."""

    service = staticmethod(review.put_next_in_line)
    operations: ClassVar = act_operation("stand_by", forms.NoteForm)


class ChangeTermsView(SimpleAct):
    """Change the number of people or the wording of the promise before anybody is asked."""

    service = staticmethod(terms.change_terms)
    operations: ClassVar = act_operation("change_terms_of", forms.TermsForm)


class SuggestAlsoView(SimpleAct):
    """Propose somebody else too for the need and dates of this match. Answers with the new match."""

    service = staticmethod(instead.suggest_also)
    operations: ClassVar = act_operation("suggest_also_beside", forms.SuggestAlsoForm)


class SuggestInsteadView(SimpleAct):
    """Reject this proposal and propose somebody else for its need and dates, both or neither. Answers with the new match."""

    service = staticmethod(instead.suggest_instead)
    operations: ClassVar = act_operation("suggest_instead_of", forms.SuggestInsteadForm)


class AssignView(SimpleAct):
    """Put a guide in charge."""

    service = staticmethod(review.assign_guide)
    operations: ClassVar = act_operation("assign", forms.AssignForm)


class RecordCallView(SimpleAct):
    """A call to a side whose answer is overdue: a yes is its answer, a no declines, silence lapses."""

    service = staticmethod(answers.record_call)
    operations: ClassVar = act_operation("record_call_of", forms.CallForm)


class WaiveMeetingView(SimpleAct):
    """No meeting is needed, with the reason on record."""

    service = staticmethod(meetings.waive_meeting)
    operations: ClassVar = act_operation("waive_meeting_of", forms.WaiverForm)


class RecordMeetingView(SimpleAct):
    """How the first meeting went: go on, a trial, or not this time."""

    service = staticmethod(meetings.record_meeting)
    operations: ClassVar = act_operation("record_meeting_of", forms.MeetingForm)


class ChangePromiseView(EnteredAct):
    """Word what is promised in return anew; both sides confirm again."""

    service = staticmethod(answers.change_promise)
    operations: ClassVar = act_operation("change_promise_of", forms.PromiseForm)


class AgreeView(SimpleAct):
    """Make the promise, if nothing is missing (it makes itself with the last fact)."""

    service = staticmethod(agreements.agree)
    operations: ClassVar = act_operation("agree", EmptyForm)


class TickView(SimpleAct):
    """A precondition is met."""

    service = staticmethod(agreements.tick_precondition)
    operations: ClassVar = act_operation("tick", forms.TickForm)


class UntickView(SimpleAct):
    """A precondition no longer holds; a ready match goes back to being prepared."""

    service = staticmethod(agreements.untick_precondition)
    operations: ClassVar = act_operation("untick", forms.TickForm)


class ConfirmView(SimpleAct):
    """Everything is ready for the day."""

    service = staticmethod(agreements.confirm_match)
    operations: ClassVar = act_operation("confirm", forms.NoteForm)


class CompleteView(SimpleAct):
    """Complete a match from its attested records."""

    service = staticmethod(day.complete_match)
    operations: ClassVar = act_operation("complete", forms.NoteForm)
