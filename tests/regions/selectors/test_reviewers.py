"""Paid employment is matched where one of the community's guides may refer to it, and only they review it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organization
from regions.enums import Compensation, NeedStage
from regions.models import Need
from regions.selectors.reviewers import matchable_needs, may_be_matched, reviewers_by_need, reviewers_for
from tests.builders import SAGA, make_guide, make_need, make_organization, make_region

pytestmark = pytest.mark.django_db
BASIS = {"has_employment_basis": True, "employment_basis": "職業安定法第29条"}


@pytest.fixture
def licensed(db: None) -> Organization:
    return make_organization(municipalities=[SAGA], **BASIS)


@pytest.fixture
def paid(saga) -> Need:
    return make_need(saga, compensation=Compensation.EMPLOYMENT)


def test_employment_needs_a_guide_whose_organization_may_refer(saga, paid: Need, mori, licensed) -> None:
    """Two organizations cover the community; one of them has a legal basis, but nobody works there yet."""
    unpaid, closed = make_need(saga), make_need(saga, stage=NeedStage.CLOSED)
    assert set(matchable_needs()) == {unpaid}
    guide = make_guide(licensed)
    assert set(matchable_needs()) == {unpaid, paid}
    assert [may_be_matched(need) for need in (unpaid, paid, closed)] == [True, True, False]
    assert (reviewers_for(paid), reviewers_for(unpaid)) == ([guide], [mori.guide, guide])
    guide.user.is_active = False
    guide.user.save(update_fields=["is_active"])
    assert (may_be_matched(paid), reviewers_for(paid)) == (False, [])


def test_named_guide_decides_alone(saga, paid: Need, licensed, mori) -> None:
    make_guide(licensed)
    saga.guide = mori.guide
    saga.save(update_fields=["guide"])
    assert (may_be_matched(paid), list(matchable_needs())) == (False, [])


def test_stand_in_of_another_organization_may_not_refer_in_its_name(paid: Need, mori, licensed) -> None:
    today = timezone.localdate()
    guide = make_guide(licensed, stand_in=mori.guide, absent_from=today, absent_until=today)
    assert may_be_matched(paid) is False
    assert reviewers_for(paid, today + timedelta(days=1)) == [guide]


def test_basis_of_the_prefecture_counts_only_where_nobody_named_the_municipality(paid: Need) -> None:
    make_guide(make_organization(prefectures=["41"], **BASIS))
    assert may_be_matched(paid)
    make_guide(make_organization(municipalities=[SAGA]))
    assert not may_be_matched(paid)


def test_need_nobody_covers_is_matched_unless_it_is_employment(saga, paid: Need) -> None:
    unpaid = make_need(saga)
    assert list(matchable_needs()) == [unpaid]


@pytest.mark.parametrize("count", [1, 3])
def test_reviewers_of_many_needs_in_two_queries(
    count: int, mori, licensed, django_assert_num_queries
) -> None:
    guide = make_guide(licensed)
    needs = [make_need(make_region(), compensation=Compensation.EMPLOYMENT) for _ in range(count)]
    rows = Need.objects.filter(pk__in=[need.pk for need in needs]).select_related("region__municipality")
    everything = list(rows)
    with django_assert_num_queries(2):
        found = reviewers_by_need(everything)
    assert found == {need.pk: (guide,) for need in needs}
