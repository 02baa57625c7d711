"""Needs with all a screen shows, at a fixed price, and the dates that may still be proposed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from regions.enums import NeedStage
from regions.models import Slot
from regions.selectors.needs import coming_slots, needs_for, needs_to_match
from regions.selectors.offers import offer_permission
from tests.cast import make_hazard, make_need, make_offer, make_region, make_slot

pytestmark = pytest.mark.django_db


def test_coming_slots_leave_out_what_is_over_begun_or_called_off():
    need = make_need(make_region(), slots=[])
    now = timezone.now()
    hour = timedelta(hours=1)
    coming = make_slot(need, start_at=now + hour)
    make_slot(need, start_at=now - hour, end_at=now + hour)
    make_slot(need, start_at=now + 2 * hour, cancelled_at=now)
    remote = make_slot(need, start_at=now - 5 * hour, end_at=now + hour, is_remote=True)
    make_slot(need, start_at=now - 6 * hour, end_at=now - hour, is_remote=True)
    assert list(coming_slots(now)) == [remote, coming]
    assert Slot.objects.count() == 5


@pytest.mark.parametrize("count", [1, 3])
def test_needs_with_details_take_nine_queries(count, saga, ume, django_assert_num_queries):
    for _ in range(count):
        need = make_need(saga, offers=[make_offer(saga)], qualifications=["brushcutter"])
        need.hazards.add(make_hazard("heat"))
    with django_assert_num_queries(8 + 1):  # and one that asks which guide the actor is
        seen = [
            (
                need.region.municipality.label,
                [row.work_kind.code for row in need.work.all()],
                [row.qualification.code for row in need.qualifications.all()],
                [hazard.code for hazard in need.hazards.all()],
                [str(offer_permission(offer)) for offer in need.offers.all()],
                [row.asset_kind.code for offer in need.offers.all() for row in offer.assets.all()],
                [slot.places for slot in need.slots.all()],
            )
            for need in needs_for(ume)
        ]
    expected = ("佐賀県佐賀市", ["grass_hand"], ["brushcutter"], ["heat"], ["granted"], ["trail_mtb"], [30])
    assert seen == [expected] * count


@pytest.mark.parametrize("count", [1, 3])
def test_needs_to_match_are_read_in_a_fixed_number_of_queries(count, django_assert_num_queries):
    for _ in range(count):
        region = make_region()
        make_need(region, offers=[make_offer(region)])
        make_need(region, stage=NeedStage.CONSENTED)
    with django_assert_num_queries(12):
        found = list(needs_to_match())
    assert len(found) == count
    assert [need.public_id for need in found] == sorted(need.public_id for need in found)
