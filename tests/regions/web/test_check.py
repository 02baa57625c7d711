"""The sheet of the village check on its page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from regions.models import Need, Offer, Region
from tests.builders import make_asset_kind, make_work_kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def words() -> None:
    make_work_kind("farm")
    make_asset_kind("food")


def sent(client: Client, user: User, region: Region, **answers: object):
    client.force_login(user)
    return client.post(reverse("place-check", args=[region.public_id]), answers)


def test_ticks_and_words_become_drafts(client: Client, saga: Region, kenji: User) -> None:
    answer = sent(client, kenji, saga, lacks_farm="on", has_food_words="だご汁")
    assert answer.url == reverse("place-needs", args=[saga.public_id])
    assert (Need.objects.get().title, Offer.objects.get().title) == ("田畑の手伝い", "だご汁")
    shown = client.get(answer.url).content.decode()
    assert "困りごと1件、提供できること1件を下書きにしました" in shown


def test_what_is_there_alone_leads_to_the_offers(client: Client, saga: Region, ume: User) -> None:
    assert sent(client, ume, saga, has_food="on").url == reverse("place-offers", args=[saga.public_id])


def test_empty_sheet_is_told_in_words(client: Client, saga: Region, ume: User) -> None:
    answer = sent(client, ume, saga)
    assert answer.status_code == 422
    assert "1行以上にチェック" in answer.content.decode()


@pytest.mark.parametrize("who", ["hana", "yuki"])
def test_outsider_has_no_sheet(
    client: Client, saga: Region, who: str, request: pytest.FixtureRequest
) -> None:
    assert sent(client, request.getfixturevalue(who), saga, lacks_farm="on").status_code == 404
    assert not Need.objects.exists()
