"""Who speaks for, reviews for and may know of a community; each predicate agrees with its queryset."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from regions.enums import NeedStage, Publicity
from regions.models import MunicipalStaff, Need, Offer, Region, Representative
from regions.policies import (
    acts_for_region,
    can_create_region_in,
    can_edit_need,
    can_expand_slots,
    covered_regions,
    guide_regions,
    is_covered,
    is_guide_for,
    is_staff_for,
    known_regions,
    knows_region,
    needs_visible_to,
    offers_visible_to,
    proxy_label,
    public_label,
    regions_visible_to,
    represented_regions,
    represents_region,
)
from regions.selectors.regions import guides_for
from tests.cast import (
    FUKUOKA,
    SAGA,
    make_guide,
    make_municipality,
    make_need,
    make_offer,
    make_organization,
    make_region,
    make_user,
)

pytestmark = pytest.mark.django_db
TOSU = "412031"


@pytest.fixture
def people(ume, kenji, mori, yuki, admin) -> list:
    """Everyone whose rights differ, nobody included."""
    return [ume, kenji, mori, yuki, admin, User.objects.system(), AnonymousUser()]


@pytest.fixture
def land(ume, kenji, mori) -> list[Region]:
    """Communities in every relation to the cast: represented, staffed, guided, named a guide, none of it."""
    other = make_guide(make_organization(prefectures=["40"]))
    return [
        make_region(name="represented", representative=ume, staff=kenji),
        make_region(name="covered"),
        make_region(name="elsewhere", municipality=FUKUOKA),
        make_region(name="named here", municipality=TOSU, guide=mori.guide),
        make_region(name="named away", guide=other),
        make_region(name="uncovered", municipality=TOSU),
    ]


def names(rows) -> set[str]:
    return {row.name for row in rows}


def test_representative_speaks_only_for_the_own_community_and_term(saga, ume):
    other = make_region()
    assert represents_region(ume, saga)
    assert not represents_region(ume, other)
    row = saga.representatives.get()
    today = timezone.localdate()
    for from_on, until_on, expected in [
        (today, today, True),
        (today + timedelta(days=1), None, False),
        (None, today - timedelta(days=1), False),
        (today - timedelta(days=9), today + timedelta(days=9), True),
    ]:
        row.from_on, row.until_on = from_on, until_on
        row.save(update_fields=["from_on", "until_on"])
        assert represents_region(ume, saga) is expected
        assert represented_regions(ume).exists() is expected


def test_officer_speaks_for_every_community_of_the_municipality_only(saga, kenji):
    near, far = make_region(), make_region(municipality=TOSU)
    assert is_staff_for(kenji, saga)
    assert is_staff_for(kenji, near)
    assert not is_staff_for(kenji, far)


def test_closed_account_and_nobody_have_no_part(saga, ume, mori):
    for user in (ume, mori):
        user.is_active = False
    for user in (ume, mori, AnonymousUser()):
        assert not acts_for_region(user, saga)
        assert not is_guide_for(user, saga)
        assert not knows_region(user, saga)
        assert not can_create_region_in(user, saga.municipality)
        assert not known_regions(user).exists()


def test_guides_review_where_their_organization_covers_or_was_named(land, mori, sato):
    assert names(guide_regions(mori)) == {"represented", "covered", "named here"}
    assert names(guide_regions(sato)) == names(guide_regions(mori))
    assert not guide_regions(AnonymousUser()).exists()


def test_predicates_agree_with_their_querysets(land, people):
    for user in people:
        assert {region for region in land if acts_for_region(user, region)} == set(represented_regions(user))
        assert {region for region in land if is_guide_for(user, region)} == set(guide_regions(user))
        assert {region for region in land if knows_region(user, region)} == set(known_regions(user))
    assert {region for region in land if is_covered(region)} == set(covered_regions())


def test_community_is_known_to_its_own_its_guides_and_the_house(land, ume, mori, yuki, admin):
    assert names(known_regions(ume)) == {"represented"}
    assert names(known_regions(mori)) == {"represented", "covered", "named here"}
    assert names(known_regions(yuki)) == set()
    assert len(known_regions(admin)) == len(known_regions(User.objects.system())) == len(land)


def test_covered_is_who_has_a_guide_not_who_has_an_organization(land):
    assert names(covered_regions()) == {"represented", "covered", "elsewhere", "named here", "named away"}
    make_organization(municipalities=[TOSU])
    assert "uncovered" not in names(covered_regions())


def test_named_organization_without_guides_leaves_the_municipality_uncovered():
    region = make_region(municipality=TOSU)
    make_guide(make_organization(prefectures=["41"]))
    assert is_covered(region)
    make_organization(municipalities=[TOSU])
    assert not is_covered(region)


def test_closed_accounts_cover_nothing_as_nobody_would_be_told(land, mori, sato):
    """Twin of ``guides_for``: whoever is covered has somebody to tell."""
    other = Region.objects.get(name="named away").guide.user
    for user in (other, mori, sato):
        User.objects.filter(pk=user.pk).update(is_active=False)
        fresh = list(Region.objects.all())
        assert {region for region in fresh if guides_for(region)} == set(covered_regions())
    assert not covered_regions().exists()


def test_a_named_guide_who_left_leaves_the_community_to_those_who_cover_it(land, mori):
    away = Region.objects.get(name="named away")
    assert away not in guide_regions(mori)
    User.objects.filter(pk=away.guide.user_id).update(is_active=False)
    assert [guide.user for guide in guides_for(Region.objects.get(pk=away.pk))] == [mori]
    assert away in guide_regions(mori)


def test_stages_are_known_inside_and_open_needs_outside(saga, ume, yuki, mori, kenji):
    for stage in NeedStage:
        make_need(saga, stage=stage, title=stage)
    everything = {str(stage) for stage in NeedStage}
    for user in (ume, mori, kenji):
        assert {need.title for need in needs_visible_to(user)} == everything
    for user in (yuki, AnonymousUser()):
        assert {need.title for need in needs_visible_to(user)} == {"open"}


def test_community_without_an_open_need_is_not_shown_outside(saga, yuki, ume):
    need = make_need(saga, stage=NeedStage.CONSULTING)
    assert not regions_visible_to(yuki).exists()
    assert list(regions_visible_to(ume)) == [saga]
    Need.objects.filter(pk=need.pk).update(stage=NeedStage.OPEN)
    assert list(regions_visible_to(AnonymousUser())) == [saga]


def test_offers_are_shown_with_an_open_need(saga, yuki, ume):
    tied, untied, hidden = make_offer(saga), make_offer(saga), make_offer(saga, is_active=False)
    make_need(saga, offers=[tied, hidden])
    make_need(saga, offers=[untied], stage=NeedStage.HEARING)
    assert list(offers_visible_to(yuki)) == [tied]
    assert set(offers_visible_to(ume)) == {tied, untied, hidden}
    assert set(offers_visible_to(AnonymousUser())) == {tied}
    assert Offer.objects.count() == 3


@pytest.mark.parametrize(
    ("publicity", "label"),
    [
        (Publicity.MUNICIPALITY_ONLY, "佐賀県佐賀市の地区"),
        (Publicity.REGION_NAME, "佐賀県佐賀市 榎木谷"),
        (Publicity.FULL, "佐賀県佐賀市 榎木谷"),
    ],
)
def test_public_label_says_no_more_than_was_agreed(saga, publicity, label):
    saga.publicity = publicity
    assert public_label(saga) == label


def test_proxy_is_marked_and_the_representative_is_not(saga, ume, kenji, mori, admin):
    MunicipalStaff.objects.filter(user=kenji).update(office="地域振興課")
    assert proxy_label(ume, saga) == ""
    assert proxy_label(kenji, saga) == "佐賀県佐賀市 地域振興課"
    assert proxy_label(mori, saga) == "背振つなぎ舎"
    assert proxy_label(admin, saga) == "管理者"


def test_needs_are_edited_by_those_who_may_post(
    mowing, people, ume, kenji, mori, admin
):  # fixtures are named, not counted
    allowed = {user for user in people if can_edit_need(user, mowing)}
    assert allowed == {ume, kenji, mori, admin}
    assert can_expand_slots(User.objects.system(), mowing)


def test_communities_are_recorded_by_those_responsible(saga, ume, kenji, mori, yuki):
    municipality = make_municipality(SAGA)
    assert can_create_region_in(kenji, municipality)
    assert can_create_region_in(mori, municipality)
    assert not can_create_region_in(ume, municipality)
    assert not can_create_region_in(yuki, municipality)
    assert not can_create_region_in(kenji, make_municipality(TOSU))


def test_handover_moves_the_right_to_speak(saga, ume):
    today = timezone.localdate()
    successor = make_user()
    Representative.objects.filter(user=ume).update(until_on=today - timedelta(days=1))
    Representative.objects.create(region=saga, user=successor, role="自治会長", from_on=today)
    assert not acts_for_region(ume, saga)
    assert acts_for_region(successor, saga)
