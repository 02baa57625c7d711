"""A date is put off while its people are being promised elsewhere at the new time: nobody ends in two places."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from matching.enums import HOLDING
from matching.models import Match
from matching.services.invariants import check_invariants
from matching.services.rain import postpone_slot, say_slot_goes_ahead
from matching.services.review import approve_match
from regions.models import Region, Slot
from tests.builders import make_need, make_party
from tests.races.crowd import Act, acts_of, asked, proposals, threads, weekly_slots

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS, PARTIES = 6, 7
WEEK = timedelta(days=7)
EXPECTED = {"", "person_busy", "people_changed", "slot_goes_ahead"}


def test_nobody_is_in_two_places_after_a_date_was_put_off(saga: Region, mori: User) -> None:
    answers = Counter[str]()
    with threads() as crowd:
        for slot in weekly_slots(saga, [PARTIES] * ROUNDS):
            now = timezone.now()
            Slot.objects.filter(pk=slot.pk).update(rain="次の日曜")
            later = slot.start_at + WEEK
            elsewhere = make_need(saga, slots=[{"start_at": later, "places": PARTIES}]).slots.get()
            parties = [make_party(live_limit=10) for _number in range(PARTIES)]
            asked(proposals((slot, party) for party in parties), guide=mori, at=now)
            others = proposals((elsewhere, party) for party in parties)

            def put_off(slot: Slot = slot, later: object = later) -> object:
                return postpone_slot(slot=slot, actor=mori, start_at=later)

            def ahead(slot: Slot = slot) -> object:
                return say_slot_goes_ahead(slot=slot, actor=mori)

            acts: list[Act] = [put_off, ahead, *acts_of(approve_match, others, actor=mori, now=now)]
            said = crowd.together(acts)

            answers.update(said)
            if said[0] == "":
                assert Slot.objects.get(pk=slot.pk).start_at == later
                here = Match.objects.filter(match_slots__slot=slot, state__in=sorted(HOLDING))
                there = Match.objects.filter(match_slots__slot=elsewhere, state__in=sorted(HOLDING))
                both = set(here.values_list("volunteer", flat=True)) & set(
                    there.values_list("volunteer", flat=True)
                )
                assert both == set()
    assert set(answers) <= EXPECTED, answers
    assert check_invariants(now=timezone.now()) == []
