"""Offers through the API: what is given, who has permitted it, and who may say so."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, IdempotencyRecord, Outbox, User
from regions.models import Need, Offer, OfferAsset, Permission, Region
from tests.builders import make_asset_kind
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
OFFERS = f"{API}offers/"


def address(offer: Offer, rest: str = "") -> str:
    return f"{OFFERS}{offer.public_id}/{rest}"


@pytest.fixture
def words(saga: Region, mowing: Need) -> dict[str, Any]:
    """A body that posts an offer of the community."""
    make_asset_kind("onsen")
    return {
        "region": saga.public_id,
        "title": "朝の湯",
        "conditions": "7時まで",
        "assets": [{"code": "onsen", "weight": 2}, {"code": "trail_mtb"}],
        "permissions": [{"holder": "自治会", "status": "informal", "evidence": "口頭"}],
    }


def rows() -> tuple[int, ...]:
    models = (Offer, OfferAsset, Permission, AuditEntry, Outbox, IdempotencyRecord)
    return tuple(model.objects.count() for model in models)


def test_offer_is_posted_with_what_each_holder_said(words, ume: User) -> None:
    answer = as_user(ume).post(OFFERS, words)
    shown = answer.json()
    assert (answer.status_code, shown["title"], shown["conditions"]) == (201, "朝の湯", "7時まで")
    assert [(row["code"], row["weight"]) for row in shown["assets"]] == [("onsen", 2), ("trail_mtb", 1)]
    assert shown["permission"] == "informal"
    assert [(row["holder"], row["status"], row["evidence"]) for row in shown["permissions"]] == [
        ("自治会", "informal", "口頭")
    ]
    assert as_user(ume).get(address(Offer.objects.get(title="朝の湯"))).json() == shown


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing given": ({"assets": []}, "assets_missing", "assets"),
    "unknown kind": ({"assets": [{"code": "gold"}]}, "assetkind_unknown", "assets"),
    "the same kind twice": ({"assets": [{"code": "onsen"}] * 2}, "assetkind_twice", "assets"),
    "weight out of range": ({"assets": [{"code": "onsen", "weight": 0}]}, "number_wrong", "assets"),
    "granted without evidence": (
        {"permissions": [{"holder": "県", "status": "granted"}]},
        "evidence_missing",
        "evidence",
    ),
    "a holder twice": (
        {"permissions": [{"holder": "県"}, {"holder": " 県 "}]},
        "holder_twice",
        "permissions",
    ),
    "unknown status": ({"permissions": [{"holder": "県", "status": "maybe"}]}, "invalid", "permissions"),
    "no title": ({"title": ""}, "text_missing", "title"),
    "1 MB of conditions": ({"conditions": "a" * 1_000_000}, "invalid", "conditions"),
    "unknown field": ({"permission": "granted"}, "unknown_field", "permission"),
    "unknown community": ({"region": "nosuchplace2"}, "invalid", "region"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_offer_is_refused_and_nothing_is_written(words, ume: User, case: str) -> None:
    wrong, code, field = WRONG[case]
    before = rows()
    answer = as_user(ume).post(OFFERS, words | wrong, headers={"Idempotency-Key": "a"})
    assert refusal(answer) == (422, code, [field])
    assert rows() == before


def test_same_click_twice_posts_once_and_a_changed_one_is_refused(words, kenji: User) -> None:
    client, headers = as_user(kenji), {"Idempotency-Key": "click"}
    first, second = (client.post(OFFERS, words, headers=headers) for _time in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert refusal(client.post(OFFERS, words | {"title": "夜の湯"}, headers=headers)) == (
        409,
        "idempotency_key_reused",
        [],
    )
    assert Offer.objects.filter(title__endswith="の湯").count() == 1


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("hana", 403), ("yuki", 403)])
def test_others_post_change_and_permit_nothing(request, words, trails: Offer, role, status: int) -> None:
    client, before = as_user(request.getfixturevalue(role) if role else None), rows()
    answers = [
        client.post(OFFERS, words),
        client.patch(address(trails), {"is_active": False}),
        client.post(address(trails, "permissions/"), {"holder": "県", "status": "informal"}),
    ]
    assert [refusal(answer)[0] for answer in answers] == [status] * 3
    assert rows() == before
    trails.refresh_from_db()
    assert trails.is_active


def test_offer_taken_back_is_gone_for_strangers_and_looked_at(
    trails: Offer, mowing: Need, mori: User, yuki: User
) -> None:
    assert as_user(yuki).get(address(trails)).status_code == 200
    answer = as_user(mori).patch(address(trails), {"is_active": False})
    assert (answer.status_code, answer.json()["is_active"], answer.json()["title"]) == (
        200,
        False,
        trails.title,
    )
    assert refusal(as_user(yuki).get(address(trails))) == (404, "not_found", [])
    assert Outbox.objects.get().payload == {"need": mowing.pk}


def test_permission_goes_its_way_and_the_least_counts(trails: Offer, mowing: Need, kenji: User) -> None:
    client = as_user(kenji)

    def say(**body: str) -> str:
        answer = client.post(address(trails, "permissions/"), body)
        assert answer.status_code == 201, answer.json()
        return str(answer.json()["permission"])

    assert say(holder="県") == "pending"
    assert say(holder="県", status="informal", evidence="口頭") == "informal"
    assert say(holder="県", status="granted", evidence="書面") == "granted"
    assert say(holder="県", status="granted", evidence="書面", expires_on="2020-03-31") == "pending"
    assert trails.permissions.count() == 2
    steps = AuditEntry.objects.order_by("pk").values_list("details__from", "details__to")
    assert list(steps) == [
        ("", "pending"),
        ("pending", "informal"),
        ("informal", "granted"),
        ("granted", "granted"),
    ]


def test_permission_for_nothing_to_show_is_refused(trails: Offer, ume: User) -> None:
    before = rows()
    body = {"holder": "自治会", "status": "granted", "evidence": " "}
    assert refusal(as_user(ume).post(address(trails, "permissions/"), body)) == (
        422,
        "evidence_missing",
        ["evidence"],
    )
    assert rows() == before


def test_stranger_sees_how_far_it_is_and_not_who_said_so(trails: Offer, mowing: Need) -> None:
    Permission.objects.filter(offer=trails).update(holder="地権者の田中", evidence="覚え書き")
    answer = as_user(None).get(address(trails))
    shown = answer.json()
    assert (shown["permission"], shown["permissions"], shown["region"]["name"]) == ("granted", None, None)
    assert not any(word in answer.content.decode() for word in ("田中", "覚え書き", "榎木谷"))


def test_offer_tied_to_no_open_need_does_not_exist_for_strangers(trails: Offer, ume: User) -> None:
    assert refusal(as_user(None).get(address(trails))) == (404, "not_found", [])
    assert as_user(None).get(OFFERS).json()["results"] == []
    assert [row["id"] for row in as_user(ume).get(OFFERS).json()["results"]] == [trails.public_id]
