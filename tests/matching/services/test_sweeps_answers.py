"""A side's silence: who is reminded, who is called, and that it never means yes."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import AnswerValue, CallResult, EndReason, MatchState, Side
from matching.models import Answer, Match, MatchEvent, PhoneCall
from matching.services.answers import answer_match, record_call, set_board_date
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.builders import make_party
from tests.matching import saga as story
from tests.matching.sweeping import (
    DAY,
    NOTHING,
    SECOND,
    START,
    asked,
    assert_holds,
    ending,
    last_event,
    swept,
    told,
)

pytestmark = pytest.mark.django_db


# A side's silence.
def test_person_is_reminded_two_days_before_once(far: Need, hana_party: Volunteer, mori: User) -> None:
    asked(far, hana_party, guide=mori)

    before, done, again = (sweep_deadlines(now=START + 5 * DAY + wait) for wait in (-SECOND, 0 * DAY, DAY))

    assert (before, done, again) == (NOTHING, swept(reminded=1), NOTHING)
    assert told("answer_reminder") == ["花"]


def test_who_has_answered_is_not_reminded(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.MEET, now=START)

    assert sweep_deadlines(now=START + 19 * DAY) == swept(reminded=1)
    assert told("answer_reminder") == ["梅"]


def test_moved_deadline_is_reminded_of_again(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    sweep_deadlines(now=START + 19 * DAY)
    answer_match(
        match_id=match.pk, actor=story.speaker_of(match), value=AnswerValue.MEET, now=START + 20 * DAY
    )
    meets_on = (START + 40 * DAY).date()
    set_board_date(match_id=match.pk, actor=riders.representative, meets_on=meets_on, now=START + 20 * DAY)

    sweep_deadlines(now=START + 42 * DAY)

    assert told("answer_reminder") == ["原田", "梅", "原田"]


def test_overdue_answer_is_put_on_the_guides_call_list_once(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)
    sweep_deadlines(now=START + 6 * DAY)

    done, again = (sweep_deadlines(now=START + 7 * DAY + wait) for wait in (0 * DAY, SECOND))

    assert (done, again) == (swept(overdue=1), NOTHING)
    assert told("answer_overdue_guide") == ["森"]
    assert Answer.objects.get(match=match, side=Side.PARTY).overdue_at == START + 7 * DAY


@pytest.mark.parametrize(("size", "ends_after"), [(1, 10), (4, 35)], ids=["person", "group"])
def test_match_lapses_when_grace_is_over(far: Need, mori: User, size: int, ends_after: int) -> None:
    match = asked(far, make_party(size=size), guide=mori)

    sweep_deadlines(now=START + ends_after * DAY - SECOND)
    before = ending(match)
    done = sweep_deadlines(now=START + ends_after * DAY)

    assert before == (MatchState.ASKING, "", match.people)
    assert done.lapsed == 1
    assert ending(match) == (MatchState.LAPSED, EndReason.NO_ANSWER, 0)
    assert set(told("match_ended")) == {match.volunteer.representative.name, "梅", "森"}
    assert_holds(START + ends_after * DAY)


def test_silence_after_the_others_yes_is_still_a_no(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)
    answer_match(match_id=match.pk, actor=story.speaker_of(match), value=AnswerValue.MEET, now=START)

    sweep_deadlines(now=START + 10 * DAY)

    assert ending(match)[0] == MatchState.LAPSED
    assert Answer.objects.get(match=match, side=Side.PARTY).value == ""
    assert not MatchEvent.objects.filter(match=match, move__in=["agree", "open_meeting"]).exists()


# The call list.
def overdue(need: Need, party: Volunteer, *, guide: User) -> Match:
    match = asked(need, party, guide=guide)
    sweep_deadlines(now=START + 7 * DAY)
    return match


def test_call_that_brings_a_yes_is_an_answer_on_behalf(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = overdue(far, hana_party, guide=mori)

    record_call(
        match_id=match.pk, actor=mori, side=Side.PARTY, result=CallResult.YES, spoke_with="花さん本人", now=START + 8 * DAY
    )  # fmt: skip

    answer = Answer.objects.get(match=match, side=Side.PARTY)
    assert (answer.value, answer.is_open, answer.on_behalf_of, answer.answered_by) == (
        *("meet", False, "花さん本人"),
        mori,
    )
    assert PhoneCall.objects.get().result == CallResult.YES
    assert ending(match)[0] == MatchState.ASKING


def test_call_that_brings_a_no_declines(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = overdue(far, hana_party, guide=mori)

    record_call(
        match_id=match.pk, actor=mori, side=Side.PARTY, result=CallResult.NO, spoke_with="花さん本人", now=START + 8 * DAY
    )  # fmt: skip

    assert ending(match) == (MatchState.DECLINED, EndReason.OTHER, 0)


def test_call_that_reaches_nobody_lets_the_match_lapse_at_once(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = overdue(far, hana_party, guide=mori)

    record_call(
        match_id=match.pk, actor=mori, side=Side.PARTY, result=CallResult.NOT_REACHED, spoke_with="留守番電話",
        now=START + 8 * DAY,
    )  # fmt: skip

    assert ending(match) == (MatchState.LAPSED, EndReason.NO_ANSWER, 0)
    assert (last_event(match).role, last_event(match).actor) == ("guide", mori)


def test_call_before_the_answer_is_overdue_is_refused(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="not_overdue"):
        record_call(
            match_id=match.pk, actor=mori, side=Side.PARTY, result=CallResult.NOT_REACHED, spoke_with="誰か", now=START + DAY
        )  # fmt: skip

    assert (ending(match)[0], PhoneCall.objects.count()) == (MatchState.ASKING, 0)
