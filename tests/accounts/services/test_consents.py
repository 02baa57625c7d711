"""Consents are one's own, once while they stand, and stay as proof."""

from __future__ import annotations

import pytest

from accounts.enums import ConsentKind
from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, Consent
from accounts.services.consents import TERMS_VERSION, accept_terms, give_consent, withdraw_consent

pytestmark = pytest.mark.django_db


def test_terms_accepted_twice_are_one_consent(hana):
    hana.consents.all().delete()
    first = accept_terms(actor=hana, version=TERMS_VERSION)
    assert accept_terms(actor=hana, version=TERMS_VERSION) == first
    assert AuditEntry.objects.filter(action="consent.give").count() == 1


def test_other_version_of_the_terms_is_refused(hana):
    with pytest.raises(Invalid) as caught:
        accept_terms(actor=hana, version="old")
    assert caught.value.code == "terms_outdated"
    with pytest.raises(Invalid) as caught:
        give_consent(actor=hana, kind=ConsentKind.TERMS, text_version="old")
    assert (caught.value.code, list(caught.value.fields)) == ("terms_outdated", ["text_version"])
    assert not Consent.objects.filter(text_version="old").exists()


def test_withdrawn_consent_can_be_given_again_as_a_new_row(hana):
    first = give_consent(actor=hana, kind=ConsentKind.PASSING_ON, text_version="1", purpose="名簿")
    withdrawn = withdraw_consent(actor=hana, consent=first)
    moment = withdrawn.withdrawn_at
    assert moment is not None
    assert withdraw_consent(actor=hana, consent=first).withdrawn_at == moment
    second = give_consent(actor=hana, kind=ConsentKind.PASSING_ON, text_version="1")
    assert second != first
    assert AuditEntry.objects.filter(action="consent.withdraw").count() == 1


def test_nobody_withdraws_for_another(hana, admin):
    consent = give_consent(actor=hana, kind=ConsentKind.PASSING_ON, text_version="1")
    with pytest.raises(NotAllowed):
        withdraw_consent(actor=admin, consent=consent)
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def test_closed_account_consents_to_nothing(hana):
    hana.is_active = False
    with pytest.raises(NotAllowed):
        give_consent(actor=hana, kind=ConsentKind.PASSING_ON, text_version="1")


def test_wrong_values_are_named(hana):
    with pytest.raises(Invalid) as caught:
        give_consent(actor=hana, kind="blanket", text_version="v" * 21, purpose="p" * 201)  # type: ignore[arg-type]
    assert set(caught.value.fields) == {"kind", "text_version", "purpose"}
