"""Signing up, and that it tells strangers nothing about who is here."""

from __future__ import annotations

import pytest

from accounts.enums import ConsentKind
from accounts.errors import Invalid
from accounts.models import AuditEntry, Outbox, User
from accounts.services.consents import TERMS_VERSION
from accounts.services.signup import sign_up

pytestmark = pytest.mark.django_db


def join(**changes):
    values = {
        "email": "new@example.org",
        "name": "新しい人",
        "language": "ja",
        "accepts_terms_version": TERMS_VERSION,
    }
    return sign_up(**(values | changes))


def test_sign_up_makes_a_user_without_password_who_accepted_the_terms():
    user = join(email=" New@Example.org ")
    assert user is not None
    assert (user.email, user.name, user.language) == ("new@example.org", "新しい人", "ja")
    assert not user.has_usable_password()
    assert not user.is_superuser
    consent = user.consents.get()
    assert (consent.kind, consent.text_version, consent.given_by) == (ConsentKind.TERMS, TERMS_VERSION, user)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "actor__email"))
    assert actions == [("user.sign_up", "new@example.org"), ("consent.give", "new@example.org")]


def test_known_address_makes_no_user_and_tells_only_its_owner_once_a_day(hana):
    assert join(email="HANA@example.org") is None
    assert join(email="hana@example.org") is None
    assert User.objects.filter(email__iexact="hana@example.org").count() == 1
    hana.refresh_from_db()
    assert hana.name == "花"
    owed = Outbox.objects.get()
    assert owed.payload["kind"] == "sign_up_again"
    assert owed.payload["user_id"] == hana.pk


def test_closed_account_is_not_written_to(hana):
    hana.is_active = False
    hana.save(update_fields=["is_active"])
    assert join(email="hana@example.org") is None
    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "fields"),
    [
        ({"email": "not-an-address"}, "email_wrong", {"email"}),
        ({"email": "a" * 300 + "@example.org"}, "text_too_long", {"email"}),
        ({"name": "  "}, "text_missing", {"name"}),
        ({"name": "x" * 1_000_000}, "text_too_long", {"name"}),
        ({"language": "fr"}, "choice_unknown", {"language"}),
        ({"accepts_terms_version": "1999-01"}, "terms_outdated", {"accepts_terms_version"}),
    ],
)
def test_wrong_input_is_named_by_field_and_leaves_nothing(changes, code, fields):
    with pytest.raises(Invalid) as caught:
        join(**changes)
    assert caught.value.code == code
    assert set(caught.value.fields) >= fields
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()


def test_name_of_exactly_the_longest_length_is_taken():
    assert join(name="名" * 80) is not None
