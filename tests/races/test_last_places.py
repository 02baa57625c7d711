"""Sixteen guides approve at once for the last places: none is sold twice, none stays empty that somebody wants."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import MatchState
from matching.models import Hold, Match, MatchSlot
from matching.services.invariants import check_invariants
from matching.services.places import hold_places
from matching.services.review import approve_match
from regions.models import Region, Slot
from tests.builders import at_tokyo, make_need, make_party, make_slot, sunday_ahead
from tests.races.crowd import (
    GATE_SECONDS,
    ROUNDS,
    THREADS,
    acts_of,
    first_slot,
    forget_all,
    live_holds,
    proposals,
    states,
    threads,
    weekly_slots,
)

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PLACES = 8
NAIVE_ROUNDS = 3


@pytest.fixture
def parties(db: None) -> list[Volunteer]:
    return [make_party() for _number in range(THREADS)]


@pytest.fixture
def groups(db: None) -> list[Volunteer]:
    return [make_party(size=size) for size in (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8)]


def test_last_places_are_all_taken_and_none_is_sold_twice(
    saga: Region,
    mori: User,
    parties: list[Volunteer],
    groups: list[Volunteer],
    record_property: Callable[[str, object], None],
) -> None:
    """Rounds of single people and of groups by turns."""
    Region.objects.update(first_visit_max=8)  # as many as the largest group: only places are short here
    random = Random(20261124)
    slots = weekly_slots(saga, (random.randint(5, 25) if number % 2 else PLACES for number in range(ROUNDS)))

    with threads() as crowd:
        for number, slot in enumerate(slots):
            matches = proposals((slot, party) for party in (groups if number % 2 else parties))
            answers = crowd.together(acts_of(approve_match, matches, actor=mori))
            check_round(slot, matches, answers)

    record_property("approve_p99_ms", crowd.p99())
    assert check_invariants(now=timezone.now()) == []


def check_round(slot: Slot, matches: list[Match], answers: list[str]) -> None:
    """Parties came whole or not at all, in numbered places, and nobody was refused who would still fit."""
    came = [match for match, code in zip(matches, answers, strict=True) if code == ""]
    refused = [match for match, code in zip(matches, answers, strict=True) if code == "places_taken"]
    held = live_holds(slot)
    assert len(came) + len(refused) == THREADS
    assert held == list(range(1, len(held) + 1))
    assert len(held) == sum(match.people for match in came) <= slot.places
    assert all(match.people > slot.places - len(held) for match in refused)
    assert Counter(states(matches).values()) == Counter(asking=len(came), proposed=len(refused))


def test_party_with_two_dates_holds_both_or_neither(saga: Region, mori: User) -> None:
    pairs = [make_party(size=2) for _number in range(THREADS)]
    start = at_tokyo(sunday_ahead(), 8)

    with threads() as crowd:
        for _round in range(ROUNDS // 12):
            need = make_need(saga, slots=[{"start_at": start, "places": 9}])
            later = make_slot(need, start_at=start + timedelta(days=7), places=6)
            matches = proposals((first_slot(need), party) for party in pairs)
            MatchSlot.objects.bulk_create(MatchSlot(match=match, slot=later) for match in matches)

            answers = Counter(crowd.together(acts_of(approve_match, matches, actor=mori)))

            assert answers == {"": 3, "places_taken": THREADS - 3}
            assert [live_holds(first_slot(need)), live_holds(later)] == [[1, 2, 3, 4, 5, 6]] * 2
            forget_all()


# The naive forms, each as one would write it first.
def approve_by_counting(match: Match, slot: Slot, *, first: int, pause: threading.Barrier) -> None:
    """Count the places that are left, then hold some from ``first`` on: nothing keeps the count true until then."""
    with transaction.atomic():
        left = slot.places - Hold.objects.filter(slot=slot, released_at=None).count()
        pause.wait(GATE_SECONDS)
        if left < match.people:
            raise Conflict("places_taken")
        Hold.objects.bulk_create(
            Hold(match=match, slot=slot, place=first + number) for number in range(match.people)
        )
        Match.objects.filter(pk=match.pk).update(state=MatchState.ASKING)


def approve_without_lock(match: Match, *, pause: threading.Barrier) -> None:
    """The house's own holding of numbered places, but without the lock of the need."""
    with transaction.atomic():
        Match.objects.get(pk=match.pk)
        pause.wait(GATE_SECONDS)
        hold_places(match, now=timezone.now())
        Match.objects.filter(pk=match.pk, state=MatchState.PROPOSED).update(state=MatchState.ASKING)


def test_counting_without_a_lock_oversells(saga: Region, parties: list[Volunteer]) -> None:
    oversold = 0
    with threads() as crowd:
        for _round in range(NAIVE_ROUNDS):
            slot = first_slot(make_need(saga, places=PLACES))
            pause = threading.Barrier(THREADS)
            crowd.together(
                [
                    lambda match=match, slot=slot, first=10 * number, pause=pause: approve_by_counting(
                        match, slot, first=first, pause=pause
                    )
                    for number, match in enumerate(proposals((slot, party) for party in parties))
                ]
            )
            oversold += len(live_holds(slot)) > slot.places
            assert any(line.startswith("I1:") for line in check_invariants(now=timezone.now()))
            forget_all()

    assert oversold == NAIVE_ROUNDS


def test_numbered_places_without_a_lock_refuse_people_who_fit(saga: Region, parties: list[Volunteer]) -> None:
    """The constraint on numbers alone never oversells, but sends people away while places are free."""
    undersold = 0
    with threads() as crowd:
        for _round in range(NAIVE_ROUNDS):
            slot = first_slot(make_need(saga, places=PLACES))
            pause = threading.Barrier(THREADS)
            crowd.together(
                [
                    lambda match=match, pause=pause: approve_without_lock(match, pause=pause)
                    for match in proposals((slot, party) for party in parties)
                ]
            )
            assert len(live_holds(slot)) <= slot.places
            undersold += len(live_holds(slot)) < slot.places
            forget_all()

    assert undersold >= 1
