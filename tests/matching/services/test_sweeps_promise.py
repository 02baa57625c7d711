"""Silence when both have said yes: until the promise, about the meeting, and until the thanks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState, MeetingOutcome, Side
from matching.models import Answer, Match, Relation
from matching.services.answers import answer_match, set_board_date
from matching.services.day import Came, attest_attendance
from matching.services.meetings import record_meeting, waive_meeting
from matching.services.sweeps import sweep_deadlines
from regions.enums import ConsentMatter
from regions.models import Need, RequiredConsent
from tests.builders import TOKYO, make_slot
from tests.matching import saga as story
from tests.matching.sweeping import (
    DAY,
    NOTHING,
    SECOND,
    SLOT_AT,
    START,
    asked,
    ending,
    prepared,
    promised,
    swept,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


# Both said yes, and something else is missing.
def both_said_yes(need: Need, party: Volunteer, *, guide: User, last: str = "party") -> Match:
    """Between two who know each other; nobody has confirmed the promise. ``last``: who answered last, a day after START."""
    Relation.objects.create(volunteer=party, region=need.region, promised=1, kept=1, days=1)
    match = asked(need, party, guide=guide)
    actors = [story.speaker_of(match), party.representative]
    for actor in actors if last == "party" else actors[::-1]:
        answer_match(match_id=match.pk, actor=actor, value=AnswerValue.YES, now=START + DAY)
    match.refresh_from_db()
    return match


@pytest.mark.parametrize("last", ["party", "region"])
def test_promise_has_a_boards_time_whoever_answered_last(
    far: Need, hana_party: Volunteer, mori: User, last: str
) -> None:
    RequiredConsent.objects.create(region=far.region, by="総会", matter=ConsentMatter.DATES)
    match = both_said_yes(far, hana_party, guide=mori, last=last)

    due, lapse = START + 22 * DAY, START + 36 * DAY
    warned, again, end = (sweep_deadlines(now=at) for at in (due, lapse - SECOND, lapse))

    assert (match.due_at, match.lapse_at) == (due, lapse)
    assert (warned, again, end) == (swept(nudged=1), NOTHING, swept(lapsed=1))
    assert told("deadline_warning") == ["森"]
    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_COMPLETED, 0)


@pytest.mark.parametrize(
    ("meets", "due"),
    [
        ("総会 2027-07-20", datetime(2027, 7, 24, 0, 0, tzinfo=TOKYO)),
        ("2027年7月20日の夜", datetime(2027, 7, 24, 0, 0, tzinfo=TOKYO)),
        ("毎月10日の夜", START + 22 * DAY),
        ("2027年13月40日", START + 22 * DAY),
        ("2127-07-20", START + 22 * DAY),
    ],
)
def test_promise_waits_for_the_day_on_which_a_consent_is_decided(
    far: Need, hana_party: Volunteer, mori: User, meets: str, due: datetime
) -> None:
    RequiredConsent.objects.create(region=far.region, by="総会", matter=ConsentMatter.DATES, meets=meets)

    match = both_said_yes(far, hana_party, guide=mori)

    assert (match.due_at, match.lapse_at) == (due, due + 14 * DAY)


def test_time_to_complete_is_no_shorter_than_what_somebody_was_given(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    Relation.objects.create(volunteer=hana_party, region=far.region, promised=1, kept=1, days=1)
    match = asked(far, hana_party, guide=mori)
    set_board_date(
        match_id=match.pk, actor=story.speaker_of(match), meets_on=(START + 60 * DAY).date(), now=START
    )
    stated = Answer.objects.get(match=match, side=Side.REGION)

    after = story.both_answer(match, AnswerValue.YES, now=START + DAY)

    assert (after.due_at, after.lapse_at) == (stated.due_at, stated.lapse_at)


def test_promise_open_after_the_meeting_is_not_called_a_meeting_not_held(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)
    story.both_answer(match, AnswerValue.MEET, now=START)
    waive_meeting(match_id=match.pk, actor=mori, reason="祭りで会った", now=START)
    story.both_answer(match, AnswerValue.YES, now=START)

    sweep_deadlines(now=START + 35 * DAY)

    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_COMPLETED, 0)


def test_silence_after_the_meeting_is_no_answer(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)
    story.both_answer(match, AnswerValue.MEET, now=START)
    waive_meeting(match_id=match.pk, actor=mori, reason="祭りで会った", now=START)

    sweep_deadlines(now=START + 10 * DAY)

    assert ending(match) == (MatchState.LAPSED, EndReason.NO_ANSWER, 0)


# The meeting.
def test_meeting_not_held_is_asked_about_and_then_lapses(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)
    story.both_answer(match, AnswerValue.MEET, now=START)

    done, again, end = (sweep_deadlines(now=START + count * DAY) for count in (30, 36, 37))

    assert (done, again, end) == (swept(nudged=1), NOTHING, swept(lapsed=1))
    assert told("deadline_warning") == ["森"]
    assert ending(match) == (MatchState.LAPSED, EndReason.NO_MEETING, 0)


def test_after_the_meeting_both_owe_a_yes_and_are_reminded(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)
    story.both_answer(match, AnswerValue.MEET, now=START)
    record_meeting(
        match_id=match.pk, actor=mori, outcome=MeetingOutcome.PROCEED, how="on_site", now=START + 10 * DAY
    )

    assert sweep_deadlines(now=START + 15 * DAY) == swept(reminded=1)
    assert sweep_deadlines(now=START + 17 * DAY).overdue == 1
    assert sweep_deadlines(now=START + 20 * DAY) == swept(lapsed=1)
    assert told("answer_reminder") == ["花"]


# From the promise to the thanks.
def test_promise_is_warned_of_ten_days_before_and_cancelled_a_day_before(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = promised(far, hana_party, guide=mori)

    before, warned, again, end = (
        sweep_deadlines(now=SLOT_AT - early) for early in (10 * DAY + SECOND, 10 * DAY, 5 * DAY, DAY)
    )

    assert (before, warned, again) == (NOTHING, swept(nudged=1, unprepared=1), NOTHING)
    assert end == swept(settled=1)
    assert told("roster_due_guide") == ["森"]
    assert ending(match) == (MatchState.CANCELLED, EndReason.NOT_CONFIRMED, 0)
    assert set(told("match_ended")) == {"花", "梅", "森"}
    kept = Relation.objects.get(volunteer=hana_party, region=far.region)
    assert (kept.promised, kept.kept) == (1, 1), "a promise the system calls off is nobody's broken promise"


def test_ready_match_is_asked_about_the_next_day(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = prepared(far, hana_party, guide=mori)
    over = SLOT_AT + timedelta(hours=4)

    before, asked_about, again = (sweep_deadlines(now=over + wait) for wait in (DAY - SECOND, DAY, 2 * DAY))

    assert (before, asked_about, again) == (NOTHING, swept(nudged=1), NOTHING)
    assert told("deadline_warning") == ["森"]
    assert ending(match) == (MatchState.CONFIRMED, "", 1)


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "no record"])
def test_thirty_days_later_records_complete_and_no_record_cancels(
    far: Need, hana_party: Volunteer, mori: User, is_recorded: bool
) -> None:
    match = prepared(far, hana_party, guide=mori)
    over = SLOT_AT + timedelta(hours=4)
    if is_recorded:
        came = Came(people=1, minutes=200, return_given=True)
        attest_attendance(match_id=match.pk, actor=mori, slot=match.slots.get(), came=came, now=over)
    sweep_deadlines(now=over + DAY)

    before, done = (sweep_deadlines(now=over + 30 * DAY + wait) for wait in (-SECOND, 0 * DAY))

    assert (before, done) == (NOTHING, swept(settled=1))
    expected = ("completed", "", 0) if is_recorded else ("cancelled", "no_record", 0)
    assert ending(match) == expected
    relation = Relation.objects.get(volunteer=hana_party, region=far.region)
    assert (relation.promised, relation.kept) == ((2, 2) if is_recorded else (1, 1))
    assert set(told("match_thanks")) == ({"花", "梅"} if is_recorded else set())


def test_match_with_one_of_two_days_recorded_is_not_completed(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    second = make_slot(far, start_at=SLOT_AT + 7 * DAY)
    match = prepared(far, hana_party, guide=mori)
    match.slots.add(second)
    came = Came(people=1, minutes=200, return_given=True)
    attest_attendance(match_id=match.pk, actor=mori, slot=second, came=came, now=second.end_at)

    sweep_deadlines(now=second.end_at + 30 * DAY)

    assert ending(match)[:2] == (MatchState.CANCELLED, EndReason.NO_RECORD)
