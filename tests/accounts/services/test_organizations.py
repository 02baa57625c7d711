"""Organizations are kept by administrators, absences by the guides themselves."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from knox.models import AuthToken

from accounts.enums import LegalStatus
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Guide, Organization, Outbox, User
from accounts.policies import guides_visible_to, is_guide, is_guide_of, organizations_covering
from accounts.selectors.organizations import guides_of
from accounts.services.organizations import (
    GUIDE_ENDED,
    appoint_guide,
    create_organization,
    dismiss_guide,
    record_employment_basis,
    set_absence,
    set_coverage,
)
from accounts.services.tokens import issue_token
from tests.cast import FUKUOKA, SAGA, make_guide, make_municipality, make_organization

pytestmark = pytest.mark.django_db


def test_organization_is_made_with_its_coverage(admin):
    saga, fukuoka = make_municipality(SAGA), make_municipality(FUKUOKA)
    made = create_organization(
        actor=admin,
        name="背振つなぎ舎",
        legal_status=LegalStatus.BUSINESS,
        prefectures=["40"],
        municipalities=[SAGA],
    )
    assert list(organizations_covering(saga)) == [made]
    assert list(organizations_covering(fukuoka)) == [made]
    assert not made.has_employment_basis
    assert AuditEntry.objects.get().action == "organization.create"


def test_basis_given_at_once_is_recorded(admin):
    made = create_organization(
        actor=admin, name="窓口", legal_status=LegalStatus.ADMINISTRATIVE, employment_basis="職業安定法第29条"
    )
    assert made.has_employment_basis


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "text_missing"),
        ({"name": "x" * 121}, "text_too_long"),
        ({"legal_status": "secret"}, "choice_unknown"),
        ({"municipalities": ["999999"]}, "coverage_unknown"),
        ({"prefectures": ["99"]}, "coverage_unknown"),
    ],
)
def test_wrong_values_make_no_organization(admin, changes, code):
    values = {"name": "舎", "legal_status": LegalStatus.BUSINESS} | changes
    with pytest.raises(Invalid) as caught:
        create_organization(actor=admin, **values)
    assert caught.value.code == code
    assert not Organization.objects.exists()


def test_guides_make_no_organizations_and_change_no_coverage(organization, mori):
    with pytest.raises(NotAllowed):
        create_organization(actor=mori, name="舎", legal_status=LegalStatus.BUSINESS)
    with pytest.raises(NotAllowed):
        set_coverage(actor=mori, organization=organization, prefectures=[], municipalities=[])
    with pytest.raises(NotAllowed):
        record_employment_basis(actor=mori, organization=organization, basis="自称")
    organization.refresh_from_db()
    assert not organization.has_employment_basis
    assert organization.coverages.count() == 1


def test_coverage_is_replaced_twice_alike(admin, organization):
    make_municipality(FUKUOKA)
    for _ in range(2):
        set_coverage(
            actor=admin, organization=organization, prefectures=["40", "40"], municipalities=[FUKUOKA]
        )
    rows = set(organization.coverages.values_list("prefecture_code", "municipality"))
    assert rows == {("40", None), ("40", FUKUOKA)}


def test_employment_basis_comes_and_goes(admin, organization):
    assert record_employment_basis(actor=admin, organization=organization, basis="通知").has_employment_basis
    assert not record_employment_basis(actor=admin, organization=organization, basis=" ").has_employment_basis
    assert AuditEntry.objects.count() == 2


def test_guide_is_appointed_once_and_changed_after(admin, organization, hana):
    first = appoint_guide(actor=admin, organization=organization, user=hana, role="事務局", weekly_capacity=3)
    again = appoint_guide(actor=admin, organization=organization, user=hana, role="代表", weekly_capacity=9)
    assert first == again
    again.refresh_from_db()
    assert (again.role, again.weekly_capacity) == ("代表", 9)
    assert Guide.objects.count() == 1


def test_guide_of_another_organization_is_not_taken(admin, mori):
    with pytest.raises(Conflict) as caught:
        appoint_guide(actor=admin, organization=make_organization(), user=mori)
    assert caught.value.code == "guide_elsewhere"


@pytest.mark.parametrize("capacity", [0, 101, "many"])
def test_capacity_is_a_small_number(admin, organization, hana, capacity):
    with pytest.raises(Invalid):
        appoint_guide(actor=admin, organization=organization, user=hana, weekly_capacity=capacity)
    assert not Guide.objects.exists()


def test_colleague_notes_an_absence_with_stand_in(organization, mori, sato):
    guide = set_absence(
        actor=sato,
        guide=mori.guide,
        absent_from=date(2027, 5, 1),
        absent_until=date(2027, 5, 9),
        stand_in=sato.guide,
        handover="区長さんは昼に電話",
    )
    guide.refresh_from_db()
    assert (guide.stand_in, guide.handover) == (sato.guide, "区長さんは昼に電話")
    back = set_absence(actor=mori, guide=guide, absent_from=None, absent_until=None, stand_in=None)
    back.refresh_from_db()
    assert (back.absent_from, back.stand_in) == (None, None)


def test_absence_is_refused_with_wrong_days_or_stand_in(organization, mori):
    elsewhere = make_guide(make_organization())
    for stand_in in (mori.guide, elsewhere):
        with pytest.raises(Invalid) as caught:
            set_absence(
                actor=mori,
                guide=mori.guide,
                absent_from=date(2027, 5, 1),
                absent_until=None,
                stand_in=stand_in,
            )
        assert caught.value.code == "stand_in_wrong"
    with pytest.raises(Invalid) as caught:
        set_absence(
            actor=mori,
            guide=mori.guide,
            absent_from=date(2027, 5, 2),
            absent_until=date(2027, 5, 1),
            stand_in=None,
        )
    assert caught.value.code == "dates_wrong"


def test_stranger_notes_no_absence(mori, hana):
    with pytest.raises(NotAllowed):
        set_absence(actor=hana, guide=mori.guide, absent_from=None, absent_until=None, stand_in=None)


def test_dismissed_guide_opens_nothing_and_the_row_stays(admin, organization, mori, sato):
    Guide.objects.filter(user=sato).update(stand_in=mori.guide)
    issue_token(actor=mori)
    row = Guide.objects.get(user=mori)

    for _time in range(2):
        dismiss_guide(actor=admin, guide=row)

    person = User.objects.get(pk=mori.pk)
    assert not is_guide(person)
    assert not is_guide_of(person, organization)
    assert not guides_visible_to(person).exists()
    assert not AuthToken.objects.filter(user=mori).exists()
    assert [guide.user for guide in organization.guides.all()] == [sato]
    assert guides_of([organization.pk])[organization.pk] == (Guide.objects.get(user=sato),)
    assert Guide.objects.get(user=sato).stand_in is None
    assert (person.guide.pk, person.guide.ended_on) == (row.pk, timezone.localdate())
    assert AuditEntry.objects.filter(action="organization.dismiss_guide").count() == 1
    assert [entry.payload for entry in Outbox.objects.filter(topic=GUIDE_ENDED)] == [{"guide": row.pk}]


def test_dismissed_guide_may_be_appointed_again_elsewhere(admin, mori):
    dismiss_guide(actor=admin, guide=mori.guide)
    other = make_organization()
    again = appoint_guide(actor=admin, organization=other, user=mori, weekly_capacity=2)
    assert (again.pk, again.organization, again.ended_on, again.weekly_capacity) == (
        mori.guide.pk,
        other,
        None,
        2,
    )
    assert Guide.everyone.count() == 1


def test_only_administrators_dismiss_guides(mori, sato, hana):
    for actor in (mori, sato, hana):
        with pytest.raises(NotAllowed):
            dismiss_guide(actor=actor, guide=mori.guide)
    assert is_guide(mori)
