"""Who may see and change parties and organizations, and that each predicate agrees with its queryset."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Coverage, Municipality, Organization, User, Volunteer
from accounts.policies import (
    can_edit_organization,
    can_edit_party,
    is_admin,
    is_guide,
    is_guide_of,
    is_system,
    municipalities_covered_by,
    organizations_covering,
    parties_visible_to,
    represents_party,
)
from tests.cast import FUKUOKA, SAGA, SHINJUKU, make_municipality, make_organization, make_party, make_user

pytestmark = pytest.mark.django_db
TOSU = "412031"


def close(user: User) -> User:
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


def test_only_the_representative_represents_a_party(riders: Volunteer, harada: User, hana: User):
    assert represents_party(harada, riders)
    assert not represents_party(hana, riders)
    assert not represents_party(AnonymousUser(), riders)
    assert not represents_party(close(harada), riders)


def test_member_does_not_edit_the_party(harada: User, hana: User):
    party = make_party(harada, size=5, members=[hana])
    assert not can_edit_party(hana, party)


def test_administrator_edits_every_party(riders: Volunteer, admin: User):
    assert can_edit_party(admin, riders)
    assert not can_edit_party(close(admin), riders)


def test_flag_for_the_admin_site_alone_makes_no_administrator(db: None):
    assert not is_admin(make_user(is_staff=True))


def test_parties_are_visible_to_their_people_only(riders: Volunteer, harada: User, hana: User, yuki: User):
    club = make_party(harada, size=3, members=[hana])
    assert set(parties_visible_to(harada)) == {riders, club}
    assert set(parties_visible_to(hana)) == {hana.represented_parties.get(), club}
    assert riders not in parties_visible_to(yuki)
    assert list(parties_visible_to(AnonymousUser())) == []
    assert list(parties_visible_to(close(harada))) == []


def test_all_parties_are_visible_to_administrators_and_the_worker(
    riders: Volunteer, hana_party: Volunteer, mori: User, admin: User
):
    assert set(parties_visible_to(admin)) == {riders, hana_party}
    assert set(parties_visible_to(User.objects.system())) == {riders, hana_party}
    assert list(parties_visible_to(mori)) == []
    assert list(parties_visible_to(close(admin))) == []


def test_system_user_is_no_administrator(db: None):
    system = User.objects.system()
    assert is_system(system)
    assert not is_admin(system)
    assert not is_system(make_user())


def test_guide_is_a_guide_of_the_own_organization_only(mori: User, organization: Organization, hana: User):
    other = make_organization()
    assert is_guide(mori)
    assert is_guide_of(mori, organization)
    assert not is_guide_of(mori, other)
    assert not is_guide(hana)
    assert not is_guide(AnonymousUser())
    assert can_edit_organization(mori, organization)
    assert not can_edit_organization(hana, organization)


def test_organization_that_named_the_municipality_wins_over_the_prefecture():
    named = make_organization(municipalities=[SAGA])
    whole = make_organization(prefectures=["41"])
    tosu = make_municipality(TOSU)
    assert list(organizations_covering(make_municipality(SAGA))) == [named]
    assert list(organizations_covering(tosu)) == [whole]
    assert list(organizations_covering(make_municipality(SHINJUKU))) == []


def test_organization_with_both_kinds_of_coverage_is_listed_once():
    both = make_organization(municipalities=[SAGA], prefectures=["41"])
    second = make_organization(municipalities=[SAGA])
    assert list(organizations_covering(make_municipality(SAGA))) == [both, second]


def test_covering_organizations_and_covered_municipalities_agree():
    for code in (SAGA, TOSU, FUKUOKA, SHINJUKU):
        make_municipality(code)
    make_organization(municipalities=[SAGA, FUKUOKA])
    make_organization(prefectures=["41", "40"])
    make_organization(prefectures=["41"], municipalities=[TOSU])
    make_organization()
    forwards = {
        (organization.pk, municipality.pk)
        for municipality in Municipality.objects.all()
        for organization in organizations_covering(municipality)
    }
    backwards = {
        (organization.pk, municipality.pk)
        for organization in Organization.objects.all()
        for municipality in municipalities_covered_by(organization)
    }
    assert forwards == backwards
    assert Coverage.objects.count() == 6
