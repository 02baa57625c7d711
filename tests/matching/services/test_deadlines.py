"""How long everybody has: by the calendar, by the community's year, and never past the day before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import Conflict, Invalid
from accounts.models import User, Volunteer
from matching.enums import AnswerValue, Origin, Side
from matching.models import Answer, Match
from matching.services.answers import answer_match, extend_answer, set_board_date
from matching.services.deadlines import (
    is_board,
    latest_possible,
    meeting_deadline,
    preparation_deadline,
    record_deadline,
    require_time_left,
)
from matching.services.proposals import create_match
from regions.models import Need, QuietPeriod, Region
from tests.builders import TOKYO, make_need, make_party, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

ASKED = datetime(2027, 6, 1, 10, 0, tzinfo=TOKYO)  # a Tuesday
DAY = timedelta(days=1)


def days(count: float) -> datetime:
    """So many days after the question, same hour."""
    return ASKED + count * DAY


@pytest.fixture
def far(saga: Region) -> Need:
    """A need whose only date is more than a year after everything here."""
    return make_need(saga, slots=[{"start_at": datetime(2028, 10, 1, 8, tzinfo=TOKYO)}])


def near(region: Region, *, starts_in: timedelta) -> Need:
    return make_need(region, slots=[{"start_at": ASKED + starts_in}])


def asked(need: Need, party: Volunteer, *, guide: User) -> Match:
    return story.asked(story.propose(need, party, now=ASKED), guide=guide, now=ASKED)


def times(match: Match, side: Side) -> tuple[datetime, datetime]:
    answer = Answer.objects.get(match=match, side=side)
    return answer.due_at, answer.lapse_at


# The guide's review.
def test_review_counts_working_days_over_the_turn_of_the_year(far: Need, hana_party: Volunteer) -> None:
    match = story.propose(far, hana_party, now=datetime(2026, 12, 25, 10, tzinfo=TOKYO))

    assert (match.due_at, match.lapse_at) == (
        datetime(2027, 1, 7, 10, tzinfo=TOKYO),
        datetime(2027, 1, 15, 10, tzinfo=TOKYO),
    )


def test_review_of_a_near_date_ends_a_day_before_it(saga: Region, hana_party: Volunteer) -> None:
    match = story.propose(near(saga, starts_in=8 * DAY), hana_party, now=ASKED)

    assert (match.due_at, match.lapse_at) == (days(7), days(7))


def test_nothing_is_proposed_for_a_date_within_24_hours(saga: Region, hana_party: Volunteer) -> None:
    with pytest.raises(Conflict, match="too_late"):
        story.propose(near(saga, starts_in=DAY), hana_party, now=ASKED)
    assert story.propose(near(saga, starts_in=DAY + timedelta(seconds=1)), hana_party, now=ASKED).pk


# Both sides' answers.
def test_person_has_seven_days_and_three_of_grace(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)

    assert times(match, Side.PARTY) == (days(7), days(10))
    assert (match.due_at, match.lapse_at) == (days(7), days(10))


def test_group_and_community_have_three_weeks_and_two_of_grace(
    far: Need, riders: Volunteer, mori: User
) -> None:
    match = asked(far, riders, guide=mori)

    assert times(match, Side.PARTY) == times(match, Side.REGION) == (days(21), days(35))


def test_match_is_due_with_whoever_still_owes_an_answer(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)

    after = answer_match(
        match_id=match.pk, actor=hana_party.representative, value=AnswerValue.MEET, now=days(1)
    )

    assert (after.due_at, after.lapse_at) == (days(21), days(35))


def test_quiet_days_stop_the_communitys_clock_only(far: Need, riders: Volunteer, mori: User) -> None:
    QuietPeriod.objects.create(region=far.region, label="田植え", from_mmdd=605, until_mmdd=614)

    match = asked(far, riders, guide=mori)

    assert times(match, Side.PARTY) == (days(21), days(35))
    assert times(match, Side.REGION) == (days(31), days(45))


def test_quiet_days_within_the_grace_count_too(far: Need, riders: Volunteer, mori: User) -> None:
    QuietPeriod.objects.create(region=far.region, label="祭り", from_mmdd=701, until_mmdd=702)

    assert times(asked(far, riders, guide=mori), Side.REGION) == (days(21), days(37))


def test_quiet_period_may_span_new_year(far: Need, riders: Volunteer, mori: User) -> None:
    QuietPeriod.objects.create(region=far.region, label="正月", from_mmdd=1228, until_mmdd=105)
    at = datetime(2027, 12, 20, 9, tzinfo=TOKYO)

    match = story.asked(story.propose(far, riders, now=at), guide=mori, now=at)

    assert times(match, Side.REGION)[0] == at + 30 * DAY  # nine of them quiet


def test_community_that_is_always_quiet_is_asked_within_the_cap(
    far: Need, riders: Volunteer, mori: User
) -> None:
    QuietPeriod.objects.create(region=far.region, label="静養", from_mmdd=101, until_mmdd=1231)

    match = asked(far, riders, guide=mori)

    latest = datetime(2028, 9, 30, 8, tzinfo=TOKYO)
    assert times(match, Side.REGION) == (latest, latest)


def test_answers_are_due_a_day_before_a_near_date(saga: Region, riders: Volunteer, mori: User) -> None:
    match = asked(near(saga, starts_in=12 * DAY), riders, guide=mori)

    assert times(match, Side.PARTY) == times(match, Side.REGION) == (days(11), days(11))


def test_answer_at_the_last_moment_counts_and_after_it_does_not(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)
    reply = {"match_id": match.pk, "actor": hana_party.representative, "value": AnswerValue.MEET}

    with pytest.raises(Conflict, match="answer_too_late"):
        answer_match(**reply, now=days(10))
    answer_match(**reply, now=days(10) - timedelta(seconds=1))

    assert Answer.objects.get(match=match, side=Side.PARTY).value == AnswerValue.MEET


# The board's date.
@pytest.mark.parametrize(
    ("meets_in_days", "due"),
    [
        (3, days(21)),  # a board that meets soon still has its three weeks
        (17, days(21)),
        (24, datetime(2027, 6, 29, 0, 0, tzinfo=TOKYO)),  # meets on 25 June, three days after its end
        (60, datetime(2027, 8, 4, 0, 0, tzinfo=TOKYO)),
    ],
)
def test_answer_is_due_three_days_after_the_board_meets(
    far: Need, riders: Volunteer, mori: User, meets_in_days: int, due: datetime
) -> None:
    match = asked(far, riders, guide=mori)

    set_board_date(
        match_id=match.pk,
        actor=story.speaker_of(match),
        meets_on=days(meets_in_days).date(),
        now=days(2),
    )

    assert times(match, Side.REGION) == (due, due + 14 * DAY)
    assert times(match, Side.PARTY) == (days(21), days(35))


def test_board_that_meets_after_the_date_is_asked_for_an_answer_before(
    saga: Region, riders: Volunteer, mori: User
) -> None:
    match = asked(near(saga, starts_in=30 * DAY), riders, guide=mori)

    set_board_date(match_id=match.pk, actor=riders.representative, meets_on=days(60).date(), now=ASKED)

    assert times(match, Side.PARTY) == (days(29), days(29))


def test_board_date_of_a_person_or_in_the_past_is_refused(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = asked(far, hana_party, guide=mori)

    with pytest.raises(Invalid, match="not_a_board"):
        set_board_date(match_id=match.pk, actor=hana_party.representative, meets_on=days(9).date(), now=ASKED)
    with pytest.raises(Invalid, match="board_date_past"):
        set_board_date(match_id=match.pk, actor=story.speaker_of(match), meets_on=days(-1).date(), now=ASKED)
    assert times(match, Side.PARTY) == (days(7), days(10))


def test_board_date_after_the_answer_is_refused(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.MEET, now=ASKED)

    with pytest.raises(Conflict, match="already_answered"):
        set_board_date(match_id=match.pk, actor=riders.representative, meets_on=days(9).date(), now=ASKED)


# One more term.
def test_extension_is_given_once_per_side(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    extend_answer(match_id=match.pk, actor=riders.representative, now=days(20))
    extend_answer(match_id=match.pk, actor=story.speaker_of(match), now=days(21))

    with pytest.raises(Conflict, match="extended_already"):
        extend_answer(match_id=match.pk, actor=riders.representative, now=days(30))

    assert times(match, Side.PARTY) == times(match, Side.REGION) == (days(42), days(56))
    assert Match.objects.get(pk=match.pk).lapse_at == days(56)


def test_person_gets_one_more_week_also_when_overdue(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)

    extend_answer(match_id=match.pk, actor=hana_party.representative, now=days(9))

    assert times(match, Side.PARTY) == (days(14), days(17))


def test_extension_after_the_end_is_refused(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="answer_too_late"):
        extend_answer(match_id=match.pk, actor=hana_party.representative, now=days(10))


# Meeting, preparation, record.
def test_meeting_has_thirty_days_and_a_week(far: Need, hana_party: Volunteer, mori: User) -> None:
    match = asked(far, hana_party, guide=mori)
    met = story.both_answer(match, AnswerValue.MEET, now=days(2))

    assert (met.due_at, met.lapse_at) == (days(32), days(39))


def test_later_steps_count_from_the_first_and_the_last_date(saga: Region, hana_party: Volunteer) -> None:
    first, last = days(100), days(130)
    need = make_need(saga, slots=[{"start_at": first}])
    match = story.propose(need, hana_party, now=ASKED)
    match.slots.add(make_slot(need, start_at=last, end_at=last + timedelta(hours=3)))

    preparation, record = preparation_deadline(match), record_deadline(match, ASKED)

    assert (preparation.due_at, preparation.lapse_at) == (first - 10 * DAY, first - DAY)
    over = last + timedelta(hours=3)
    assert (record.due_at, record.lapse_at) == (over + DAY, over + 30 * DAY)
    assert meeting_deadline(match, days(95)).lapse_at == first - DAY
    late = record_deadline(match, over + 40 * DAY)
    assert (late.due_at, late.lapse_at) == (over + 40 * DAY, over + 41 * DAY)


def test_help_from_afar_may_begin_until_a_day_before_its_window_ends(
    saga: Region, hana_party: Volunteer
) -> None:
    window = {"start_at": days(-20), "end_at": days(40), "is_remote": True}
    match = story.propose(make_need(saga, slots=[window]), hana_party, now=ASKED)

    assert latest_possible(match) == days(39)
    with pytest.raises(Conflict, match="too_late"):
        require_time_left(match, days(39))


def test_running_window_does_not_make_a_date_on_site_too_late(
    saga: Region, hana_party: Volunteer, mori: User
) -> None:
    window = {"start_at": days(-20), "end_at": days(300), "is_remote": True}
    need = make_need(saga, slots=[window])
    on_site = make_slot(need, start_at=days(40))
    match = create_match(
        actor=mori, origin=Origin.GUIDE, need=need, volunteer=hana_party, slots=need.slots.all(), now=ASKED
    )

    asked = story.asked(match, guide=mori, now=ASKED)

    assert (asked.state, latest_possible(match)) == ("asking", on_site.start_at - DAY)
    assert preparation_deadline(match).due_at == on_site.start_at - 10 * DAY
    with pytest.raises(Conflict, match="too_late"):
        require_time_left(match, days(39))


def test_groups_and_communities_decide_in_a_meeting_and_persons_do_not(
    far: Need, hana_party: Volunteer, saga: Region
) -> None:
    alone = story.propose(far, hana_party, now=ASKED)
    group = story.propose(far, make_party(size=2), now=ASKED)

    assert [is_board(m, side) for m in (alone, group) for side in (Side.PARTY, Side.REGION)] == [
        *(False, True),
        *(True, True),
    ]
