"""Checks of single moves that no other test comes by."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import AnswerValue, MatchState, PreconditionKind
from matching.models import Answer, Match, Relation
from matching.selectors.readiness import missing_for_agreement
from matching.services.agreements import confirm_match, untick_precondition
from matching.services.answers import answer_match, confirm_promise
from matching.services.day import Came, attest_attendance
from matching.services.meetings import waive_meeting
from regions.models import Need, Region
from tests.builders import TOKYO, make_offer, make_slot
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


def test_precondition_is_opened_again_while_time_is_left_to_prepare(
    mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.confirmed(mowing, hana_party, guide=mori)
    latest = match.slots.get().start_at - timedelta(hours=24)
    untick = {"match_id": match.pk, "actor": mori, "kind": PreconditionKind.INSURANCE}

    with pytest.raises(Conflict, match="too_late_to_untick"):
        untick_precondition(**untick, now=latest)
    assert story.state_of(match) == MatchState.CONFIRMED
    opened = untick_precondition(**untick, now=latest - timedelta(minutes=1))

    assert (opened.state, opened.lapse_at) == (MatchState.AGREED, latest)
    with pytest.raises(Conflict, match="preconditions_open"):
        confirm_match(match_id=match.pk, actor=mori)


def test_promise_is_not_made_when_no_time_is_left_to_prepare(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    waive_meeting(match_id=match.pk, actor=mori, reason="祭りで会っている")
    story.both_answer(match, AnswerValue.YES)
    confirm_promise(match_id=match.pk, actor=hana_party.representative)
    latest = match.slots.get().start_at - timedelta(hours=24)

    with pytest.raises(Conflict, match="too_late"):
        confirm_promise(match_id=match.pk, actor=ume, now=latest)

    match.refresh_from_db()
    assert (match.state, match.promise_region_at) == (MatchState.ASKING, None)


@pytest.mark.parametrize(("days_after", "is_granted"), [(-1, False), (0, True)])
def test_permission_holds_to_the_last_day_in_japan(
    mowing: Need, hana_party: Volunteer, days_after: int, is_granted: bool
) -> None:
    """The last date is at 7 in the morning of Japan: the day before in UTC."""
    start = (story.moment() + timedelta(days=200)).replace(hour=7)
    match = story.propose(mowing, hana_party)
    match.slots.add(make_slot(mowing, start_at=start, end_at=start + timedelta(hours=1)))
    offer = make_offer(mowing.region)
    offer.permissions.update(expires_on=start.date() + timedelta(days=days_after))
    mowing.offers.set([offer])

    assert ("permission" not in missing_for_agreement(match)) is is_granted


# Approval counts again.
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"size": 3, "min_people": 1}, "party_smaller_now"),
        ({"min_people": 6}, "party_comes_with_more_now"),
        ({"first_visit_max": 2}, "too_many_for_first_visit"),
    ],
)
def test_proposal_that_no_longer_fits_is_not_approved(
    mowing: Need, riders: Volunteer, mori: User, changed: dict[str, int], code: str
) -> None:
    match = story.propose(mowing, riders, people=5)
    row = mowing.region if "first_visit_max" in changed else riders
    type(row).objects.filter(pk=row.pk).update(**changed)

    with pytest.raises(Conflict, match=code):
        story.asked(match, guide=mori)

    assert (story.state_of(match), match.holds.count()) == (MatchState.PROPOSED, 0)


def test_who_came_meanwhile_is_no_newcomer_at_approval(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.propose(mowing, riders, people=5)
    Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    Region.objects.filter(pk=mowing.region_id).update(first_visit_max=2)

    asked = story.asked(match, guide=mori)

    assert (asked.state, asked.is_first_visit) == (MatchState.ASKING, False)
    assert Match.objects.get(pk=match.pk).is_first_visit is False


def test_acquaintance_whose_visit_was_struck_out_meets_first(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    relation = Relation.objects.create(volunteer=riders, region=mowing.region, promised=1, kept=1, days=1)
    match = story.propose(mowing, riders, people=5)
    relation.delete()

    asked = story.asked(match, guide=mori)

    assert Match.objects.get(pk=asked.pk).is_first_visit is True
    with pytest.raises(Conflict, match="first_meeting_needed"):
        answer_match(match_id=match.pk, actor=riders.representative, value=AnswerValue.YES)
