"""A snapshot as a whole: scopes, travel, digest, queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Volunteer
from accounts.services.dates import TOKYO
from matching.models import Relation
from matching.snapshots import Days, need_scope, party_scope
from regions.models import Need
from tests.cast import (
    FUKUOKA,
    SHINJUKU,
    at_tokyo,
    make_need,
    make_offer,
    make_party,
    make_region,
)
from tests.matching import saga as story
from tests.matching.looking import look, need_row, party_row

pytestmark = pytest.mark.django_db


def test_travel_minutes_lead_from_each_home_into_each_community(saga, hana_party, yuki_party) -> None:
    near = make_region(access_car_minutes=3, access_public_minutes=4)
    far = make_region(access_car_minutes=63, access_public_minutes=64)
    needs = [make_need(near), make_need(far)]
    inputs = look()
    first, second = (need_row(need, inputs).zone for need in needs)
    homes = {party: party_row(party, inputs).zone for party in (hana_party, yuki_party)}
    assert (hana_party.home_id, yuki_party.home_id) == (FUKUOKA, SHINJUKU)
    assert homes == {hana_party: 1, yuki_party: 0}
    assert (inputs.minutes[:, second] - inputs.minutes[:, first] == 60).all()
    assert inputs.minutes[0, first, homes[hana_party]] < inputs.minutes[0, first, homes[yuki_party]]


def test_scopes_look_at_one_need_or_one_party(mowing, riders, hana_party, saga) -> None:
    other = make_need(saga)
    whole, one, mine = look(), look(need_scope(mowing)), look(party_scope(riders))
    assert {row.id for row in whole.needs} == {mowing.pk, other.pk}
    assert ([row.id for row in one.needs], len(one.participants)) == ([mowing.pk], 2)
    assert (len(mine.needs), [row.id for row in mine.participants]) == (2, [riders.pk])
    assert mine.participants[0].kept_micro == party_row(riders, whole).kept_micro


def test_empty_house_gives_empty_inputs() -> None:
    inputs = look()
    assert (inputs.participants, inputs.needs, inputs.capacity) == ((), (), {})
    assert inputs.minutes.shape == (2, 0, 0)


def test_digest_is_that_of_the_facts(mowing: Need, riders: Volunteer) -> None:
    now = timezone.now()
    before = look(now=now).digest
    assert look(now=now + timedelta(seconds=1)).digest == before
    Volunteer.objects.filter(pk=riders.pk).update(name="another name")
    assert look(now=now).digest == before
    Volunteer.objects.filter(pk=riders.pk).update(travel_limit_minutes=30)
    assert look(now=now).digest != before


def test_first_day_is_the_day_in_japan() -> None:
    days = Days.of(datetime(2027, 4, 1, 16, 0, tzinfo=UTC))
    assert days.first == date(2027, 4, 2)
    assert days.span(at_tokyo(date(2027, 4, 3), 8), at_tokyo(date(2027, 4, 3), 12)) == (1920, 2160)


@pytest.mark.parametrize(("hour", "expected"), [(12, 33), (3, 34)])  # at night also who is in line
def test_queries_are_as_many_for_three_as_for_one(mori, hour: int, expected: int) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            region = make_region(guide=mori.guide)
            offer = make_offer(region)
            party = make_party(qualifications=("brushcutter",))
            need = make_need(region, offers=[offer], qualifications=("brushcutter",))
            story.asked(story.propose(need, make_party(qualifications=("brushcutter",))), guide=mori)
            Relation.objects.create(volunteer=party, region=region, promised=1)
        with CaptureQueriesContext(connection) as queries:
            inputs = look(now=timezone.now().astimezone(TOKYO).replace(hour=hour))
        counts.append((len(inputs.participants), len(inputs.needs), len(queries)))
    assert counts == [(2, 1, expected), (6, 3, expected)]
