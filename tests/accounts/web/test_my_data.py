"""The pages of one's own data."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ContactAccess, User, Volunteer

pytestmark = pytest.mark.django_db


def looks(user: User, viewer: User, count: int) -> None:
    for number in range(count):
        ContactAccess.objects.create(
            viewer=viewer, subject=user, match_public_id=f"m{number}", fields=["phone"], match_state="agreed"
        )


def test_page_says_what_is_kept_and_who_looked(client: Client, hana: User, mori: User) -> None:
    looks(hana, mori, 1)
    client.force_login(hana)
    text = client.get(reverse("my-data")).content.decode()
    for word in ("連絡先", "森", "JSON"):
        assert word in text


def test_export_is_a_file_for_oneself(client: Client, hana: User) -> None:
    client.force_login(hana)
    answer = client.get(reverse("my-data-export"))
    assert answer["Content-Disposition"] == f'attachment; filename="enishi-{hana.public_id}.json"'
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(answer.content)["account"]["account"]["email"] == "hana@example.org"


def test_rest_and_return(client: Client, hana: User, hana_party: Volunteer) -> None:
    client.force_login(hana)
    for name, is_active in (("my-data-pause", False), ("my-data-resume", True)):
        assert client.post(reverse(name))["Location"] == reverse("my-data")
        hana_party.refresh_from_db()
        assert hana_party.is_active == is_active


def test_erasure_signs_out_and_leads_home(client: Client, hana: User) -> None:
    client.force_login(hana)
    address = reverse("my-data-erase")
    wrong = client.post(address, {"confirmation": "x@example.org"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["confirmation"])
    answer = client.post(address, {"confirmation": "hana@example.org"})
    assert answer["Location"] == reverse("home")
    assert "退会" in client.get("/").content.decode() or "消しました" in client.get("/").content.decode()
    assert client.get(reverse("my-data")).status_code == 302


def test_who_holds_an_office_reads_why_not(client: Client, mori: User) -> None:
    client.force_login(mori)
    answer = client.post(reverse("my-data-erase"), {"confirmation": mori.email})
    assert answer.status_code == 422
    assert "引き継" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client, hana: User, mori: User, count: int, django_assert_num_queries
) -> None:
    looks(hana, mori, count)
    client.force_login(hana)
    with django_assert_num_queries(21):
        client.get(reverse("my-data"))


@pytest.mark.parametrize("name", ["my-data-pause", "my-data-resume"])
def test_who_only_opens_the_address_of_an_act_is_led_to_its_page(
    client: Client, hana: User, hana_party: Volunteer, name: str
) -> None:
    client.force_login(hana)
    assert client.get(reverse(name))["Location"] == reverse("my-data")
    hana_party.refresh_from_db()
    assert hana_party.is_active
