"""Who came: recorded by the guide or the community, mended by either, lost by neither."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import MatchState
from matching.services.day import Came, attest_attendance
from regions.models import Need
from tests.matching import saga as story
from tests.matching.web.test_guide_acts import act, form_of, offered

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_attendance_is_recorded_in_hours_and_the_match_completed(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.confirmed(mowing, hana_party, guide=mori)
    assert offered(client, match, mori) & {"attest", "complete"} == set()
    slot = match.slots.get()
    past = timezone.now() - timedelta(hours=6)
    type(slot).objects.filter(pk=slot.pk).update(start_at=past, end_at=past + timedelta(hours=4))
    form = form_of(client, match, "attest", mori)
    assert (form.initial["slot"], form.initial["hours"], form.initial["people_came"]) == (slot.pk, "4", 1)
    act(client, match, "attest", mori, slot=slot.pk, people_came=1, hours="2.5", return_given="on")
    row = match.attendances.get()
    assert (row.people_came, row.minutes, row.return_given) == (1, 150, True)
    stated = {"slot": slot.pk, "people_came": 1, "hours": "2.5", "return_given": True, "note": ""}
    assert form_of(client, match, "attest", mori).initial == stated  # a mistake is mended, not written anew
    act(client, match, "complete", mori)
    assert story.state_of(match) == MatchState.COMPLETED
    assert offered(client, match, mori) == set()


@pytest.mark.parametrize(("people", "minutes", "shown"), [(1, 140, "2.33"), (3, 100, "0.56"), (0, 0, "0")])
def test_record_that_is_mended_elsewhere_keeps_its_minutes_and_its_note(
    client: Client,
    mowing: Need,
    riders: Volunteer,
    mori: User,
    ume: User,
    people: int,
    minutes: int,
    shown: str,
) -> None:
    match = story.confirmed(mowing, riders, guide=mori)
    slot = match.slots.get()
    past = timezone.now() - timedelta(hours=6)
    type(slot).objects.filter(pk=slot.pk).update(start_at=past, end_at=past + timedelta(hours=4))
    slot.refresh_from_db()
    came = Came(people=people, minutes=minutes, return_given=False, note="鎌を一本忘れていかれました")
    attest_attendance(match_id=match.pk, actor=mori, slot=slot, came=came)
    form = form_of(client, match, "who-came", ume)
    assert (form.initial["people_came"], form.initial["hours"]) == (people, shown)
    act(client, match, "who-came", ume, slot=slot.pk, people_came=people, hours=shown, return_given="on")
    row = match.attendances.get()
    assert (row.minutes, row.return_given, row.note, row.attested_by) == (minutes, True, came.note, ume)
    act(client, match, "who-came", ume, slot=slot.pk, people_came=2, hours="2.33")
    row.refresh_from_db()
    assert (row.people_came, row.minutes, row.return_given, row.note) == (2, 280, False, came.note)
