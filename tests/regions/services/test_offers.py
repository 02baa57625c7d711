"""Offers and permissions: who may record them, what must be shown, which needs are looked at again."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox
from regions.enums import NeedStage, PermissionStatus
from regions.models import Offer, Permission
from regions.selectors.offers import offer_permission
from regions.services.inputs import AssetInput, PermissionInput
from regions.services.offers import post_offer, record_permission, update_offer
from tests.cast import make_asset_kind, make_need

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths(db) -> dict:
    make_asset_kind("trail_mtb")
    return dict(
        title="山道を走る", conditions="区役に加わる団体", assets=[AssetInput(code="trail_mtb", weight=3)]
    )


def test_offer_is_stored_with_assets_and_holders(saga, ume, paths):
    granted = PermissionInput(
        holder="自治会", status="granted", evidence="書面", expires_on=date(2028, 3, 31)
    )
    offer = post_offer(
        actor=ume, region=saga, permissions=[granted, PermissionInput(holder="水利組合")], **paths
    )
    offer.refresh_from_db()
    assert (offer.title, offer.region, offer.is_active) == ("山道を走る", saga, True)
    assert list(offer.assets.values_list("asset_kind__code", "weight")) == [("trail_mtb", 3)]
    assert set(offer.permissions.values_list("holder", "status")) == {
        ("自治会", "granted"),
        ("水利組合", "pending"),
    }
    assert offer_permission(offer) is PermissionStatus.PENDING
    assert AuditEntry.objects.get().action == "offer.post"
    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": ""}, "text_missing", "title"),
        ({"conditions": "x" * 2001}, "text_too_long", "conditions"),
        ({"assets": []}, "assets_missing", "assets"),
        ({"assets": [AssetInput(code="moon")]}, "assetkind_unknown", "assets"),
        ({"assets": [AssetInput(code="trail_mtb")] * 2}, "assetkind_twice", "assets"),
        ({"assets": [AssetInput(code="trail_mtb", weight=9)]}, "number_wrong", "assets"),
        ({"permissions": [PermissionInput(holder="")]}, "text_missing", "holder"),
        ({"permissions": [PermissionInput(holder="区", status="maybe")]}, "choice_unknown", "status"),
        ({"permissions": [PermissionInput(holder="区", status="granted")]}, "evidence_missing", "evidence"),
        (
            {"permissions": [PermissionInput(holder="区"), PermissionInput(holder=" 区")]},
            "holder_twice",
            "permissions",
        ),
        ({"permissions": [PermissionInput(holder=str(n)) for n in range(21)]}, "too_many", "permissions"),
    ],
)
def test_wrong_value_is_named_and_nothing_is_written(
    saga, ume, paths, changes, code, field
):  # fixtures are named, not counted
    with pytest.raises(Invalid) as caught:
        post_offer(actor=ume, region=saga, **(paths | changes))
    assert caught.value.code == code
    assert field in caught.value.fields
    assert not Offer.objects.exists()


def test_strangers_offer_and_change_nothing(saga, trails, yuki, paths):
    with pytest.raises(NotAllowed):
        post_offer(actor=yuki, region=saga, **paths)
    with pytest.raises(NotAllowed):
        update_offer(actor=yuki, offer=trails, title="わたしの山")
    with pytest.raises(NotAllowed):
        record_permission(actor=yuki, offer=trails, permission=PermissionInput(holder="自治会"))
    assert list(Offer.objects.values_list("title", flat=True)) == ["共有林の山道を自転車で走る"]


def test_update_has_the_open_needs_looked_at_and_no_others(saga, trails, mowing, ume):
    make_need(saga, offers=[trails], stage=NeedStage.HEARING)
    make_need(saga)
    make_asset_kind("onsen")
    update_offer(actor=ume, offer=trails, assets=[AssetInput(code="onsen")])
    assert list(trails.assets.values_list("asset_kind__code", flat=True)) == ["onsen"]
    assert [row.payload for row in Outbox.objects.all()] == [{"need": mowing.pk}]
    before, mowing_changed_at = trails.changed_at, mowing.changed_at
    trails.refresh_from_db()
    mowing.refresh_from_db()
    assert trails.changed_at > before
    assert mowing.changed_at > mowing_changed_at


def test_offer_is_taken_back(trails, mowing, kenji):
    update_offer(actor=kenji, offer=trails, is_active=False)
    trails.refresh_from_db()
    assert not trails.is_active
    assert trails.assets.count() == 1
    assert AuditEntry.objects.get().on_behalf_of == "榎木谷"


def test_wrong_update_changes_nothing(trails, mowing, ume):
    for changes in ({"title": "x" * 121}, {"assets": []}):
        with pytest.raises(Invalid):
            update_offer(actor=ume, offer=trails, **changes)
    assert trails.assets.count() == 1
    assert not Outbox.objects.exists()


def test_permission_of_a_holder_moves_and_the_record_keeps_both(trails, mowing, mori):
    informal = PermissionInput(holder="水利組合", status="informal", evidence="口頭", scope="迂回路")
    record_permission(actor=mori, offer=trails, permission=informal)
    assert offer_permission(trails) is PermissionStatus.INFORMAL
    granted = PermissionInput(holder="水利組合 ", status="granted", evidence="書面")
    record_permission(actor=mori, offer=trails, permission=granted)
    assert offer_permission(trails) is PermissionStatus.GRANTED
    assert Permission.objects.filter(offer=trails).count() == 2
    changes = [entry.details for entry in AuditEntry.objects.order_by("pk")]
    assert [(each["from"], each["to"]) for each in changes] == [("", "informal"), ("informal", "granted")]
    assert Outbox.objects.filter(payload={"need": mowing.pk}).count() == 2


def test_granted_without_evidence_is_refused(trails, ume):
    with pytest.raises(Invalid) as caught:
        record_permission(
            actor=ume,
            offer=trails,
            permission=PermissionInput(holder="自治会", status="granted", evidence=" "),
        )
    assert caught.value.code == "evidence_missing"
    assert trails.permissions.get().evidence == "書面"


def test_twenty_first_holder_is_refused(trails, ume):
    for number in range(19):
        Permission.objects.create(offer=trails, holder=str(number))
    with pytest.raises(Conflict) as caught:
        record_permission(actor=ume, offer=trails, permission=PermissionInput(holder="もう一人"))
    assert caught.value.code == "holders_full"
    record_permission(actor=ume, offer=trails, permission=PermissionInput(holder="0", status="informal"))
