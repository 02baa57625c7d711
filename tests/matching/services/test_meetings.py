"""The first meeting: who hears of a plan and of a waiver, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import Outbox, User, Volunteer
from matching.enums import AnswerValue, MeetingHow
from matching.models import Answer, Match, Meeting
from matching.services.meetings import plan_meeting, waive_meeting
from matching.services.review import undo_approval
from regions.models import Need
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
