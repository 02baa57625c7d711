"""Matches as more than one file of pages and paper wants them."""

from __future__ import annotations

import pytest

from accounts.models import ContactCard, Membership, User, Volunteer
from matching.models import Match
from matching.services.review import name_people
from regions.models import Need
from tests.matching import saga as story


@pytest.fixture
def asked(mowing: Need, riders: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, riders), guide=mori)


@pytest.fixture
def agreed(mowing: Need, riders: Volunteer, mori: User, harada: User, hana: User) -> Match:
    """Four of the riders come; two of them are named."""
    Membership.objects.create(volunteer=riders, user=hana)
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0099")
    match = story.agreed(mowing, riders, guide=mori, people=4)
    name_people(match_id=match.pk, actor=harada, users=[harada, hana])
    return match
