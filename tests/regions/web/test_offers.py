"""The offers of a community: kept, changed, given no longer, with a row for every holder."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from regions.enums import PermissionStatus
from regions.models import Offer, Region
from tests.builders import make_asset_kind, make_offer, make_region

pytestmark = pytest.mark.django_db


def sent(client: Client, user: User, page: str, *where: object, **answers: object):
    client.force_login(user)
    return client.post(reverse(page, args=where), answers)


def test_offer_is_kept_and_then_asks_for_its_holders(client: Client, saga: Region, kenji: User) -> None:
    make_asset_kind("trail_walk")
    answer = sent(
        client, kenji, "offer-new", saga.public_id, title="古道を歩く", assets=["trail_walk"], conditions="冬は休み", is_active="on"
    )  # fmt: skip
    offer = Offer.objects.get()
    assert answer.url == reverse("place-offer", args=[saga.public_id, offer.public_id])
    assert (offer.title, offer.conditions, offer.is_active) == ("古道を歩く", "冬は休み", True)
    assert AuditEntry.objects.get().on_behalf_of == "榎木谷"
    assert "まだ、だれも入っていません" in client.get(answer.url).content.decode()


def test_offer_without_kind_or_title_is_refused_in_words(client: Client, saga: Region, ume: User) -> None:
    answer = sent(client, ume, "offer-new", saga.public_id, title="")
    assert answer.status_code == 422
    answer = sent(client, ume, "offer-new", saga.public_id, title="古道")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["assets"])
    assert not Offer.objects.exists()


def test_changed_offer_keeps_its_weights(client: Client, trails: Offer, ume: User) -> None:
    make_asset_kind("trail_walk")
    answer = sent(
        client, ume, "offer-revise", trails.region.public_id, trails.public_id, title="山の道", assets=["trail_mtb", "trail_walk"],
    )  # fmt: skip
    assert answer.status_code == 302
    trails.refresh_from_db()
    assert (trails.title, trails.is_active) == ("山の道", False)
    assert dict(trails.assets.values_list("asset_kind__code", "weight")) == {"trail_mtb": 3, "trail_walk": 1}
    shown = client.get(reverse("place-offers", args=[trails.region.public_id])).content.decode()
    assert "いまは提供なし" in shown


def test_holder_is_added_and_its_word_recorded_anew(client: Client, trails: Offer, kenji: User) -> None:
    where = (trails.region.public_id, trails.public_id)
    assert (
        sent(client, kenji, "permission-new", *where, holder="水利組合", status="pending").status_code == 302
    )
    row = trails.permissions.get(holder="水利組合")
    shown = client.get(reverse("place-offers", args=[trails.region.public_id])).content.decode()
    assert "調整中" in shown  # the least of all holders
    said = {
        "status": "granted",
        "evidence": "5月9日、組合長から電話",
        "scope": "堰の道",
        "expires_on": "2030-03-31",
    }
    assert sent(client, kenji, "permission-revise", *where, row.pk, **said).status_code == 302
    row.refresh_from_db()
    assert (row.holder, row.status, row.scope, row.expires_on) == (
        "水利組合",
        PermissionStatus.GRANTED,
        "堰の道",
        date(2030, 3, 31),
    )
    entry = AuditEntry.objects.filter(action="offer.permission").latest("pk")
    assert (entry.details["from"], entry.details["to"], entry.on_behalf_of) == (
        "pending",
        "granted",
        "榎木谷",
    )


def test_granted_needs_something_to_show_for_it(client: Client, trails: Offer, ume: User) -> None:
    where = (trails.region.public_id, trails.public_id)
    answer = sent(client, ume, "permission-new", *where, holder="財産区", status="granted")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["evidence"])
    assert trails.permissions.count() == 1


def test_holder_of_another_offer_is_not_there(client: Client, trails: Offer, ume: User) -> None:
    other = make_offer(trails.region).permissions.get()
    where = (trails.region.public_id, trails.public_id, other.pk)
    assert sent(client, ume, "permission-revise", *where, status="pending").status_code == 404


def test_outsider_sees_and_changes_nothing(client: Client, trails: Offer, hana: User) -> None:
    where = (trails.region.public_id, trails.public_id)
    for page in ("offer-revise", "permission-new"):
        assert sent(client, hana, page, *where, title="x", holder="x", status="pending").status_code == 404
    assert sent(client, hana, "offer-new", trails.region.public_id, title="x").status_code == 404
    assert client.get(reverse("place-offers", args=[trails.region.public_id])).status_code == 404
    assert (Offer.objects.get().title, trails.permissions.count()) == (trails.title, 1)


def test_offer_is_found_under_its_own_community_only(client: Client, trails: Offer, kenji: User) -> None:
    client.force_login(kenji)
    other = make_region(name="古湯")
    assert client.get(reverse("place-offer", args=[other.public_id, trails.public_id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(
    client: Client, saga: Region, kenji: User, count: int, django_assert_num_queries
) -> None:
    for _number in range(count):
        make_offer(saga)
    client.force_login(kenji)
    with django_assert_num_queries(13):
        assert len(client.get(reverse("place-offers", args=[saga.public_id])).context["lines"]) == count


def test_who_came_from_a_match_finds_back_to_it_after_recording(
    client: Client, trails: Offer, kenji: User
) -> None:
    where = (trails.region.public_id, trails.public_id)
    offer = reverse("place-offer", args=where) + "?match=abc123"
    new = reverse("permission-new", args=where) + "?match=abc123"
    revise = reverse("permission-revise", args=[*where, trails.permissions.get().pk]) + "?match=abc123"
    back = f'href="{reverse("match-page", args=["abc123"])}"'
    client.force_login(kenji)
    shown = client.get(offer).content.decode()
    assert [link in shown for link in (back, f'href="{new}"', f'href="{revise}"')] == [True] * 3
    assert f'href="{offer}"' in client.get(new).content.decode()
    said = {"holder": "水利組合", "status": "granted", "evidence": "電話"}
    assert client.post(new, said).url == offer
    assert client.post(revise, {"status": "granted", "evidence": "電話"}).url == offer


@pytest.mark.parametrize("said", ["", "//evil.example", "a/../b", "x" * 17, "<b>", "ＡＢＣ"])
def test_what_is_no_id_of_a_match_leads_nowhere(
    client: Client, trails: Offer, kenji: User, said: str
) -> None:
    client.force_login(kenji)
    page = reverse("place-offer", args=[trails.region.public_id, trails.public_id])
    answer = client.get(page, {"match": said})
    assert (answer.status_code, answer.context["match_id"]) == (200, "")
    assert "?match" not in answer.content.decode()
