"""One person wanted by sixteen needs at overlapping hours: exactly one gets the promise, whoever asks."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from matching.enums import MatchState
from matching.locks import lock_need, named_people
from matching.models import Match, MatchPerson
from matching.services.invariants import check_invariants
from matching.services.places import hold_places, require_people_free
from matching.services.review import approve_match, name_people
from regions.models import Region, Slot
from tests.builders import at_tokyo, make_need, make_party, make_slot, make_user, sunday_ahead
from tests.races.crowd import GATE_SECONDS, ROUNDS, THREADS, acts_of, forget_all, proposals, threads

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def overlapping_slots(region: Region, *, rounds: int) -> list[list[Slot]]:
    """For each round sixteen dates of sixteen needs: four hours each, begun ten minutes after one another."""
    needs = [make_need(region, slots=[]) for _number in range(THREADS)]
    start = at_tokyo(sunday_ahead(), 8)
    return [
        [
            make_slot(need, start_at=start + timedelta(weeks=week, minutes=10 * number))
            for number, need in enumerate(needs)
        ]
        for week in range(rounds)
    ]


def test_one_person_is_promised_to_one_of_sixteen_needs(saga: Region, mori: User) -> None:
    """By turns one party in sixteen needs, and sixteen parties that all name the same member."""
    someone = make_user()
    alone = make_party(someone)
    parties = [make_party(members=[someone]) for _number in range(THREADS)]

    with threads() as crowd:
        for number, slots in enumerate(overlapping_slots(saga, rounds=ROUNDS)):
            if number % 2:
                matches = proposals((slot, alone) for slot in slots)
            else:
                matches = proposals(zip(slots, parties, strict=True))
                MatchPerson.objects.bulk_create(MatchPerson(match=match, user=someone) for match in matches)

            answers = crowd.together(acts_of(approve_match, matches, actor=mori))

            assert Counter(answers) == {"": 1, "person_busy": THREADS - 1}
            assert number % 10 or check_invariants(now=timezone.now()) == []
            forget_all()


def test_one_person_is_named_in_one_of_sixteen_promises(saga: Region, mori: User) -> None:
    """The name comes after the approval: it is held against the same hours."""
    someone = make_user()
    parties = [make_party(members=[someone]) for _number in range(THREADS)]

    with threads() as crowd:
        for slots in overlapping_slots(saga, rounds=ROUNDS // 20):
            matches = proposals(zip(slots, parties, strict=True))
            for match in matches:
                approve_match(match_id=match.pk, actor=mori)

            answers = crowd.together(acts_of(name_people, matches, actor=mori, users=[someone]))

            assert Counter(answers) == {"": 1, "person_busy": THREADS - 1}
            assert check_invariants(now=timezone.now()) == []
            forget_all()


def approve_locking_only_the_need(match: Match, *, pause: threading.Barrier) -> None:
    """The naive form: places are safe under the need's lock, but the same person is asked in another need."""
    with transaction.atomic():
        lock_need(match.need_id)
        require_people_free(match, named_people(match.pk))
        pause.wait(GATE_SECONDS)
        hold_places(match, now=timezone.now())
        Match.objects.filter(pk=match.pk, state=MatchState.PROPOSED).update(state=MatchState.ASKING)


def test_locking_only_the_need_promises_one_person_sixteen_times(saga: Region) -> None:
    alone = make_party()
    with threads() as crowd:
        for slots in overlapping_slots(saga, rounds=3):
            pause = threading.Barrier(THREADS)
            matches = proposals((slot, alone) for slot in slots)

            answers = crowd.together(
                [
                    lambda match=match, pause=pause: approve_locking_only_the_need(match, pause=pause)
                    for match in matches
                ]
            )

            assert Counter(answers) == {"": THREADS}
            assert any(line.startswith("I11:") for line in check_invariants(now=timezone.now()))
            forget_all()
