"""Groups on the page: formed by one, joined by each for themselves through a link, left at any time."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.enums import PartyKind
from accounts.models import AuditEntry, User, Volunteer
from accounts.services.consents import TERMS_VERSION
from accounts.services.members import invite_members
from tests.builders import make_party, make_user

pytestmark = pytest.mark.django_db
GROUP = {"kind": "group", "name": "西の丘の会", "size": "12"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_to(party: Volunteer) -> str:
    return reverse("group-join", args=[invite_members(actor=party.representative, party=party)])


def test_group_is_formed_with_the_home_of_who_forms_it(hana: User, hana_party: Volunteer) -> None:
    answer = signed_in(hana).post(reverse("party-new"), GROUP)
    group = hana.represented_parties.get(kind=PartyKind.GROUP)
    assert answer["Location"] == reverse("party-members", args=[group.public_id])
    assert (group.name, group.size, group.home, group.transport) == (
        "西の丘の会",
        12,
        hana_party.home,
        hana_party.transport,
    )
    assert [row.user for row in group.memberships.all()] == [hana]


def test_wrong_group_is_refused_in_words(hana: User) -> None:
    answer = signed_in(hana).post(reverse("party-new"), GROUP | {"size": "501", "name": ""})
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["name", "size"])
    assert hana.represented_parties.count() == 1


def test_who_is_no_participant_begins_with_interests() -> None:
    assert signed_in(make_user("新")).get(reverse("party-new"))["Location"] == reverse("join-begin")


def test_link_is_shown_once_and_leads_to_the_group(riders: Volunteer, harada: User, hana: User) -> None:
    members = reverse("party-members", args=[riders.public_id])
    browser = signed_in(harada)
    assert "/groups/join/" not in browser.get(members).content.decode()
    text = browser.post(members).content.decode()
    found = re.search(r'value="http://testserver(/groups/join/[^"]+)"', text)
    assert found is not None
    page = signed_in(hana).get(found[1])
    assert page.context["party"] == riders
    assert AuditEntry.objects.filter(action="party.invite").count() == 1


def test_members_page_is_the_representatives_and_of_groups_only(
    riders: Volunteer, hana: User, hana_party: Volunteer
) -> None:
    browser = signed_in(hana)
    for party in (riders, hana_party):
        assert browser.get(reverse("party-members", args=[party.public_id])).status_code == 404
        assert browser.post(reverse("party-members", args=[party.public_id])).status_code == 404


def test_stranger_sees_what_the_group_is_and_nothing_of_its_members(
    client: Client, riders: Volunteer, hana: User
) -> None:
    signed_in(hana).post(link_to(riders), {"agrees": "on", "age": "adult"})
    text = client.get(link_to(riders)).content.decode()
    assert "福岡山道ライダーズ" in text
    assert "原田" in text
    assert "花" not in text.replace("花子", "")
    assert "090-0000-0002" not in text
    assert client.post(link_to(riders), {"agrees": "on", "age": "adult"}).status_code == 200
    assert riders.memberships.count() == 2  # nobody joins without an account


def test_joining_takes_ones_own_word_and_happens_once(riders: Volunteer, hana: User) -> None:
    link, browser = link_to(riders), signed_in(hana)
    refused = browser.post(link, {"age": "adult"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["agrees"])
    assert not riders.memberships.filter(user=hana).exists()
    for _twice in range(2):
        assert browser.post(link, {"agrees": "on", "age": "adult"})["Location"] == reverse("profile")
    assert riders.memberships.filter(user=hana).count() == 1
    text = browser.get(reverse("profile")).content.decode()
    assert "福岡山道ライダーズ" in text
    assert browser.get(reverse("party-page", args=[riders.public_id])).status_code == 404


def test_full_group_says_so(hana: User, yuki: User) -> None:
    pair = make_party(yuki, name="ふたり", size=1, kind=PartyKind.HOUSEHOLD)
    answer = signed_in(hana).post(link_to(pair), {"agrees": "on", "age": "adult"})
    assert answer.status_code == 422
    assert "全員" in answer.content.decode() or "人数" in answer.content.decode()


def test_broken_link_is_told_in_words(client: Client) -> None:
    answer = client.get(reverse("group-join", args=["nonsense"]))
    assert answer.status_code == 404
    assert "このリンクは使えません" in answer.content.decode()


def test_who_signs_up_for_a_group_comes_back_to_it(client: Client, riders: Volunteer) -> None:
    cache.clear()
    link = link_to(riders)
    client.get(link)
    account = {
        "email": "neu@example.org",
        "name": "新",
        "accepts_terms": "on",
        "terms_version": TERMS_VERSION,
    }
    client.post("/accounts/signup/", account)
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[0-9A-Z]{6}\b", mail.outbox[-1].body)
    assert found is not None
    assert client.post("/accounts/confirm-email/", {"code": found[0]})["Location"] == "/start/"
    assert client.get("/start/")["Location"] == link
    assert client.post(link, {"agrees": "on", "age": "adult"}).status_code == 302
    assert riders.memberships.filter(user__email="neu@example.org").exists()
    assert client.get("/start/")["Location"] == "/matches/"  # the way back is gone once


def remove(party: Volunteer, user: User) -> str:
    return reverse("member-remove", args=[party.public_id, user.public_id])


def test_member_leaves_and_representative_takes_out(
    riders: Volunteer, harada: User, hana: User, yuki: User
) -> None:
    for user in (hana, yuki):
        signed_in(user).post(link_to(riders), {"agrees": "on", "age": "adult"})
    assert signed_in(hana).get(remove(riders, yuki)).status_code == 404  # members do not take each other out
    assert signed_in(hana).post(remove(riders, yuki)).status_code == 404
    assert signed_in(hana).get(remove(riders, hana)).status_code == 200
    assert riders.memberships.count() == 3  # looking removes nobody
    assert signed_in(hana).post(remove(riders, hana))["Location"] == reverse("profile")
    assert signed_in(harada).post(remove(riders, yuki))["Location"] == reverse(
        "party-members", args=[riders.public_id]
    )
    assert signed_in(harada).post(remove(riders, harada)).status_code == 404
    assert [row.user for row in riders.memberships.all()] == [harada]


@pytest.mark.parametrize("count", [1, 3])
def test_members_take_a_fixed_number_of_queries(
    riders: Volunteer, harada: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        signed_in(make_user()).post(link_to(riders), {"agrees": "on", "age": "adult"})
    browser = signed_in(harada)
    with django_assert_num_queries(11):
        browser.get(reverse("party-members", args=[riders.public_id]))
