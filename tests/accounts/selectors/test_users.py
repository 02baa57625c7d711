"""Facts about people."""

from __future__ import annotations

import pytest

from accounts.enums import ConsentKind
from accounts.models import User
from accounts.selectors.users import administrators, consents_of, has_consented, user_by_email
from accounts.services.consents import give_consent, withdraw_consent
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def test_administrators_are_active_people(admin, hana):
    make_user(is_superuser=True, is_active=False)
    User.objects.system()
    assert list(administrators()) == [admin]


def test_user_is_found_by_address_whatever_the_case(hana):
    assert user_by_email(" Hana@Example.org ") == hana
    assert user_by_email("nobody@example.org") is None
    User.objects.system()
    assert user_by_email("system@enishi.invalid") is None


def test_withdrawn_consent_no_longer_stands_but_is_listed(hana):
    consent = give_consent(actor=hana, kind=ConsentKind.PASSING_ON, text_version="1")
    assert has_consented(hana, ConsentKind.PASSING_ON)
    assert has_consented(hana, ConsentKind.PASSING_ON, text_version="1")
    assert not has_consented(hana, ConsentKind.PASSING_ON, text_version="2")
    withdraw_consent(actor=hana, consent=consent)
    assert not has_consented(hana, ConsentKind.PASSING_ON)
    assert list(consents_of(hana).exclude(kind=ConsentKind.TERMS)) == [consent]
