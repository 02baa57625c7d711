"""Lists of a party are replaced as a whole, by those who may, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.errors import Invalid, NotAllowed
from accounts.models import AuditEntry, Outbox
from accounts.services.inputs import AbilityInput, AbsenceInput, AvailabilityInput, HeldInput, WishInput
from accounts.services.party_profile import set_abilities, set_availability, set_qualifications, set_wishes
from tests.cast import make_asset_kind, make_qualification, make_work_kind

pytestmark = pytest.mark.django_db


def test_abilities_are_replaced_and_without_a_number_all_can(riders, harada):
    make_work_kind("festival_race")
    set_abilities(
        actor=harada,
        party=riders,
        abilities=[
            AbilityInput(code="festival_race", level="skilled"),
            AbilityInput(code="waterway", people=5),
        ],
    )
    rows = set(riders.abilities.values_list("work_kind__code", "level", "people"))
    assert rows == {("festival_race", "skilled", 30), ("waterway", "able", 5)}
    assert Outbox.objects.filter(topic="matching.rescore", payload={"party": riders.pk}).count() == 1
    assert AuditEntry.objects.get().action == "party.set_abilities"


def test_wishes_are_replaced(riders, harada):
    make_asset_kind("onsen")
    set_wishes(actor=harada, party=riders, wishes=[WishInput(code="onsen", weight=2)])
    assert list(riders.wishes.values_list("asset_kind__code", "weight")) == [("onsen", 2)]


def test_wishes_can_be_emptied(riders, harada):
    set_wishes(actor=harada, party=riders, wishes=[])
    assert not riders.wishes.exists()


def test_qualifications_are_replaced(riders, harada):
    make_qualification("first_aid")
    held = [HeldInput(code="first_aid", people=5, expires_on=date(2028, 3, 31))]
    set_qualifications(actor=harada, party=riders, qualifications=held)
    rows = list(riders.held_qualifications.values_list("qualification__code", "people", "expires_on"))
    assert rows == [("first_aid", 5, date(2028, 3, 31))]


def test_availability_and_absences_are_replaced_together(riders, harada):
    absence = AbsenceInput(from_on=date(2027, 8, 12), until_on=date(2027, 8, 12))
    window = AvailabilityInput(weekdays=0b1100000, parts=0b001, from_minute=480, until_minute=720)
    set_availability(
        actor=harada, party=riders, availabilities=[window, AvailabilityInput()], absences=[absence]
    )
    set_availability(actor=harada, party=riders, availabilities=[window], absences=[absence])
    rows = list(riders.availabilities.values_list("weekdays", "parts", "from_minute", "until_minute"))
    assert rows == [(0b1100000, 0b001, 480, 720)]
    assert riders.absences.count() == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda **who: set_abilities(abilities=[], **who),
        lambda **who: set_wishes(wishes=[], **who),
        lambda **who: set_qualifications(qualifications=[], **who),
        lambda **who: set_availability(availabilities=[], **who),
    ],
)
def test_outsider_replaces_no_list(act, riders, yuki):
    with pytest.raises(NotAllowed):
        act(actor=yuki, party=riders)
    assert riders.abilities.count() == 4
    assert riders.wishes.count() == 2
    assert riders.availabilities.count() == 1


def test_wrong_entry_leaves_the_old_list(riders, harada):
    with pytest.raises(Invalid):
        set_abilities(
            actor=harada,
            party=riders,
            abilities=[AbilityInput(code="waterway"), AbilityInput(code="no\x00thing")],
        )
    assert riders.abilities.count() == 4
    assert not Outbox.objects.exists()


def test_hours_past_midnight_are_refused(riders, harada):
    with pytest.raises(Invalid) as caught:
        set_availability(
            actor=harada,
            party=riders,
            availabilities=[AvailabilityInput(from_minute=1380, until_minute=1500)],
        )
    assert caught.value.code == "hours_wrong"
