"""Signing up, interests first: kept from screen to screen, made a party when the address is confirmed."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.enums import PartyKind, Transport
from accounts.models import Outbox, PostalCode, User, Volunteer
from accounts.services.consents import TERMS_VERSION
from regions.models import Need
from tests.builders import (
    FUKUOKA,
    SAGA,
    agree_to_terms,
    make_asset_kind,
    make_municipality,
    make_user,
    make_work_kind,
)

pytestmark = pytest.mark.django_db
HOME = {"postal": "８１０−０００１", "go": "car"}
DAYS = {"days": "weekend", "far": "120", "who": "individual"}
ACCOUNT = {
    "email": "new@example.org",
    "name": "新しい人",
    "accepts_terms": "on",
    "terms_version": TERMS_VERSION,
}


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    cache.clear()
    for code in ("grass", "waterway"):
        make_work_kind(code)
    make_asset_kind("trail_mtb")
    PostalCode.objects.create(postal="8100001", municipality=make_municipality(FUKUOKA))


def step(client: Client, screen: str, **answers: object):
    return client.post(reverse("join", args=[screen]), answers)


def confirm(client: Client) -> None:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[0-9A-Z]{6}\b", mail.outbox[-1].body)
    assert found is not None
    answer = client.post("/accounts/confirm-email/", {"code": found[0]})
    assert answer["Location"] == "/start/"


def test_three_screens_an_address_and_a_code_make_a_party(client: Client) -> None:
    assert step(client, "interests", do=["grass"], wish=["trail"])["Location"] == "/join/home/"
    assert step(client, "home", **HOME)["Location"] == "/join/days/"
    assert step(client, "days", **DAYS)["Location"] == "/accounts/signup/"
    assert not Volunteer.objects.exists()
    client.post("/accounts/signup/", ACCOUNT)
    confirm(client)

    assert client.get("/start/")["Location"] == "/for-you/"

    party = Volunteer.objects.get()
    assert (party.kind, party.size, party.name) == (PartyKind.INDIVIDUAL, 1, "新しい人")
    assert (party.home_id, party.transport) == (FUKUOKA, Transport.CAR)
    assert (party.travel_limit_minutes, party.day_trip_limit_minutes) == (120, None)
    assert [row.work_kind.code for row in party.abilities.all()] == ["grass"]
    assert [row.asset_kind.code for row in party.wishes.all()] == ["trail"]
    assert party.availabilities.get().weekdays == 0b1100000
    assert Outbox.objects.filter(topic="matching.rescore", payload={"party": party.pk}).exists()
    assert client.post("/join-check/")["Location"] == "/join/home/"
    assert Volunteer.objects.count() == 1  # what was made is not made again


def test_group_says_how_many_it_is_and_what_it_is_called(client: Client) -> None:
    step(client, "interests")
    step(client, "home", **HOME)
    refused = step(client, "days", **DAYS | {"who": "group"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["size"])
    step(client, "days", **DAYS | {"who": "group", "size": 12, "name": "西の丘の会", "far": "stay"})
    client.post("/accounts/signup/", ACCOUNT)
    confirm(client)
    party = Volunteer.objects.get()
    assert (party.kind, party.size, party.min_people, party.name) == (PartyKind.GROUP, 12, 1, "西の丘の会")
    assert (party.travel_limit_minutes, party.day_trip_limit_minutes) == (480, 180)


def test_postal_code_of_two_municipalities_asks_which(client: Client) -> None:
    PostalCode.objects.create(postal="8100001", municipality=make_municipality(SAGA))
    asked = step(client, "home", **HOME)
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["home"])
    assert "佐賀市" in asked.content.decode()
    assert step(client, "home", **HOME, home="131041").status_code == 422
    assert step(client, "home", **HOME, home=SAGA)["Location"] == "/join/days/"
    assert client.session["join"]["home"] == SAGA


@pytest.mark.parametrize("postal", ["", "123", "9999999", "八一〇"])
def test_postal_code_nobody_knows_is_refused_in_words(client: Client, postal: str) -> None:
    answer = step(client, "home", postal=postal, go="car")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["postal"])
    assert "入力した内容をご確認ください" in answer.content.decode()
    assert "join" not in client.session


def test_answers_stay_when_one_goes_back(client: Client) -> None:
    step(client, "interests", do=["grass"])
    step(client, "home", **HOME)
    text = client.get(reverse("join", args=["interests"])).content.decode()
    assert re.search(r'value="grass" checked', text)
    assert 'value="８１０−０００１"' in client.get(reverse("join", args=["home"])).content.decode()


def test_count_is_of_communities_that_fit_both_ways(client: Client, mowing: Need) -> None:
    def count() -> int:
        return client.get(reverse("join", args=["home"])).context["count"]

    assert count() == 1
    step(client, "interests", do=["grass"], wish=["trail"])
    assert count() == 1
    step(client, "interests", do=["waterway"])
    assert count() == 0


def test_choice_that_is_not_offered_is_refused(client: Client) -> None:
    assert step(client, "interests", do=["nonsense"]).status_code == 422
    assert step(client, "days", **DAYS | {"far": "1"}).status_code == 422
    assert client.get(reverse("join", args=["nowhere"])).status_code == 404


def test_who_has_no_answers_kept_is_led_by_role(
    client: Client, hana: User, yuki: User, mori: User, ume: User
) -> None:
    for user, path in ((hana, "/for-you/"), (mori, "/matches/"), (ume, "/matches/")):
        client.force_login(user)
        assert client.get("/start/")["Location"] == path


def keep(client: Client, **changes: object) -> None:
    session = client.session
    session["join"] = {"do": ["grass"], "postal": "8100001", "home": FUKUOKA, "go": "car", **DAYS, **changes}
    session.save()


@pytest.mark.parametrize(
    ("change", "screen"),
    [({"far": "999"}, "days"), ({"do": ["retired"]}, "interests"), ({"home": ""}, "home")],
)
def test_what_is_kept_and_not_offered_any_more_is_asked_again(
    client: Client, hana: User, change: dict[str, object], screen: str
) -> None:
    client.force_login(hana)
    keep(client, **change)
    for answer in (client.get("/join-check/"), client.post("/join-check/")):
        assert answer["Location"] == f"/join/{screen}/"


def test_member_who_tries_the_screens_gets_no_second_party_by_signing_in(
    client: Client, hana: User, hana_party: Volunteer
) -> None:
    client.force_login(hana)
    keep(client)
    assert client.get("/start/")["Location"] == "/for-you/"
    assert hana.represented_parties.count() == 1


def test_consent_to_the_texts_in_force_is_asked_where_it_is_missing(client: Client) -> None:
    user = make_user("前からの人")
    client.force_login(user)
    keep(client)
    assert client.post("/join-check/").status_code == 422
    assert not Volunteer.objects.exists()
    agreed = client.post("/join-check/", {"accepts_terms": "on", "terms_version": TERMS_VERSION})
    assert agreed["Location"] == "/for-you/"
    assert user.consents.get().text_version == TERMS_VERSION


def test_need_one_signed_up_for_is_where_one_arrives(client: Client, mowing: Need) -> None:
    user = agree_to_terms(make_user("申し込みたい人"))
    client.force_login(user)
    assert client.get(reverse("need-apply", args=[mowing.public_id]))["Location"] == "/join/"
    keep(client)
    assert client.post("/join-check/")["Location"] == reverse("need-apply", args=[mowing.public_id])


def test_answers_of_who_signs_in_are_shown_once_more_and_sent_by_a_button(client: Client) -> None:
    client.force_login(agree_to_terms(make_user("前からの人")))
    keep(client)
    assert client.get("/start/")["Location"] == "/join-check/"
    text = client.get("/join-check/").content.decode()
    assert "草刈り" in text
    assert "福岡市" in text
    assert not Volunteer.objects.exists()  # looking makes nothing
    assert client.post("/join-check/")["Location"] == "/for-you/"
    assert Volunteer.objects.count() == 1


def test_sign_up_with_answers_that_are_not_offered_any_more_makes_no_party_and_asks_again(
    client: Client,
) -> None:
    keep(client, far="999")
    client.post("/accounts/signup/", ACCOUNT)
    confirm(client)
    assert not Volunteer.objects.exists()
    assert client.get("/start/")["Location"] == "/join-check/"
    assert client.get("/join-check/")["Location"] == "/join/days/"
