"""Filling in an emergency card on its page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from regions.models import EmergencyCard, Need
from regions.services.emergency import keep_region_card

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["region", "need"])
def test_form_shows_what_is_kept_and_keeps_what_is_sent(
    client: Client, mowing: Need, ume: User, kind: str
) -> None:
    row = mowing.region if kind == "region" else mowing
    address = reverse(f"{kind}-emergency", args=[row.public_id])
    client.force_login(ume)
    answer = client.post(address, {"aed_place": "公民館", "stop_wbgt": "31", "signal": "none"}, follow=True)
    assert "緊急時カードを保存しました" in answer.content.decode()
    card = EmergencyCard.objects.get()
    assert (card.region_id, card.need_id) == ((row.pk, None) if kind == "region" else (None, row.pk))
    assert (card.aed_place, card.stop_wbgt, card.signal, card.hospital_minutes) == (
        "公民館",
        31,
        "none",
        None,
    )
    form = client.get(address).context["form"]
    assert (form["aed_place"].value(), form["stop_wbgt"].value(), form["signal"].value()) == (
        "公民館",
        31,
        "none",
    )


def test_wrong_number_is_said_beside_its_field_and_nothing_is_kept(
    client: Client, mowing: Need, ume: User
) -> None:
    client.force_login(ume)
    answer = client.post(reverse("region-emergency", args=[mowing.region.public_id]), {"stop_wbgt": "99"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["stop_wbgt"])
    assert not EmergencyCard.objects.exists()


def test_form_of_a_need_leads_to_the_facts_of_the_community(client: Client, mowing: Need, ume: User) -> None:
    client.force_login(ume)
    address, whole = (
        reverse("need-emergency", args=[mowing.public_id]),
        reverse("region-emergency", args=[mowing.region.public_id]),
    )
    assert whole not in client.get(address).content.decode()  # there is nothing to see there yet
    keep_region_card(actor=ume, region=mowing.region, aed_place="公民館")
    assert whole in client.get(address).content.decode()


@pytest.mark.parametrize("role", ["hana", "yuki"])
@pytest.mark.parametrize("kind", ["region", "need"])
def test_others_find_no_form_and_keep_nothing(
    request, client: Client, mowing: Need, role: str, kind: str
) -> None:
    row = mowing.region if kind == "region" else mowing
    client.force_login(request.getfixturevalue(role))
    assert (
        client.post(reverse(f"{kind}-emergency", args=[row.public_id]), {"aed_place": "x"}).status_code == 404
    )
    assert not EmergencyCard.objects.exists()
