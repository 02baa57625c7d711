"""The administration pages of people, parties and organizations: read only, and without any contact data."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import ContactCard, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, admin):
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", ["user", "volunteer", "organization"])
def test_rows_are_shown_and_neither_added_changed_nor_deleted(office, riders, mori, harada, model):
    row = {"user": harada, "volunteer": riders, "organization": mori.guide.organization}[model]
    page = reverse(f"admin:accounts_{model}_change", args=[row.pk])
    assert office.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 200
    assert str(row) in office.get(page).content.decode()
    assert office.post(page, {"name": "x"}).status_code == 403
    assert office.get(reverse(f"admin:accounts_{model}_add")).status_code == 403
    assert office.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk])).status_code == 403


def test_user_page_shows_neither_password_nor_contact_card(office, harada):
    page = office.get(reverse("admin:accounts_user_change", args=[harada.pk])).content.decode()
    card = ContactCard.objects.get(user=harada)
    assert harada.email in page
    for secret in (User.objects.get(pk=harada.pk).password, card.full_name, card.phone, card.address):
        assert secret
        assert secret not in page


def test_contact_cards_have_no_page(office):
    listed = office.get(reverse("admin:index")).content.decode()
    assert "accounts/user" in listed
    assert "contactcard" not in listed
