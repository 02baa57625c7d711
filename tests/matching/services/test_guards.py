"""Checks of single moves that no other test comes by."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import AnswerValue, MatchState
from matching.models import Answer, Match
from matching.services.answers import answer_match
from matching.services.day import Came, attest_attendance
from matching.services.meetings import waive_meeting
from regions.models import Need
from tests.builders import TOKYO
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def test_nobody_asks_to_meet_once_the_meeting_is_over(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=mori)

    with pytest.raises(Conflict, match="meeting_is_over"):
        answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.MEET)

    assert list(Answer.objects.filter(match=match).values_list("is_open", flat=True)) == [True, True]


def test_waived_meeting_lets_a_new_pair_say_yes(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)
    waive_meeting(match_id=match.pk, actor=mori, reason="祭りで会っている")
    story.both_confirm_promise(match)

    assert story.both_answer(match, AnswerValue.YES).state == MatchState.AGREED


@pytest.mark.parametrize("zone", [UTC, TOKYO], ids=["utc", "tokyo"])
def test_day_to_come_is_not_attested_whatever_the_zone_of_the_clock(
    mowing: Need, hana_party: Volunteer, mori: User, zone: object
) -> None:
    match: Match = story.confirmed(mowing, hana_party, guide=mori)
    slot = match.slots.get()
    came = Came(people=1, minutes=240, return_given=True)
    for at in (slot.start_at.astimezone(UTC), slot.start_at.astimezone(TOKYO)):
        slot.start_at = at
        with pytest.raises(Conflict, match="slot_not_over"):
            attest_attendance(
                match_id=match.pk,
                actor=mori,
                slot=slot,
                came=came,
                now=(at - timedelta(minutes=1)).astimezone(zone),
            )
        attest_attendance(match_id=match.pk, actor=mori, slot=slot, came=came, now=at.astimezone(zone))

    assert match.attendances.get().people_came == 1
