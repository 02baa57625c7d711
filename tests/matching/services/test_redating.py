"""Other dates: who hears of it, and what goes over to the new match."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.errors import Invalid
from accounts.models import Membership, Outbox, User, Volunteer
from matching.enums import MatchState
from matching.models import Match
from matching.services.endings import redate_match
from matching.services.review import assign_guide, name_people
from regions.models import Need, Slot
from tests.builders import make_slot, make_user
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(mowing: Need) -> Slot:
    return make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7), places=20)


@pytest.fixture
def friends(riders: Volunteer) -> list[User]:
    """Three members of the club besides its representative."""
    users = [make_user() for _number in range(3)]
    Membership.objects.bulk_create(Membership(volunteer=riders, user=user) for user in users)
    return users


def told(match: Match, kind: str) -> set[int]:
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind=kind, key__contains=match.public_id)
    return {row.payload["user_id"] for row in rows}


def named(match: Match) -> set[int]:
    return set(match.named_people.values_list("user_id", flat=True))


def asking(need: Need, party: Volunteer, guide: User, **more: int) -> Match:
    return story.asked(story.propose(need, party, **more), guide=guide)


def test_the_asked_sides_and_the_guide_hear_of_other_dates(
    mowing: Need, riders: Volunteer, mori: User, later: Slot
) -> None:
    match = asking(mowing, riders, mori)

    new = redate_match(match_id=match.pk, actor=story.speaker_of(match), slots=[later])

    assert told(match, "match_redated") == {riders.representative_id}
    assert told(match, "match_ended") == set()
    assert told(new, "match_proposed_guide") == {mori.pk}


def test_both_sides_hear_when_the_guide_dates_it_anew_and_the_guide_is_not_told_of_his_own_act(
    mowing: Need, riders: Volunteer, mori: User, later: Slot
) -> None:
    match = asking(mowing, riders, mori)
    assign_guide(match_id=match.pk, actor=mori, guide=mori.guide)

    new = redate_match(match_id=match.pk, actor=mori, slots=[later])

    assert told(match, "match_redated") == {riders.representative_id, story.speaker_of(match).pk}
    assert told(new, "match_proposed_guide") == set()


def test_guide_in_charge_stays_and_hears_when_a_colleague_dates_it_anew(
    mowing: Need, riders: Volunteer, mori: User, sato: User, later: Slot
) -> None:
    match = asking(mowing, riders, mori)
    assign_guide(match_id=match.pk, actor=mori, guide=mori.guide)

    new = redate_match(match_id=match.pk, actor=sato, slots=[later])

    assert new.guide == mori.guide
    assert told(new, "match_proposed_guide") == {mori.pk}


def test_nobody_hears_of_dates_of_a_proposal_they_never_knew(
    mowing: Need, riders: Volunteer, mori: User, later: Slot
) -> None:
    match = story.propose(mowing, riders)

    redate_match(match_id=match.pk, actor=mori, slots=[later])

    assert told(match, "match_redated") == set()


def test_as_many_people_and_the_same_by_name_come_on_the_other_dates(
    mowing: Need, riders: Volunteer, mori: User, later: Slot, friends: list[User]
) -> None:
    match = asking(mowing, riders, mori, people=4)
    name_people(match_id=match.pk, actor=riders.representative, users=friends)

    new = redate_match(match_id=match.pk, actor=riders.representative, slots=[later])

    assert (new.people, named(new)) == (4, {user.pk for user in friends})


def test_names_are_asked_again_when_more_are_named_than_come_or_one_has_left(
    mowing: Need, riders: Volunteer, mori: User, later: Slot, friends: list[User]
) -> None:
    Volunteer.objects.filter(pk=riders.pk).update(min_people=1)
    match = asking(mowing, riders, mori, people=4)
    name_people(match_id=match.pk, actor=riders.representative, users=friends)
    Membership.objects.filter(user=friends[0]).delete()

    fewer = redate_match(match_id=match.pk, actor=riders.representative, slots=[later], people=2)
    alone = redate_match(match_id=fewer.pk, actor=riders.representative, slots=[later], people=1)

    assert (fewer.people, named(fewer)) == (2, {friends[1].pk, friends[2].pk})
    assert (alone.people, named(alone)) == (1, {riders.representative_id})


def test_as_many_as_do_not_fit_are_refused_and_the_match_stands(
    mowing: Need, riders: Volunteer, mori: User, later: Slot
) -> None:
    match = asking(mowing, riders, mori, people=5)
    later.places = 4
    later.save(update_fields=["places"])

    with pytest.raises(Invalid, match="people_out_of_range"):
        redate_match(match_id=match.pk, actor=riders.representative, slots=[later])

    assert (story.state_of(match), match.holds.filter(released_at=None).count()) == (MatchState.ASKING, 5)
