"""Signing up on the page makes the same account as the API does: a name, a consent, a record; and tells strangers nothing."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from accounts.enums import ConsentKind
from accounts.models import AuditEntry, User
from accounts.services.consents import TERMS_VERSION
from accounts.services.signup import sign_up

pytestmark = pytest.mark.django_db
URL = "/accounts/signup/"
FORM = {"email": "Neu@example.org", "name": "新しい人", "accepts_terms": "on", "terms_version": TERMS_VERSION}


@pytest.fixture(autouse=True)
def fresh_throttles(db: None) -> None:
    cache.clear()


def code_in_mail() -> str:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[0-9A-Z]{6}\b", mail.outbox[-1].body)
    assert found is not None
    return found[0]


def test_page_makes_an_account_with_name_consent_and_record() -> None:
    client = Client()
    answer = client.post(URL, FORM, headers={"Accept-Language": "en"})
    user = User.objects.get()
    assert (user.email, user.name, user.language) == ("neu@example.org", "新しい人", "en")
    assert not user.has_usable_password()
    consent = user.consents.get()
    assert (consent.kind, consent.text_version) == (ConsentKind.TERMS, TERMS_VERSION)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["user.sign_up", "consent.give"]
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert client.post("/accounts/confirm-email/", {"code": code_in_mail()}).status_code == 302
    assert client.get("/api/v1/me/").json()["id"] == user.public_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"email": "no address"}, "email"),
        ({"accepts_terms": ""}, "accepts_terms"),
        ({"terms_version": "1999-01"}, "accepts_terms"),
    ],
)
def test_wrong_input_is_shown_beside_the_field_and_makes_nobody(change: dict[str, str], field: str) -> None:
    answer = Client().post(URL, FORM | change)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not User.objects.exists()
    assert not mail.outbox


def test_outdated_page_shows_the_version_in_force_and_asks_again() -> None:
    page = Client().post(URL, FORM | {"terms_version": "1999-01"}).content.decode()
    assert f'name="terms_version" value="{TERMS_VERSION}"' in page
    assert "checked" not in page


def test_known_address_is_answered_like_a_new_one(hana: User) -> None:
    known, new = Client(), Client()
    answers = [known.post(URL, FORM | {"email": "HANA@example.org"}), new.post(URL, FORM)]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    pages = [client.get(answers[0]["Location"]).content.decode() for client in (known, new)]
    hidden = re.compile(r"hana@example\.org|neu@example\.org|HANA@example\.org|value=\"[A-Za-z0-9]{64}\"")
    assert hidden.sub("", pages[0]) == hidden.sub("", pages[1])
    hana.refresh_from_db()
    assert hana.name == "花"
    assert User.objects.filter(email__iexact="hana@example.org").count() == 1
    assert {message.to[0] for message in mail.outbox} == {"hana@example.org", "neu@example.org"}


def knock(number: int, forwarded: str) -> int:
    client = Client(headers={"X-Forwarded-For": forwarded})
    return client.post(URL, FORM | {"email": f"neu{number}@example.org"}).status_code


def test_behind_our_proxy_each_visitor_is_counted_alone(settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert {knock(number, f"203.0.113.{number}") for number in range(25)} == {302}
    claims = [knock(100 + number, f"198.51.100.{number}, 203.0.113.200") for number in range(21)]
    assert claims == [302] * 20 + [429]


def test_without_a_proxy_no_claim_helps() -> None:
    assert [knock(number, f"203.0.113.{number}") for number in range(21)] == [302] * 20 + [429]


def test_page_links_to_both_texts() -> None:
    page = Client().get(URL).content.decode()
    form = page[page.index("<form") : page.index("</form>")]
    assert 'href="/terms/"' in form
    assert 'href="/privacy/"' in form


def test_who_signed_up_by_a_program_signs_in_on_the_page_with_one_code() -> None:
    user = sign_up(email="neu@example.org", name="新", language="ja", accepts_terms_version=TERMS_VERSION)
    client = Client()
    client.post("/accounts/login/code/", {"email": "neu@example.org"})
    assert client.post("/accounts/login/code/confirm/", {"code": code_in_mail()})["Location"] == "/start/"
    assert client.get("/api/v1/me/").json()["id"] == user.public_id
    assert len(mail.outbox) == 1


LETTERS = {
    "new": (URL, FORM),
    "known": (URL, FORM | {"email": "hana@example.org"}),
    "code": ("/accounts/login/code/", {"email": "hana@example.org"}),
    "stranger": ("/accounts/login/code/", {"email": "neu@example.org"}),
}


@pytest.mark.parametrize("case", LETTERS)
def test_letters_about_accounts_are_from_enishi_and_know_no_password(hana: User, case: str) -> None:
    path, said = LETTERS[case]
    Client().post(path, said, headers={"Accept-Language": "ja"})
    letter = mail.outbox[-1]
    assert letter.body.startswith("こんにちは。\n\n")
    assert letter.body.rstrip().endswith("-- \n縁 Enishi\nhttp://testserver/")
    assert "パスワードを" not in letter.body + letter.subject
    assert "お心当たりのない場合は" in letter.body


def test_who_signs_up_again_is_told_to_sign_in_with_a_code(hana: User) -> None:
    Client().post(URL, FORM | {"email": "hana@example.org"}, headers={"Accept-Language": "ja"})
    letter = mail.outbox[-1]
    assert letter.subject == "すでに登録されています"
    assert "http://testserver/accounts/login/" in letter.body
    assert "password/reset" not in letter.body


def test_letter_that_no_request_asked_for_does_not_lead_back_to_signing_up() -> None:
    refused = "https://enishi.example/accounts/signup/"
    with translation.override("ja"):
        letter = render_to_string("account/email/account_already_exists_message.txt", {"signup_url": refused})
    assert refused not in letter
    assert "そのままログインしてください。" in letter


def test_who_is_registered_gets_from_the_page_of_the_code_to_signing_in(hana: User) -> None:
    client = Client(headers={"Accept-Language": "ja"})
    client.post(URL, FORM | {"email": "hana@example.org"})
    page = client.get("/accounts/login/", follow=True)  # the link of the letter, in the same browser
    assert page.redirect_chain[-1][0] == "/accounts/confirm-email/"
    assert "「ここでやめる」" in page.content.decode()
    assert "「ここでやめる」" in mail.outbox[-1].body
    answer = client.post("/accounts/logout/", {"next": "/accounts/login/"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/"
    assert "メールアドレス" in answer.content.decode()
