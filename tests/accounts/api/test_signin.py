"""From a stranger to a token: neutral answers, codes that wear out, tokens that end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AuditEntry, Outbox, User
from accounts.services.consents import TERMS_VERSION
from accounts.services.signin import _key
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
NEW = {"email": "neu@example.org", "name": "新", "language": "ja", "accepts_terms_version": TERMS_VERSION}


def post(path: str, body: dict[str, object]):
    return as_user(None).post(f"{API}{path}", body)


def code_in_mail(number: int = -1) -> str:
    found = re.search(r"\b\d{8}\b", mail.outbox[number].body)
    assert found is not None
    return found[0]


def ask(user: User) -> str:
    assert post("sign-in-code/", {"email": user.email}).status_code == 202
    return code_in_mail()


def confirm(user: User, code: str):
    return post("sign-in-code/confirm/", {"email": user.email, "code": code})


# Signing up.
def test_sign_up_makes_an_account_and_sends_a_code_that_opens_it() -> None:
    assert post("sign-up/", NEW).status_code == 202
    user = User.objects.get(email=NEW["email"])
    assert mail.outbox[0].to == [NEW["email"]]

    token = confirm(user, code_in_mail()).json()["token"]

    answer = Client().get(f"{API}me/", headers={"Authorization": f"Token {token}"})
    assert (answer.status_code, answer.json()["id"], answer.json()["name"]) == (200, user.public_id, "新")


def test_sign_up_answers_the_same_for_a_known_address(hana: User) -> None:
    known, new = post("sign-up/", NEW | {"email": "HANA@example.org"}), post("sign-up/", NEW)
    assert (known.status_code, known.content) == (new.status_code, new.content)
    assert User.objects.filter(email__iexact="hana@example.org").count() == 1
    assert Outbox.objects.filter(key__startswith=f"sign_up_again:{hana.public_id}").count() == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"email": "no address"}, "email_wrong", "email"),
        ({"name": ""}, "text_missing", "name"),
        ({"accepts_terms_version": "1999"}, "terms_outdated", "accepts_terms_version"),
        ({"language": "xx"}, "invalid", "language"),
        ({"name": "x" * 1_000_000}, "invalid", "name"),
        ({"is_superuser": True}, "unknown_field", "is_superuser"),
    ],
)
def test_sign_up_refuses(change: dict[str, object], code: str, field: str) -> None:
    assert refusal(post("sign-up/", NEW | change)) == (422, code, [field])
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert mail.outbox == []


def test_doors_for_strangers_are_throttled() -> None:
    answers = [post("sign-in-code/", {"email": "who@example.org"}) for _time in range(7)]
    assert [answer.status_code for answer in answers] == [202] * 6 + [429]
    assert refusal(answers[-1]) == (429, "throttled", [])
    assert len(mail.outbox) == 6


def test_claimed_addresses_do_not_help_against_the_throttle() -> None:
    def knock(number: int) -> int:
        body = {"email": f"who{number}@example.org"}
        return (
            as_user(None)
            .post(f"{API}sign-in-code/", body, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
            .status_code
        )

    assert [knock(number) for number in range(31)] == [202] * 30 + [429]


# The code.
def test_unknown_address_gets_the_same_answer_and_a_message_that_says_so(hana: User) -> None:
    known, unknown = (
        post("sign-in-code/", {"email": hana.email}),
        post("sign-in-code/", {"email": "no@example.org"}),
    )
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [message.to for message in mail.outbox] == [[hana.email], ["no@example.org"]]
    assert re.search(r"\d{6}", mail.outbox[1].body) is None


def test_code_is_kept_as_a_digest_outside_the_outbox(hana: User) -> None:
    code = ask(hana)
    assert code not in repr(cache.get(_key(hana)))
    assert not Outbox.objects.exists()


def test_code_opens_once(hana: User) -> None:
    code = ask(hana)
    first, second = confirm(hana, code), confirm(hana, code)
    assert (first.status_code, refusal(second)) == (201, (422, "code_wrong", ["code"]))
    assert AuthToken.objects.filter(user=hana).count() == 1
    assert AuditEntry.objects.filter(actor=hana, action="user.sign_in_by_code").count() == 1


def test_five_wrong_tries_void_the_code(hana: User) -> None:
    code = ask(hana)
    wrong = str((int(code) + 1) % 100_000_000).zfill(8)
    for _try in range(5):
        cache_keys_of_throttles_aside(hana)
        assert refusal(confirm(hana, wrong)) == (422, "code_wrong", ["code"])
    cache_keys_of_throttles_aside(hana)
    assert refusal(confirm(hana, code)) == (422, "code_wrong", ["code"])


def cache_keys_of_throttles_aside(user: User) -> None:
    """Forget the throttle's count, keep the code: what is tested is the code's own limit."""
    pending = cache.get(_key(user))
    cache.clear()
    cache.set(_key(user), pending, timeout=600)


def test_code_of_another_person_does_not_open(hana: User, yuki: User) -> None:
    code = ask(hana)
    ask(yuki)
    assert refusal(confirm(yuki, code)) == (422, "code_wrong", ["code"])
    assert (
        refusal(post("sign-in-code/confirm/", {"email": "no@example.org", "code": code}))[1] == "code_wrong"
    )


def test_code_ends_after_ten_minutes(hana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    code = ask(hana)
    later = timezone.now() + timedelta(seconds=601)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert refusal(confirm(hana, code)) == (422, "code_wrong", ["code"])


def test_closed_account_is_not_opened(hana: User) -> None:
    code = ask(hana)
    hana.is_active = False
    hana.save(update_fields=["is_active"])
    assert refusal(confirm(hana, code))[1] == "code_wrong"
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("has_set_up", [True, False])
def test_role_with_a_second_factor_gets_no_token_by_mail_alone(mori: User, has_set_up: bool) -> None:
    if not has_set_up:
        Authenticator.objects.all().delete()
    assert refusal(confirm(mori, ask(mori))) == (403, "second_factor_needed", [])
    assert not AuthToken.objects.exists()


def test_participant_with_a_second_factor_gets_no_token_by_mail_alone(hana: User) -> None:
    Authenticator.objects.create(user=hana, type=Authenticator.Type.TOTP, data={})
    assert refusal(confirm(hana, ask(hana))) == (403, "second_factor_needed", [])


# Tokens.
def session_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_session_makes_lists_and_revokes_tokens(hana: User) -> None:
    client = session_of(hana)
    made = client.post(f"{API}tokens/", {"hours": 2}, content_type="application/json")
    body = made.json()
    assert made.status_code == 201
    row = AuthToken.objects.get(user=hana)
    assert body["token"] not in (row.digest, row.token_key)
    assert timedelta(hours=1, minutes=59) < row.expiry - timezone.now() <= timedelta(hours=2)

    listed = client.get(f"{API}tokens/").json()["results"]
    assert [(row["id"], set(row)) for row in listed] == [(body["id"], {"id", "created_at", "expires_at"})]

    by_token = {"Authorization": f"Token {body['token']}"}
    assert Client().get(f"{API}me/", headers=by_token).status_code == 200
    assert Client().delete(f"{API}tokens/{body['id']}/", headers=by_token).status_code == 204
    assert Client().get(f"{API}me/", headers=by_token).status_code == 401


def test_token_cannot_prolong_itself(hana: User) -> None:
    token = confirm(hana, ask(hana)).json()["token"]
    answer = Client().post(
        f"{API}tokens/", {}, content_type="application/json", headers={"Authorization": f"Token {token}"}
    )
    assert refusal(answer) == (403, "not_authenticated", [])
    assert AuthToken.objects.count() == 1


def test_session_needs_its_csrf_token(hana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(hana)
    answer = client.post(f"{API}tokens/", {}, content_type="application/json")
    assert refusal(answer) == (403, "permission_denied", [])


def test_expired_token_does_not_open(hana: User) -> None:
    token = confirm(hana, ask(hana)).json()["token"]
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert Client().get(f"{API}me/", headers={"Authorization": f"Token {token}"}).status_code == 401


def test_token_of_another_is_unknown(hana: User, yuki: User) -> None:
    made = session_of(hana).post(f"{API}tokens/", {}, content_type="application/json").json()
    assert refusal(as_user(yuki).delete(f"{API}tokens/{made['id']}/")) == (404, "token_unknown", [])
    assert AuthToken.objects.count() == 1


def test_twenty_tokens_at_once_are_enough(hana: User) -> None:
    for _number in range(20):
        AuthToken.objects.create(hana)
    client = session_of(hana)
    full = client.post(f"{API}tokens/", {}, content_type="application/json")
    assert refusal(full) == (409, "tokens_full", [])
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.post(f"{API}tokens/", {}, content_type="application/json").status_code == 201


@pytest.mark.parametrize("hours", [0, 721, "2", True, None])
def test_token_for_no_time_or_for_ever_is_refused(hana: User, hours: object) -> None:
    answer = session_of(hana).post(f"{API}tokens/", {"hours": hours}, content_type="application/json")
    assert refusal(answer) == (422, "invalid", ["hours"])
