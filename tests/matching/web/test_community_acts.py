"""What a community does on the page of a match beside answering: wording its promise anew, recording who came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.models import Match
from regions.models import Need
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def page(client: Client, match: Match, user: User):
    client.force_login(user)
    return client.get(reverse("match-page", args=[match.public_id]))


def act(client: Client, match: Match, name: str, user: User, **answers: object):
    client.force_login(user)
    return client.post(reverse("match-act", args=[match.public_id, name]), answers)


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


@pytest.mark.parametrize(("name", "behalf"), [("ume", False), ("kenji", True)])
def test_community_records_who_came_by_itself_or_by_its_officer(
    client: Client,
    mowing: Need,
    hana_party: Volunteer,
    mori: User,
    name: str,
    behalf: bool,
    request: pytest.FixtureRequest,
) -> None:
    user = request.getfixturevalue(name)
    match = story.confirmed(mowing, hana_party, guide=mori)
    address = reverse("match-act", args=[match.public_id, "who-came"])
    assert address not in page(client, match, user).content.decode()
    slot = match.slots.get()
    past = timezone.now() - timedelta(hours=6)
    type(slot).objects.filter(pk=slot.pk).update(start_at=past, end_at=past + timedelta(hours=4))
    assert address in page(client, match, user).content.decode()
    assert address not in page(client, match, hana_party.representative).content.decode()
    act(client, match, "who-came", user, slot=slot.pk, people_came=1, hours="3", return_given="on")
    event = match.events.get(move="attest")
    assert (match.attendances.get().minutes, event.actor, bool(event.on_behalf_of)) == (180, user, behalf)


def test_community_words_the_promise_anew_and_both_confirm_again(
    client: Client, asked: Match, ume: User, hana: User
) -> None:
    story.both_confirm_promise(asked)
    assert act(client, asked, "word-promise", ume, promise=" ").status_code == 422
    act(client, asked, "word-promise", ume, promise="山道を走り、昼ごはんを一緒に食べる")
    asked.refresh_from_db()
    assert asked.promise == "山道を走り、昼ごはんを一緒に食べる"
    assert (asked.promise_party_at, asked.promise_region_at) == (None, None)
    address = reverse("match-act", args=[asked.public_id, "word-promise"])
    assert address not in page(client, asked, hana).content.decode()
