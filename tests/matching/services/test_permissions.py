"""A permission that comes last makes the promise, in the name of who recorded it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification, Outbox, User, Volunteer
from matching.enums import EndReason, MatchState, Role
from matching.models import MatchEvent
from matching.services.endings import decline_match
from matching.services.invariants import check_invariants
from regions.models import Need, Offer
from regions.services.inputs import PermissionInput
from regions.services.offers import record_permission
from regions.services.rescoring import GRANTED
from tests.builders import make_offer
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


def record(need: Need, *, by: User, status: str = "granted", offer: Offer | None = None) -> None:
    """What the one holder of an offer says, and what follows of it."""
    found = offer or need.offers.latest("pk")
    said = PermissionInput(holder=found.permissions.get().holder, status=status, evidence="書面")
    record_permission(actor=by, offer=found, permission=said, on_behalf_of="水利組合")
    drain_outbox()


def test_promise_is_made_when_the_community_records_the_last_permission(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    assert story.state_of(match) == MatchState.MEETING
    record(mowing, by=ume)
    assert story.state_of(match) == MatchState.AGREED
    event = MatchEvent.objects.get(match=match, move="agree")
    assert (event.actor, event.role) == (ume, Role.REGION)
    drain_outbox(timezone.now() + timedelta(minutes=1))
    told = Notification.objects.filter(kind="match_agreed").values_list("user", flat=True)
    assert Counter(told) == Counter(
        [ume.pk, mori.pk, match.volunteer.representative.pk]
    )  # ume was elsewhere when it was made
    assert Outbox.objects.get(topic=GRANTED).done_at is not None
    assert check_invariants(now=timezone.now()) == []


def test_guide_records_it_on_behalf_of_somebody(mowing: Need, hana_party: Volunteer, mori: User) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    record(mowing, by=mori)
    event = MatchEvent.objects.get(match=match, move="agree")
    assert (event.actor, event.role, event.on_behalf_of) == (mori, Role.GUIDE, "水利組合")


@pytest.mark.parametrize("status", ["pending", "informal"])
def test_less_than_granted_moves_nothing(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User, status: str
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    record(mowing, by=ume, status=status)
    assert story.state_of(match) == MatchState.MEETING
    assert not Outbox.objects.filter(topic=GRANTED).exists()


def test_second_offer_that_is_not_permitted_keeps_the_promise_waiting(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    other = make_offer(mowing.region, permission="informal")
    mowing.offers.add(other)
    record(mowing, by=ume, offer=mowing.offers.exclude(pk=other.pk).latest("pk"))
    assert story.state_of(match) == MatchState.MEETING
    record(mowing, by=ume, offer=other)
    assert story.state_of(match) == MatchState.AGREED


def test_others_on_the_need_stay_as_they_are(
    mowing: Need, hana_party: Volunteer, riders: Volunteer, mori: User, ume: User
) -> None:
    waiting = story.waiting_for_permission(mowing, hana_party, guide=mori)
    asked = story.asked(story.propose(mowing, riders), guide=mori)
    record(mowing, by=ume)
    assert (story.state_of(waiting), story.state_of(asked)) == (MatchState.AGREED, MatchState.ASKING)


def test_match_that_ended_meanwhile_stays_ended(
    mowing: Need, hana_party: Volunteer, mori: User, ume: User, hana: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    decline_match(match_id=match.pk, actor=hana, reason=EndReason.OTHER)
    record(mowing, by=ume)
    assert story.state_of(match) == MatchState.DECLINED


def test_guide_who_also_speaks_for_the_participant_makes_it_as_a_guide(
    mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    Volunteer.objects.filter(pk=hana_party.pk).update(representative=mori)
    record(mowing, by=mori)
    event = MatchEvent.objects.get(match=match, move="agree")
    assert (event.actor, event.role) == (mori, Role.GUIDE)


def test_administrator_who_speaks_for_the_participant_has_no_part_either(
    mowing: Need, hana_party: Volunteer, mori: User, admin: User
) -> None:
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    Volunteer.objects.filter(pk=hana_party.pk).update(representative=admin)
    record(mowing, by=admin)
    assert story.state_of(match) == MatchState.MEETING


def test_administrator_has_no_part_in_the_promise(
    mowing: Need, hana_party: Volunteer, mori: User, admin: User, ume: User
) -> None:
    """The guide finds everything together and makes it."""
    match = story.waiting_for_permission(mowing, hana_party, guide=mori)
    record(mowing, by=admin)
    assert story.state_of(match) == MatchState.MEETING
    assert Outbox.objects.get(topic=GRANTED).done_at is not None
    record(mowing, by=ume)
    assert story.state_of(match) == MatchState.AGREED
