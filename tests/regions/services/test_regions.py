"""The record of a community and who may keep it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox
from regions.enums import ConsentMatter, Publicity
from regions.models import QuietPeriod, Region
from regions.policies import is_covered
from regions.selectors.quiet import quiet_days
from regions.services.inputs import QuietInput, RequiredConsentInput
from regions.services.regions import (
    assign_guide,
    create_region,
    set_quiet_periods,
    set_required_consents,
    update_region,
)
from tests.cast import (
    FUKUOKA,
    make_guide,
    make_municipality,
    make_need,
    make_organization,
    make_region,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_officer_records_a_community_with_a_rounded_point(saga, kenji):
    region = create_region(
        actor=kenji,
        municipality=saga.municipality,
        name="桂窪",
        people=64,
        publicity=Publicity.REGION_NAME,
        publicity_evidence="4月の寄合で全員賛成",
        point_latitude=33.3871,
        point_longitude=130.2249,
    )
    region.refresh_from_db()
    assert (region.name, region.people, region.first_visit_max) == ("桂窪", 64, 5)
    assert (region.point_latitude, region.point_longitude) == (Decimal("33.40"), Decimal("130.20"))
    assert AuditEntry.objects.get().action == "region.create"


def test_new_community_shows_only_its_municipality(saga, kenji):
    region = create_region(actor=kenji, municipality=saga.municipality, name="桂窪")
    assert region.publicity == Publicity.MUNICIPALITY_ONLY


def test_communities_are_recorded_by_those_responsible_only(saga, ume, kenji):
    elsewhere = make_municipality(FUKUOKA)
    for actor, municipality in [(ume, saga.municipality), (kenji, elsewhere)]:
        with pytest.raises(NotAllowed):
            create_region(actor=actor, municipality=municipality, name="桂窪")
    assert Region.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": " "}, "text_missing", "name"),
        ({"name": "x" * 81}, "text_too_long", "name"),
        ({"origin": "x" * 1_000_000}, "text_too_long", "origin"),
        ({"people": -1}, "number_wrong", "people"),
        ({"share_65_percent": 101}, "number_wrong", "share_65_percent"),
        ({"first_visit_max": 0}, "number_wrong", "first_visit_max"),
        ({"access_car_minutes": 100_000}, "number_wrong", "access_car_minutes"),
        ({"publicity": "everything"}, "choice_unknown", "publicity"),
        ({"point_latitude": 51.5}, "point_wrong", "point_latitude"),
    ],
)
def test_wrong_value_is_named_and_nothing_changes(
    saga, ume, kenji, values, code, field
):  # fixtures are named, not counted
    with pytest.raises(Invalid) as caught:
        update_region(actor=ume, region=saga, **values)
    assert caught.value.code == code
    assert field in caught.value.fields
    with pytest.raises(Invalid):
        create_region(actor=kenji, municipality=saga.municipality, **({"name": "桂窪"} | values))
    saga.refresh_from_db()
    assert (saga.name, saga.people) == ("榎木谷", 38)
    assert Region.objects.count() == 1


def test_same_name_in_a_municipality_is_refused(saga, ume, kenji):
    other = make_region(representative=ume)
    with pytest.raises(Conflict) as caught:
        create_region(actor=kenji, municipality=saga.municipality, name="榎木谷")
    assert caught.value.code == "region_exists"
    with pytest.raises(Conflict):
        update_region(actor=ume, region=other, name="榎木谷")
    assert update_region(actor=ume, region=saga, name="榎木谷", people=37).people == 37


def test_update_has_open_needs_looked_at(mowing, saga, ume):
    update_region(actor=ume, region=saga, first_visit_max=8, access_car_minutes=40, wants_circular=True)
    saga.refresh_from_db()
    assert (saga.first_visit_max, saga.access_car_minutes, saga.wants_circular) == (8, 40, True)
    assert [row.payload for row in Outbox.objects.all()] == [{"need": mowing.pk}]
    assert AuditEntry.objects.get().details == {
        "fields": ["access_car_minutes", "first_visit_max", "wants_circular"]
    }


def test_strangers_change_nothing(saga, yuki):
    acts = [
        lambda: update_region(actor=yuki, region=saga, people=1),
        lambda: set_quiet_periods(actor=yuki, region=saga, periods=[]),
        lambda: set_required_consents(actor=yuki, region=saga, consents=[]),
        lambda: assign_guide(actor=yuki, region=saga, guide=None),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert not AuditEntry.objects.exists()


def test_quiet_periods_are_replaced(saga, ume):
    from datetime import date

    QuietPeriod.objects.create(region=saga, label="盆", from_mmdd=812, until_mmdd=817)
    new_year = QuietInput(label="正月", from_mmdd=1228, until_mmdd=105)
    set_quiet_periods(actor=ume, region=saga, periods=[new_year])
    is_quiet = quiet_days(saga)
    assert (is_quiet(date(2028, 1, 3)), is_quiet(date(2027, 8, 15))) == (True, False)


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (QuietInput(label="盆", from_mmdd=230, until_mmdd=301), "day_wrong"),
        (QuietInput(label="盆", from_mmdd=812, until_mmdd=1350), "day_wrong"),
        (QuietInput(label="", from_mmdd=812, until_mmdd=817), "text_missing"),
    ],
)
def test_wrong_quiet_period_leaves_the_old_ones(saga, ume, period, code):
    QuietPeriod.objects.create(region=saga, label="盆", from_mmdd=812, until_mmdd=817)
    with pytest.raises(Invalid) as caught:
        set_quiet_periods(actor=ume, region=saga, periods=[period])
    assert caught.value.code == code
    assert saga.quiet_periods.count() == 1


def test_required_consents_are_replaced(saga, kenji):
    board = RequiredConsentInput(by="役員会", matter=ConsentMatter.NEW_PARTY, meets="毎月第1土曜の夜")
    chief = RequiredConsentInput(by="自治会長", matter=ConsentMatter.DATES)
    for _ in range(2):
        set_required_consents(actor=kenji, region=saga, consents=[board, chief])
    assert set(saga.required_consents.values_list("by", "matter")) == {
        ("役員会", "new_party"),
        ("自治会長", "dates"),
    }


@pytest.mark.parametrize(
    ("consents", "code"),
    [
        ([RequiredConsentInput(by="", matter="dates")], "text_missing"),
        ([RequiredConsentInput(by="区長", matter="weather")], "choice_unknown"),
        ([RequiredConsentInput(by="区長", matter="dates")] * 2, "consent_twice"),
    ],
)
def test_wrong_consents_are_refused(saga, ume, consents, code):
    with pytest.raises(Invalid) as caught:
        set_required_consents(actor=ume, region=saga, consents=consents)
    assert caught.value.code == code
    assert not saga.required_consents.exists()


def test_administrator_names_a_guide_and_waiting_needs_are_looked_at(admin):
    region = make_region(municipality=FUKUOKA)
    need = make_need(region)
    guide = make_guide(make_organization())
    assert not is_covered(region)
    for _ in range(2):
        assign_guide(actor=admin, region=region, guide=guide)
    region.refresh_from_db()
    assert region.guide == guide
    assert is_covered(region)
    assert [row.payload for row in Outbox.objects.all()] == [{"need": need.pk}]
    assert AuditEntry.objects.count() == 1
    assert assign_guide(actor=admin, region=region, guide=None).guide is None


def test_guides_name_themselves_for_nothing(saga, mori, ume):
    for actor in (mori, ume):
        with pytest.raises(NotAllowed):
            assign_guide(actor=actor, region=saga, guide=mori.guide)


def test_guide_with_a_closed_account_is_not_named(saga, admin):
    gone = make_guide(make_organization(), make_user(is_active=False))
    with pytest.raises(Conflict) as caught:
        assign_guide(actor=admin, region=saga, guide=gone)
    assert caught.value.code == "guide_inactive"
