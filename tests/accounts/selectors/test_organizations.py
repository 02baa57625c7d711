"""Who sits at which desk on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import Guide, Organization
from accounts.policies import organizations_covering
from accounts.selectors.organizations import (
    coverage_map,
    guides_of,
    is_absent,
    organizations_listed,
)
from tests.cast import FUKUOKA, SAGA, make_guide, make_municipality, make_organization

pytestmark = pytest.mark.django_db
TODAY = date(2027, 5, 10)


def absent(guide: Guide, *, stand_in: Guide | None = None) -> Guide:
    guide.absent_from, guide.absent_until, guide.stand_in = TODAY, TODAY + timedelta(days=7), stand_in
    guide.save(update_fields=["absent_from", "absent_until", "stand_in"])
    return guide


@pytest.mark.parametrize(
    ("first", "last", "away"),
    [
        (None, None, False),
        (TODAY, TODAY, True),
        (TODAY, None, True),
        (None, TODAY, True),
        (TODAY + timedelta(days=1), None, False),
        (None, TODAY - timedelta(days=1), False),
    ],
)
def test_absence_counts_both_its_days(first, last, away):
    assert is_absent(Guide(absent_from=first, absent_until=last), on=TODAY) is away


def test_present_guides_are_named_by_organization(organization: Organization, mori, sato):
    assert guides_of([organization.pk], on=TODAY) == {organization.pk: (mori.guide, sato.guide)}


def test_absent_guide_is_replaced_by_the_stand_in(organization: Organization, mori, sato):
    absent(mori.guide, stand_in=sato.guide)
    assert guides_of([organization.pk], on=TODAY) == {organization.pk: (sato.guide,)}
    later = TODAY + timedelta(days=8)
    assert guides_of([organization.pk], on=later) == {organization.pk: (mori.guide, sato.guide)}


def test_everyone_absent_leaves_no_empty_desk(organization: Organization, mori, sato):
    absent(mori.guide, stand_in=sato.guide)
    absent(sato.guide)
    assert guides_of([organization.pk], on=TODAY) == {organization.pk: (mori.guide, sato.guide)}


def test_guide_with_a_closed_account_is_not_named(organization: Organization, mori, sato):
    mori.is_active = False
    mori.save(update_fields=["is_active"])
    assert guides_of([organization.pk], on=TODAY) == {organization.pk: (sato.guide,)}


def test_coverage_map_agrees_with_the_single_question(django_assert_num_queries):
    named = make_organization(municipalities=[SAGA])
    whole = make_organization(prefectures=["40", "41"])
    first, second = make_guide(named), make_guide(whole)
    saga, fukuoka = make_municipality(SAGA), make_municipality(FUKUOKA)
    with django_assert_num_queries(2):
        found = coverage_map([saga, fukuoka], on=TODAY)
    assert found.organization_ids == {SAGA: (named.pk,), FUKUOKA: (whole.pk,)}
    assert found.guides_in(SAGA) == (first,)
    assert found.guides_in(FUKUOKA) == (second,)
    assert found.guides_in("999999") == ()
    assert list(organizations_covering(saga)) == [named]
    assert list(organizations_covering(fukuoka)) == [whole]


@pytest.mark.parametrize("count", [1, 3])
def test_organizations_are_listed_in_five_queries(count, django_assert_num_queries):
    for _ in range(count):
        make_guide(make_organization(municipalities=[SAGA], prefectures=["40"]))
    with django_assert_num_queries(5):
        listed = list(organizations_listed())
        labels = [
            str(row.municipality) for each in listed for row in each.coverages.all() if row.municipality
        ]
        names = [guide.user.name for each in listed for guide in each.guides.all()]
    assert len(listed) == len(labels) == len(names) == count
