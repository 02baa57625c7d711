"""Who is at the desk for a community, who speaks for it, and lists of communities."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from regions.models import MunicipalStaff, Representative
from regions.selectors.regions import (
    guides_by_region,
    guides_for,
    regions_for,
    regions_known_to,
    speakers_for,
)
from tests.cast import FUKUOKA, make_guide, make_organization, make_region, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2027, 5, 10)


def test_covering_organization_guides_unless_someone_is_named(saga, mori, sato):
    assert guides_for(saga) == [mori.guide, sato.guide]
    named = make_guide(make_organization())
    saga.guide = named
    saga.save(update_fields=["guide"])
    assert guides_for(saga) == [named]


def test_named_guide_who_is_absent_is_replaced(saga, mori, sato):
    guide = mori.guide
    guide.absent_from, guide.absent_until, guide.stand_in = TODAY, TODAY, sato.guide
    guide.save(update_fields=["absent_from", "absent_until", "stand_in"])
    saga.guide = guide
    assert guides_for(saga, TODAY) == [sato.guide]
    assert guides_for(saga, TODAY + timedelta(days=1)) == [guide]


def test_named_guide_with_a_closed_account_gives_way_to_coverage(saga, mori):
    gone = make_guide(make_organization(), make_user(is_active=False))
    saga.guide = gone
    assert guides_for(saga) == [mori.guide]


def test_uncovered_community_has_no_guides():
    assert guides_for(make_region(municipality=FUKUOKA)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_guides_of_many_communities_take_three_queries(count, mori, sato, django_assert_num_queries):
    regions = [make_region() for _ in range(count)]
    regions += [make_region(municipality=FUKUOKA, guide=mori.guide) for _ in range(count)]
    with django_assert_num_queries(3):
        found = guides_by_region(regions, on=TODAY)
        names = [[guide.user.name for guide in found[region.pk]] for region in regions]
    assert names == [["森", "佐藤"]] * count + [["森"]] * count


def test_officers_are_asked_where_no_representative_has_an_account(saga, ume, kenji):
    assert speakers_for(saga) == [ume]
    Representative.objects.filter(user=ume).update(user=None)
    assert speakers_for(saga) == [kenji]
    MunicipalStaff.objects.all().delete()
    assert speakers_for(saga) == []


def test_representative_out_of_office_or_closed_is_not_asked(saga, ume, kenji):
    ume.is_active = False
    ume.save(update_fields=["is_active"])
    assert speakers_for(saga) == [kenji]


@pytest.mark.parametrize("count", [1, 3])
def test_communities_with_details_take_four_queries(count, kenji, mori, django_assert_num_queries):
    for _ in range(count):
        make_region(representative=make_user("梅"), staff=kenji)
    with django_assert_num_queries(4 + 1):  # and one that asks which guide the actor is
        seen = [
            (
                region.municipality.label,
                region.guide,
                [str(row.user) for row in region.representatives.all()],
                len(region.required_consents.all()),
                len(region.quiet_periods.all()),
            )
            for region in regions_known_to(kenji)
        ]
    assert seen == [("佐賀県佐賀市", None, ["梅"], 0, 0)] * count


def test_outsider_sees_communities_with_open_needs_only(mowing, yuki, ume):
    make_region()
    assert list(regions_for(yuki)) == [mowing.region]
    assert list(regions_known_to(yuki)) == []
    assert list(regions_known_to(ume)) == [mowing.region]
