"""The administration pages of communities: read, but for the guide an administrator names through the service."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from regions.models import Need
from tests.cast import make_user

pytestmark = pytest.mark.django_db
MODELS = ["region", "need", "offer", "municipalstaff"]


@pytest.fixture
def office(client, admin):
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_are_shown_and_nothing_is_added(office, mowing, model):
    row = {
        "region": mowing.region,
        "need": mowing,
        "offer": mowing.offers.get(),
        "municipalstaff": mowing.region.municipality.staff.get(),
    }[model]
    assert str(row.pk) in office.get(reverse(f"admin:regions_{model}_changelist")).content.decode()
    assert office.get(reverse(f"admin:regions_{model}_change", args=[row.pk])).status_code == 200
    assert office.get(reverse(f"admin:regions_{model}_add")).status_code == 403
    assert office.post(reverse(f"admin:regions_{model}_delete", args=[row.pk])).status_code == 403


def test_need_is_not_changed_here(office, mowing):
    url = reverse("admin:regions_need_change", args=[mowing.pk])
    assert office.post(url, {"title": "x"}).status_code == 403
    assert Need.objects.get().title == "夏と秋の草刈り"


def test_guide_is_named_through_the_service_and_nothing_else_is_taken(office, admin, saga, mori):
    url = reverse("admin:regions_region_change", args=[saga.pk])
    management = {
        f"{name}-{kind}_FORMS": 0
        for name in ("representatives", "required_consents", "quiet_periods")
        for kind in ("TOTAL", "INITIAL")
    }
    answer = office.post(url, management | {"guide": mori.guide.pk, "name": "乗っ取り"})
    assert answer.status_code == 302
    saga.refresh_from_db()
    assert (saga.guide, saga.name) == (mori.guide, "榎木谷")
    entry = AuditEntry.objects.get(action="region.assign_guide")
    assert entry.actor == admin


def test_pages_are_closed_to_everyone_else(client, mowing, mori):
    for user in (mori, make_user(is_staff=True)):
        client.force_login(user)
        answer = client.get(reverse("admin:regions_need_changelist"))
        assert answer.status_code in {302, 403}
        assert "夏と秋の草刈り" not in answer.content.decode()
