"""Oneself: who I am, my card, my consents, my messages."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.enums import ConsentKind
from accounts.models import AuditEntry, IdempotencyRecord, Notification, User
from accounts.services.consents import TERMS_VERSION, give_consent
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
CARD = f"{API}me/contact-card/"


def test_me_is_oneself(mori: User, hana: User) -> None:
    guide, person = as_user(mori).get(f"{API}me/").json(), as_user(hana).get(f"{API}me/").json()
    assert (guide["id"], guide["is_guide"], guide["is_admin"]) == (mori.public_id, True, False)
    assert (person["email"], person["is_guide"], person["unread"]) == ("hana@example.org", False, 0)


def test_person_changes_name_affiliation_and_language(hana: User, yuki: User) -> None:
    changes = {"name": "花子", "affiliation": "福岡大学", "language": "en"}
    for _time in range(2):
        answer = as_user(User.objects.get(pk=hana.pk)).patch(f"{API}me/", changes)
        assert {name: answer.json()[name] for name in changes} == changes
    stored = User.objects.get(pk=hana.pk)
    assert (stored.name, stored.affiliation, stored.language) == ("花子", "福岡大学", "en")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details) == ("user.update", {"fields": ["affiliation", "language", "name"]})
    assert User.objects.get(pk=yuki.pk).name == "ゆき"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": " "}, "text_missing", "name"),
        ({"name": "x" * 81}, "invalid", "name"),
        ({"affiliation": "x" * 121}, "invalid", "affiliation"),
        ({"language": "fr"}, "invalid", "language"),
        ({"email": "x@example.org"}, "unknown_field", "email"),
        ({"is_superuser": True}, "unknown_field", "is_superuser"),
    ],
)
def test_wrong_words_about_oneself_change_nothing(
    hana: User, change: dict[str, object], code: str, field: str
) -> None:
    assert refusal(as_user(hana).patch(f"{API}me/", {"affiliation": "学校"} | change)) == (422, code, [field])
    stored = User.objects.get(pk=hana.pk)
    assert (stored.name, stored.affiliation, stored.language) == ("花", "花の所属", "ja")
    assert not AuditEntry.objects.exists()


def test_card_is_ones_own_and_lines_change_one_by_one(hana: User, yuki: User) -> None:
    changed = as_user(hana).patch(CARD, {"phone": "090-9999-9999"})
    assert changed.json() == {
        "full_name": "花 本名",
        "phone": "090-9999-9999",
        "address": "花の住所",
        "emergency_contact": "",
    }
    assert changed["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "090-9999-9999" not in as_user(yuki).get(CARD).content.decode()
    entry = AuditEntry.objects.get(action="contact_card.save")
    assert "090-9999-9999" not in str(entry.details)


def test_card_that_was_never_written_is_empty(admin: User) -> None:
    assert as_user(admin).get(CARD).json() == {
        "full_name": "",
        "phone": "",
        "address": "",
        "emergency_contact": "",
    }


def test_card_takes_no_book(hana: User) -> None:
    assert refusal(as_user(hana).patch(CARD, {"address": "x" * 1_000_000})) == (422, "invalid", ["address"])
    assert refusal(as_user(hana).patch(CARD, {"email": "x@example.org"})) == (422, "unknown_field", ["email"])


def test_consent_is_given_once_and_withdrawn_once(hana: User) -> None:
    client, body = as_user(hana), {"kind": "passing_on", "text_version": "1"}
    first, second = client.post(f"{API}me/consents/", body), client.post(f"{API}me/consents/", body)
    assert first.json() == second.json()
    number = first.json()["id"]
    gone = [client.post(f"{API}me/consents/{number}/withdraw/").json()["withdrawn_at"] for _time in range(2)]
    assert gone[0] is not None
    assert gone[0] == gone[1]
    assert [row["kind"] for row in client.get(f"{API}me/consents/").json()["results"]] == [
        "passing_on",
        "terms",
    ]


def test_consent_of_another_does_not_exist(hana: User, yuki: User) -> None:
    consent = give_consent(actor=hana, kind=ConsentKind.TERMS, text_version=TERMS_VERSION)
    answer = as_user(yuki).post(f"{API}me/consents/{consent.pk}/withdraw/")
    assert refusal(answer) == (404, "not_found", [])
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def message(user: User, number: int, **fields: object) -> Notification:
    return Notification.objects.create(
        key=f"match:abc:{number}:{user.public_id}",
        user=user,
        kind="match_asked",
        context={"match": "abc"},
        **fields,
    )


def test_messages_are_ones_own_and_read_once(hana: User, yuki: User) -> None:
    mine, other = message(hana, 1), message(yuki, 2)
    message(hana, 3, read_at=timezone.now())
    client = as_user(hana)
    unread = client.get(f"{API}me/notifications/?unread=true").json()["results"]
    assert [(row["id"], row["kind"], row["context"]) for row in unread] == [
        (mine.key, "match_asked", {"match": "abc"})
    ]
    ids = {"ids": [mine.key, other.key, "none"]}
    assert [client.post(f"{API}me/notifications/read/", ids).json() for _time in range(2)] == [
        {"read": 1},
        {"read": 0},
    ]
    other.refresh_from_db()
    assert other.read_at is None


def test_reading_takes_no_endless_list(hana: User) -> None:
    answer = as_user(hana).post(f"{API}me/notifications/read/", {"ids": ["x"] * 101})
    assert refusal(answer) == (422, "invalid", ["ids"])


def test_no_card_lands_in_the_stored_answers(hana: User) -> None:
    as_user(hana).patch(CARD, {"phone": "090-9999-9999"}, headers={"Idempotency-Key": "k"})
    assert not IdempotencyRecord.objects.exists()
