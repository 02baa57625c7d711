"""The first meeting: who hears of a plan and of a waiver, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import Membership, Outbox, User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState, MeetingHow, MeetingOutcome
from matching.models import Answer, Match, Meeting, Relation
from matching.services.invariants import check_invariants
from matching.services.meetings import plan_meeting, record_meeting, waive_meeting
from matching.services.review import name_people, undo_approval
from regions.models import Need
from tests.builders import make_user
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

REASON = "祭りで会っている"
TEN_SECONDS = timedelta(seconds=10)


def owed(kind: str) -> dict[int, Outbox]:
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind=kind)
    return {row.payload["user_id"]: row for row in rows}


def sides(match: Match) -> set[int]:
    return {match.volunteer.representative_id, story.speaker_of(match).pk}


@pytest.fixture
def meeting(mowing: Need, riders: Volunteer, mori: User) -> Match:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    return story.both_answer(match, AnswerValue.MEET)


def test_plan_is_told_to_the_other_side_or_to_both(meeting: Match, mori: User) -> None:
    now = timezone.now()
    plan = {"match_id": meeting.pk, "how": MeetingHow.ONLINE, "planned_at": now + timedelta(days=3)}

    plan_meeting(**plan, actor=meeting.volunteer.representative)
    by_party = set(owed("meeting_planned"))
    plan_meeting(**plan, actor=mori)

    assert by_party == {story.speaker_of(meeting).pk}
    assert set(owed("meeting_planned")) == sides(meeting)


def test_waiver_is_told_to_both_who_owe_an_answer_again(meeting: Match, mori: User) -> None:
    waive_meeting(match_id=meeting.pk, actor=mori, reason=REASON)

    assert Answer.objects.filter(match=meeting, is_open=True).count() == 2
    assert set(owed("meeting_waived")) == sides(meeting)
    with pytest.raises(Conflict, match="meeting_recorded_already"):
        waive_meeting(match_id=meeting.pk, actor=mori, reason=REASON)
    assert len(owed("meeting_waived")) == 2


def test_waiver_right_after_the_approval_waits_with_it_and_is_taken_back_with_it(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    now = timezone.now()
    match = story.asked(story.propose(mowing, riders), guide=mori, now=now)
    waive_meeting(match_id=match.pk, actor=mori, reason=REASON, now=now + timedelta(seconds=2))
    leave_at = {row.next_at for row in owed("meeting_waived").values()}

    undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=5))

    assert leave_at == {now + TEN_SECONDS}
    assert all(row.cancelled_at for row in owed("meeting_waived").values())
    assert all(row.cancelled_at for row in owed("match_asked").values())
    assert not Meeting.objects.filter(match=match).exists()


def test_waiver_later_on_leaves_at_once(mowing: Need, riders: Volunteer, mori: User) -> None:
    before = timezone.now() - timedelta(minutes=1)
    match = story.asked(story.propose(mowing, riders, now=before), guide=mori, now=before)

    waive_meeting(match_id=match.pk, actor=mori, reason=REASON)

    assert all(row.next_at <= timezone.now() for row in owed("meeting_waived").values())
    assert set(owed("meeting_waived")) == sides(match)


def test_meeting_is_planned_for_the_coming_months(meeting: Match, mori: User) -> None:
    now = timezone.now()
    plan = {"match_id": meeting.pk, "actor": mori, "how": MeetingHow.ONLINE, "now": now}

    for planned_at, code in [
        (now - timedelta(minutes=1), "meeting_in_the_past"),
        (now + timedelta(days=120, minutes=1), "meeting_too_far"),
        (datetime.max.replace(tzinfo=UTC), "meeting_too_far"),
    ]:
        with pytest.raises(Invalid, match=code):
            plan_meeting(**plan, planned_at=planned_at)

    assert Meeting.objects.get(match=meeting).planned_at is None


# What the meeting brought.
@pytest.fixture
def many(mowing: Need, riders: Volunteer, mori: User) -> Match:
    """Twenty of the riders, who know the community and want to meet first."""
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    match = story.asked(story.propose(mowing, riders, people=20), guide=mori)
    return story.both_answer(match, AnswerValue.MEET)


def recorded(match: Match, guide: User, outcome: MeetingOutcome, **more: int) -> Match:
    return record_meeting(match_id=match.pk, actor=guide, outcome=outcome, how=MeetingHow.ON_SITE, **more)


def live_places(match: Match) -> list[int]:
    return sorted(match.holds.filter(released_at=None).values_list("place", flat=True))


@pytest.mark.parametrize(("stated", "expected"), [({}, 5), ({"people": 4}, 4), ({"people": 20}, 20)])
def test_trial_is_for_few_and_frees_the_places_of_the_others(
    many: Match, mori: User, stated: dict[str, int], expected: int
) -> None:
    match = recorded(many, mori, MeetingOutcome.TRIAL, **stated)

    assert (match.people, match.is_trial, live_places(match)) == (
        expected,
        True,
        list(range(1, expected + 1)),
    )
    owed = Outbox.objects.filter(key__startswith=f"match:{match.public_id}:trial:")
    assert sorted(owed.values_list("topic", flat=True)) == (
        ["matching.next_in_line", "matching.rescore"] if expected < 20 else []
    )
    assert check_invariants(now=timezone.now()) == []


def test_trial_is_never_below_the_partys_minimum(many: Match, mori: User) -> None:
    Volunteer.objects.filter(pk=many.volunteer_id).update(min_people=8)

    assert recorded(many, mori, MeetingOutcome.TRIAL).people == 8


@pytest.mark.parametrize("people", [3, 21])
def test_trial_with_fewer_than_the_minimum_or_more_than_held_is_refused(
    many: Match, mori: User, people: int
) -> None:
    with pytest.raises(Invalid, match="people_out_of_range"):
        recorded(many, mori, MeetingOutcome.TRIAL, people=people)

    assert (len(live_places(many)), Meeting.objects.get(match=many).outcome) == (20, "")


def test_only_a_trial_changes_the_number_of_people(many: Match, mori: User) -> None:
    with pytest.raises(Invalid, match="people_of_a_trial_only"):
        recorded(many, mori, MeetingOutcome.PROCEED, people=4)

    assert recorded(many, mori, MeetingOutcome.PROCEED).people == 20


def test_named_people_of_a_trial_are_no_more_than_come(many: Match, mori: User) -> None:
    leader = many.volunteer.representative
    friends = [make_user() for _number in range(5)]
    Membership.objects.bulk_create(Membership(volunteer=many.volunteer, user=user) for user in friends)
    name_people(match_id=many.pk, actor=leader, users=[*friends, leader])

    match = recorded(many, mori, MeetingOutcome.TRIAL, people=4)

    assert set(match.named_people.values_list("user_id", flat=True)) == {
        leader.pk, *(user.pk for user in friends[:3])
    }  # fmt: skip


def test_meeting_that_did_not_work_is_on_record(meeting: Match, mori: User, ume: User) -> None:
    with pytest.raises(NotAllowed, match="role_may_not"):
        recorded(meeting, ume, MeetingOutcome.DROPPED)

    match = recorded(meeting, mori, MeetingOutcome.DROPPED)

    row = Meeting.objects.get(match=meeting)
    assert (match.state, match.end_reason) == (MatchState.DECLINED, EndReason.MEETING_FAILED)
    assert (row.outcome, row.how, row.recorded_by) == (MeetingOutcome.DROPPED, MeetingHow.ON_SITE, mori)
    assert set(owed("match_ended")) == sides(meeting)
    assert set(owed("meeting_recorded")) == set()


def test_no_outcome_of_a_meeting_that_was_not_opened(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    with pytest.raises(Conflict, match="match_not_meeting"):
        recorded(match, mori, MeetingOutcome.DROPPED)

    assert (story.state_of(match), Meeting.objects.filter(match=match).exists()) == (MatchState.ASKING, False)


def test_outcome_is_recorded_once(meeting: Match, mori: User) -> None:
    recorded(meeting, mori, MeetingOutcome.PROCEED)

    with pytest.raises(Conflict, match="meeting_recorded_already"):
        recorded(meeting, mori, MeetingOutcome.DROPPED)

    assert story.state_of(meeting) == MatchState.MEETING
