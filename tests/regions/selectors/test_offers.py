"""An offer is as far permitted as its least holder."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from regions.enums import PermissionStatus
from regions.models import Permission
from regions.selectors.offers import is_usable, offer_permission, offers_for, tied_offers
from tests.cast import make_need, make_offer, make_region

pytestmark = pytest.mark.django_db
PENDING, INFORMAL, GRANTED = PermissionStatus.PENDING, PermissionStatus.INFORMAL, PermissionStatus.GRANTED
TODAY = date(2027, 5, 10)


def permitted(*statuses, **fields):
    offer = make_offer(make_region(), permission=None)
    for number, status in enumerate(statuses):
        Permission.objects.create(offer=offer, holder=str(number), status=status, evidence="書面", **fields)
    return offer


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], PENDING),
        ([GRANTED], GRANTED),
        ([GRANTED, INFORMAL], INFORMAL),
        ([INFORMAL, GRANTED, PENDING], PENDING),
        ([GRANTED, GRANTED], GRANTED),
    ],
)
def test_permission_is_the_least_of_its_holders(statuses, expected):
    offer = permitted(*statuses)
    assert offer_permission(offer, TODAY) is expected
    assert is_usable(offer, TODAY) is (expected is not PENDING)


def test_permission_holds_on_its_last_day_and_not_after():
    offer = permitted(GRANTED, expires_on=TODAY)
    assert offer_permission(offer, TODAY) is GRANTED
    assert offer_permission(offer, TODAY + timedelta(days=1)) is PENDING


def test_usable_among_the_offers_tied_to_a_need_are_active_and_permitted():
    region = make_region()
    good = make_offer(region)
    offers = [good, make_offer(region, is_active=False), make_offer(region, permission=PENDING)]
    need = make_need(region, offers=offers)
    make_offer(region)
    assert tied_offers(need) == offers
    assert [offer for offer in tied_offers(need) if is_usable(offer)] == [good]


@pytest.mark.parametrize("count", [1, 3])
def test_offers_with_details_take_three_queries(count, saga, ume, django_assert_num_queries):
    for _ in range(count):
        make_offer(saga)
    with django_assert_num_queries(3 + 1):  # and one that asks which guide the actor is
        seen = [
            (
                offer_permission(offer, TODAY),
                [row.asset_kind.code for row in offer.assets.all()],
                offer.region.municipality.label,
            )
            for offer in offers_for(ume)
        ]
    assert seen == [(GRANTED, ["trail_mtb"], "佐賀県佐賀市")] * count
