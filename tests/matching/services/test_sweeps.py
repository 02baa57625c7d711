"""Silence: who is reminded, who is called, and what ends by itself, once and only when its time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import Conflict
from accounts.models import Outbox, User, Volunteer
from matching.enums import AnswerValue, CallResult, EndReason, MatchState, MeetingOutcome, Side
from matching.models import Answer, Hold, Match, MatchEvent, MatchSlot, PhoneCall, Relation
from matching.services import sweeps
from matching.services.agreements import confirm_match, tick_precondition
from matching.services.answers import answer_match, confirm_promise, record_call, set_board_date
from matching.services.day import Came, attest_attendance
from matching.services.invariants import check_invariants
from matching.services.meetings import record_meeting, waive_meeting
from matching.services.proposals import apply_for_need
from matching.services.review import undo_approval
from matching.services.sweeps import Swept, sweep_deadlines
from regions.enums import ConsentMatter
from regions.models import Need, Region, RequiredConsent
from tests.builders import FUKUOKA, TOKYO, make_guide, make_need, make_party, make_region, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

START = datetime(2027, 6, 1, 10, 0, tzinfo=TOKYO)  # a Tuesday
SLOT_AT = datetime(2028, 10, 1, 8, 0, tzinfo=TOKYO)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NOTHING = Swept(lapsed=0, settled=0, escalated=0, reminded=0, overdue=0, nudged=0, unprepared=0)


@pytest.fixture
def far(saga: Region) -> Need:
    """A need whose only date is more than a year after everything here."""
    return make_need(saga, slots=[{"start_at": SLOT_AT}])


def asked(need: Need, party: Volunteer, *, guide: User) -> Match:
    return story.asked(story.propose(need, party, now=START), guide=guide, now=START)


def promised(need: Need, party: Volunteer, *, guide: User) -> Match:
    """Agreed at START, between two who know each other."""
    Relation.objects.create(volunteer=party, region=need.region, promised=1, kept=1, days=1)
    match = asked(need, party, guide=guide)
    for actor in (party.representative, story.speaker_of(match)):
        confirm_promise(match_id=match.pk, actor=actor, now=START)
    return story.both_answer(match, AnswerValue.YES, now=START)


def prepared(need: Need, party: Volunteer, *, guide: User) -> Match:
    """Confirmed at START."""
    match = promised(need, party, guide=guide)
    for row in match.preconditions.all():
        tick_precondition(match_id=match.pk, actor=guide, kind=row.kind, now=START)
    return confirm_match(match_id=match.pk, actor=guide, now=START)


def swept(**done: int) -> Swept:
    return Swept(**(vars_of(NOTHING) | done))


def vars_of(result: Swept) -> dict[str, int]:
    return {name: getattr(result, name) for name in result.__slots__}


def told(kind: str) -> list[str]:
    """Names of who is told of ``kind``, in order."""
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind=kind).order_by("pk")
    names = dict(User.objects.values_list("pk", "name"))
    return [names[row.payload["user_id"]] for row in rows]


def ending(match: Match) -> tuple[str, str, int]:
    """State, reason, and places still held."""
    match.refresh_from_db()
    held = Hold.objects.filter(match=match, released_at=None).count()
    return match.state, match.end_reason, held


def assert_holds(now: datetime) -> None:
    """Every invariant, once the messages are delivered."""
    Outbox.objects.update(done_at=now)
    assert check_invariants(now=now) == []


def last_event(match: Match) -> MatchEvent:
    return MatchEvent.objects.filter(match=match).latest("seq")


# Before anything is due.
def test_nothing_happens_before_its_time(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    story.propose(far, riders, now=START)
    asked(far, hana_party, guide=mori)

    assert sweep_deadlines(now=START + 5 * DAY - SECOND) == NOTHING


# The guide's silence.
def test_review_goes_to_the_next_guide_after_five_working_days_once(
    far: Need, riders: Volunteer, mori: User, sato: User
) -> None:
    match = story.propose(far, riders, now=START)
    first = match.guide

    before, done, again = (sweep_deadlines(now=START + 7 * DAY + wait) for wait in (-SECOND, 0 * DAY, SECOND))

    match.refresh_from_db()
    assert (before, done, again) == (NOTHING, swept(escalated=1), NOTHING)
    assert {first, match.guide} == {mori.guide, sato.guide}
    assert told("review_escalated") == [match.guide.user.name]
    assert (match.due_at, match.state) == (match.lapse_at, MatchState.PROPOSED)


def test_last_guide_hands_on_to_the_first(far: Need, riders: Volunteer, mori: User, sato: User) -> None:
    third = make_guide(mori.guide.organization)
    guides = [mori.guide, sato.guide, third]
    match = story.propose(far, riders, now=START)
    Match.objects.filter(pk=match.pk).update(guide=third)

    sweep_deadlines(now=START + 7 * DAY)

    match.refresh_from_db()
    assert match.guide == guides[0]


def test_handing_on_twice_is_refused(far: Need, riders: Volunteer, mori: User, sato: User) -> None:
    match = story.propose(far, riders, now=START)
    sweep_deadlines(now=START + 7 * DAY)
    match.refresh_from_db()
    guide = match.guide

    with pytest.raises(Conflict, match="not_overdue"):
        sweeps.escalate_review(match_id=match.pk, now=START + 7 * DAY)

    match.refresh_from_db()
    assert match.guide == guide


def test_proposal_nobody_covers_is_told_to_the_administrators_and_lapses(
    far: Need, riders: Volunteer, admin: User, yuki: User
) -> None:
    match = story.propose(far, riders, now=START)

    assert sweep_deadlines(now=START + 7 * DAY) == swept(escalated=1)
    assert told("match_uncovered_admin") == [admin.name]
    assert sweep_deadlines(now=START + 14 * DAY) == swept(lapsed=1)
    assert told("match_ended") == [admin.name]
    assert told("review_escalated") == []
    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_REVIEWED, 0)


def test_application_nobody_reviews_is_told_to_the_administrators_at_once(
    far: Need, hana: User, hana_party: Volunteer, admin: User, mori: User
) -> None:
    uncovered = make_need(make_region(municipality=FUKUOKA), slots=[{"start_at": SLOT_AT}])
    for need in (uncovered, far):
        apply_for_need(actor=hana, need=need, volunteer=hana_party, slots=need.slots.all())

    assert told("match_uncovered_admin") == [admin.name]
    assert told("match_proposed_guide") == [mori.name]


def test_review_lapses_after_ten_working_days_and_tells_neither_side(
    far: Need, riders: Volunteer, mori: User
) -> None:
    match = story.propose(far, riders, now=START)
    sweep_deadlines(now=START + 7 * DAY)

    assert sweep_deadlines(now=START + 14 * DAY - SECOND) == NOTHING
    assert sweep_deadlines(now=START + 14 * DAY) == swept(lapsed=1)

    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_REVIEWED, 0)
    assert told("match_ended") == ["森"]
    assert (last_event(match).actor.is_system, last_event(match).role) == (True, "system")


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


# What somebody else moved meanwhile.
def test_match_made_ready_since_it_was_listed_is_not_cancelled(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = prepared(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="match_moved_on"):
        sweeps._settle_after(match.pk, SLOT_AT - DAY)

    assert ending(match)[0] == MatchState.CONFIRMED


def test_nudge_meant_for_an_earlier_state_does_not_use_up_the_later_one(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = promised(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._nudge(match.pk, START + 30 * DAY)

    assert Match.objects.get(pk=match.pk).nudged_at is None


def test_reminder_for_a_deadline_that_was_moved_is_not_sent(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    set_board_date(
        match_id=match.pk, actor=riders.representative, meets_on=(START + 40 * DAY).date(), now=START
    )
    answer = Answer.objects.get(match=match, side=Side.PARTY)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._remind(answer.pk, START + 19 * DAY)

    assert told("answer_reminder") == []


def test_nobody_is_reminded_of_what_has_ended(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer = Answer.objects.get(match=match, side=Side.PARTY)
    sweep_deadlines(now=START + 35 * DAY)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._put_on_call_list(answer.pk, START + 36 * DAY)


def test_nobody_is_reminded_of_an_approval_that_was_undone(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer = Answer.objects.get(match=match, side=Side.PARTY)
    undo_approval(match_id=match.pk, actor=mori, now=START + SECOND)

    for act in (sweeps._remind, sweeps._put_on_call_list):
        with pytest.raises(Conflict, match="nudged_already"):
            act(answer.pk, START + 20 * DAY)


def test_row_that_fails_is_logged_and_stops_nobody(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User, caplog: pytest.LogCaptureFixture
) -> None:
    """A match that lost its dates cannot be announced: the others of its kind and all later kinds go on."""
    poisoned = story.propose(far, make_party(), now=START)
    healthy = story.propose(far, hana_party, now=START)
    asked(far, riders, guide=mori)
    MatchSlot.objects.filter(match=poisoned).delete()

    done = [sweep_deadlines(now=START + 20 * DAY) for _again in range(2)]

    assert done == [swept(lapsed=1, reminded=2), NOTHING]
    assert (ending(healthy)[0], ending(poisoned)[0]) == (MatchState.LAPSED, MatchState.PROPOSED)
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert {record.getMessage() for record in failures} == {f"The sweep failed on Match {poisoned.pk}."}
    assert all(record.exc_info for record in failures)


def test_sweeping_again_and_again_ends_everything_and_says_each_thing_once(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    story.propose(far, make_party(), now=START)
    asked(far, riders, guide=mori)
    promised(far, hana_party, guide=mori)
    at = START
    while at < SLOT_AT:
        sweep_deadlines(now=at)
        at += DAY / 2 if at < START + 40 * DAY else 10 * DAY
    sweep_deadlines(now=SLOT_AT)

    assert sorted(Match.objects.values_list("state", flat=True)) == ["cancelled", "lapsed", "lapsed"]
    said = Outbox.objects.filter(topic="accounts.notify").values_list("payload__kind", flat=True)
    counts = {kind: list(said).count(kind) for kind in set(said)}
    assert counts["answer_reminder"] == counts["answer_overdue_guide"] == 2
    assert counts["review_escalated"] == counts["roster_due_guide"] == 1
    assert counts["match_ended"] == 3 + 3 + 1
    assert_holds(SLOT_AT)
