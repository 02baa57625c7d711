"""Every act on a match as one call with drawn arguments, for tests that do them at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from accounts.models import Guide, User
from matching.enums import (
    AnswerValue,
    CallResult,
    ConsentScope,
    ConsentStatus,
    EndReason,
    MeetingHow,
    MeetingOutcome,
    PreconditionKind,
    Side,
)
from matching.models import Match
from matching.services import agreements, answers, day, endings, meetings, review, terms
from matching.services.calendar import local_day
from matching.services.disclosure import reveal
from regions.models import Slot


class Setting(NamedTuple):
    """Who does it to which match, when, and where chance comes from. ``led``: for this side, saying what leads on."""

    match: Match
    actor: User
    now: datetime
    random: Random
    led: Side | None = None

    @property
    def who(self) -> dict[str, Any]:
        return {"match_id": self.match.pk, "actor": self.actor, "now": self.now}

    def one_of(self, choices: Sequence[Any]) -> Any:
        options = list(choices)
        if self.led is not None:
            return AnswerValue.YES if AnswerValue.YES in options else options[0]
        return self.random.choice(options)

    def side(self) -> dict[str, Any]:
        """For oneself, or entered for a side by somebody."""
        side = self.led or self.random.choice([None, None, *Side])
        return {} if side is None else {"side": side, "on_behalf_of": "電話で本人"}


Verb = Callable[[Setting], object]


def _redate(s: Setting) -> object:
    slots = list(Slot.objects.filter(need=s.match.need_id).order_by("pk"))
    return endings.redate_match(**s.who, slots=s.random.sample(slots, k=s.random.randint(1, len(slots))))


def _name_people(s: Setting) -> object:
    members = [row.user for row in s.match.volunteer.memberships.select_related("user").order_by("pk")]
    users = s.random.sample(members, k=s.random.randint(1, len(members)))
    return review.name_people(**s.who, users=users, overlap_reason=s.one_of(["", "", "途中で抜ける約束"]))


def _change_terms(s: Setting) -> object:
    people = s.one_of([None, s.random.randint(1, s.match.volunteer.size + 1)])
    return terms.change_terms(**s.who, people=people, promise=s.one_of([None, "山道を走る", " "]))


def _answer(s: Setting) -> object:
    value = s.one_of([*AnswerValue, AnswerValue.MEET, AnswerValue.YES])
    return answers.answer_match(**s.who, **s.side(), value=value, scope=s.one_of([None, *ConsentScope]))


def _record_consent(s: Setting) -> object:
    consent = s.match.region_consents.order_by("pk").first()
    if consent is None:
        return None
    status = s.one_of([ConsentStatus.GIVEN] * 4 + [ConsentStatus.REFUSED])
    return answers.record_consent(**s.who, consent=consent, status=status, evidence="役員会で口頭")


def _record_call(s: Setting) -> object:
    result, value = s.one_of(CallResult), s.one_of(AnswerValue)
    return answers.record_call(**s.who, side=s.one_of(Side), result=result, spoke_with="本人", value=value)


def _attest(s: Setting) -> object:
    slot = s.one_of(Slot.objects.filter(need=s.match.need_id).order_by("pk"))
    came = day.Came(people=s.random.randint(0, s.match.people), minutes=200, return_given=True)
    return day.attest_attendance(**s.who, slot=slot, came=came)


def _set_board_date(s: Setting) -> object:
    meets_on = local_day(s.now) + timedelta(days=s.random.randint(-1, 40))
    return answers.set_board_date(**s.who, **s.side(), meets_on=meets_on)


def _record_meeting(s: Setting) -> object:
    return meetings.record_meeting(**s.who, outcome=s.one_of(MeetingOutcome), how=MeetingHow.ON_SITE)


def _plan_meeting(s: Setting) -> object:
    at = s.now + timedelta(days=s.random.randint(-1, 5))
    return meetings.plan_meeting(**s.who, how=MeetingHow.ONLINE, planned_at=at)


VERBS: dict[str, Verb] = {
    "approve": lambda s: review.approve_match(**s.who, overlap_reason=s.one_of(["", "", "途中で抜ける約束"])),
    "undo_approval": lambda s: review.undo_approval(**s.who),
    "reject": lambda s: review.reject_match(**s.who, reason=s.one_of(EndReason)),
    "snooze": lambda s: review.snooze_match(**s.who, until=s.now + timedelta(days=s.random.randint(0, 15))),
    "stand_by": lambda s: review.put_next_in_line(**s.who),
    "change_terms": _change_terms,
    "assign": lambda s: review.assign_guide(**s.who, guide=s.one_of(Guide.objects.order_by("pk"))),
    "name_people": _name_people,
    "answer": _answer,
    "set_board_date": _set_board_date,
    "extend": lambda s: answers.extend_answer(**s.who, **s.side()),
    "record_call": _record_call,
    "record_consent": _record_consent,
    "confirm_promise": lambda s: answers.confirm_promise(**s.who, **s.side()),
    "change_promise": lambda s: answers.change_promise(**s.who, promise=s.one_of(["山道を走る", " "])),
    "plan_meeting": _plan_meeting,
    "waive_meeting": lambda s: meetings.waive_meeting(**s.who, reason=s.one_of(["祭りで会った", ""])),
    "record_meeting": _record_meeting,
    "decline": lambda s: endings.decline_match(**s.who, reason=s.one_of(EndReason)),
    "withdraw": lambda s: endings.withdraw_match(**s.who, reason=s.one_of(EndReason)),
    "redate": _redate,
    "tick": lambda s: agreements.tick_precondition(**s.who, kind=s.one_of(PreconditionKind)),
    "untick": lambda s: agreements.untick_precondition(**s.who, kind=s.one_of(PreconditionKind)),
    "confirm": lambda s: agreements.confirm_match(**s.who),
    "attest": _attest,
    "complete": lambda s: day.complete_match(**s.who),
    "cancel": lambda s: endings.cancel_match(**s.who, reason=s.one_of(EndReason)),
    "reveal": lambda s: reveal(match=s.match, viewer=s.actor),
}
LEADING_ON = frozenset(
    {
        "approve",
        "answer",
        "confirm_promise",
        "record_meeting",
        "record_consent",
        "tick",
        "confirm",
        "attest",
        "complete",
    }
)
"""Verbs without which nothing gets anywhere: drawn more often."""
