"""A contact card is written by its owner, and what it says appears in no record."""

from __future__ import annotations

import json

import pytest

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, ContactCard
from accounts.services.contact_cards import own_contact_card, save_contact_card
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def test_card_is_made_and_then_changed_line_by_line():
    user = make_user()
    assert own_contact_card(actor=user) is None
    save_contact_card(actor=user, full_name="山田花子", phone="090-1234-5678")
    card = save_contact_card(actor=user, phone="080-0000-0000")
    assert (card.full_name, card.phone) == ("山田花子", "080-0000-0000")
    assert own_contact_card(actor=user) == card
    assert ContactCard.objects.count() == 1


def test_audit_says_which_lines_and_never_what_they_say(hana):
    save_contact_card(actor=hana, phone="090-1234-5678")
    entry = AuditEntry.objects.get(action="contact_card.save")
    assert entry.details == {"fields": ["phone"]}
    assert "090" not in json.dumps([entry.details, entry.target_label, entry.target_id])


def test_line_longer_than_its_column_is_refused(hana):
    with pytest.raises(Invalid) as caught:
        save_contact_card(actor=hana, address="x" * 201)
    assert set(caught.value.fields) == {"address"}
    assert own_contact_card(actor=hana).address == "花の住所"


def test_closed_account_has_no_card_to_show(hana):
    hana.is_active = False
    assert own_contact_card(actor=hana) is None
    with pytest.raises(NotAllowed):
        save_contact_card(actor=hana, phone="1")
