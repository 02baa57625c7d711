"""What the two sides do with a match, themselves or through a guide who states the side and for whom."""

from __future__ import annotations

from typing import ClassVar

from matching.api import forms
from matching.api.base import EnteredAct, MatchAct, SimpleAct, Values, act_operation
from matching.models import Match
from matching.selectors.matches import consent_of
from matching.services import answers, day, endings, meetings, review


class AnswerView(EnteredAct):
    """Answer: let us meet, yes, or no."""

    service = staticmethod(answers.answer_match)
    operations: ClassVar = act_operation("answer", forms.AnswerForm)


class BoardDateView(EnteredAct):
    """When the board meets next; the time to answer follows it."""

    service = staticmethod(answers.set_board_date)
    operations: ClassVar = act_operation("set_board_date_of", forms.BoardDateForm)


class ExtendView(EnteredAct):
    """More time to answer, once."""

    service = staticmethod(answers.extend_answer)
    operations: ClassVar = act_operation("extend", forms.ExtensionForm)


class ConfirmPromiseView(EnteredAct):
    """Confirm what is promised in return."""

    service = staticmethod(answers.confirm_promise)
    operations: ClassVar = act_operation("confirm_promise_of", forms.EntryForm)


class DeclineView(EnteredAct):
    """Not this time. The other side reads the neutral sentence only."""

    service = staticmethod(endings.decline_match)
    operations: ClassVar = act_operation("decline", forms.DeclineForm)


class WithdrawView(EnteredAct):
    """Take a match back before the promise."""

    service = staticmethod(endings.withdraw_match)
    operations: ClassVar = act_operation("withdraw", forms.WithdrawForm)


class RedateView(EnteredAct):
    """Other dates: this match ends, a linked new one begins and is what is answered with."""

    service = staticmethod(endings.redate_match)
    operations: ClassVar = act_operation("redate", forms.RedateForm)


class CancelView(EnteredAct):
    """Call off after the promise."""

    service = staticmethod(endings.cancel_match)
    operations: ClassVar = act_operation("cancel", forms.CancelForm)


class NamePeopleView(MatchAct):
    """Who comes, by name."""

    operations: ClassVar = act_operation("name_people_of", forms.PeopleForm)

    def act(self, match: Match, values: Values) -> Match:
        users = values.pop("people")
        return review.name_people(
            match_id=match.pk, actor=self.actor, users=users, **self.entered(match, values)
        )


class PlanMeetingView(SimpleAct):
    """How, when and where the two sides meet first."""

    service = staticmethod(meetings.plan_meeting)
    operations: ClassVar = act_operation("plan_meeting_of", forms.PlanForm)


class ConsentsView(MatchAct):
    """A consent the community requires of itself was given or refused."""

    operations: ClassVar = act_operation("record_consent_of", forms.RegionConsentForm)

    def act(self, match: Match, values: Values) -> Match:
        consent = consent_of(match, by=values.pop("by"), matter=values.pop("matter"))
        entered = self.entered(match, values)
        return answers.record_consent(match_id=match.pk, actor=self.actor, consent=consent, **entered)


class AttestView(MatchAct):
    """Who came on one date."""

    operations: ClassVar = act_operation("attest", forms.AttendanceForm)

    def act(self, match: Match, values: Values) -> Match:
        came = day.Came(
            people=values["people_came"],
            minutes=values["minutes"],
            return_given=values["return_given"],
            note=values.get("note", ""),
        )
        on_behalf_of = self.entered(match, values)["on_behalf_of"]
        return day.attest_attendance(
            match_id=match.pk, actor=self.actor, slot=values["slot"], came=came, on_behalf_of=on_behalf_of
        )
