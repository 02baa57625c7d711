"""Approvals, declines, undone approvals and changed places of one date at the same moment; two sweeps at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Outbox, User, Volunteer
from matching.enums import EndReason, MatchState
from matching.models import Hold, Match, MatchEvent
from matching.services.endings import decline_match, withdraw_match
from matching.services.invariants import check_invariants
from matching.services.review import approve_match, undo_approval
from matching.services.slots import set_slot_places
from matching.services.sweeps import sweep_deadlines
from regions.models import Region, Slot
from tests.builders import make_guide, make_party
from tests.races.crowd import (
    ROUNDS,
    THREADS,
    Act,
    acts_of,
    asked,
    live_holds,
    proposals,
    states,
    threads,
    weekly_slots,
)

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SWEEPERS = 8


@pytest.fixture
def parties(db: None) -> list[Volunteer]:
    return [make_party() for _number in range(THREADS)]


def crowd_of_acts(
    slot: Slot, held: list[Match], proposed: list[Match], *, guide: User, now: datetime
) -> list[Act]:
    """Sixteen acts that get in each other's way: the first three on one match, the next two on another, and so on."""
    left, twice, undone = (match.pk for match in held[:3])
    party = {match.pk: match.volunteer.representative for match in held}
    decline = {"reason": EndReason.DATES, "now": now}
    return [
        lambda: decline_match(match_id=left, actor=party[left], **decline),
        lambda: undo_approval(match_id=left, actor=guide, now=now),
        lambda: withdraw_match(match_id=left, actor=guide, reason=EndReason.CHANGED_PLANS, now=now),
        lambda: decline_match(match_id=twice, actor=party[twice], **decline),
        lambda: decline_match(match_id=twice, actor=guide, **decline),
        lambda: undo_approval(match_id=undone, actor=guide, now=now),
        lambda: undo_approval(match_id=undone, actor=guide, now=now),
        lambda: set_slot_places(slot=Slot.objects.get(pk=slot.pk), actor=guide, places=3),
        lambda: set_slot_places(slot=Slot.objects.get(pk=slot.pk), actor=guide, places=6),
        *acts_of(approve_match, proposed, actor=guide, now=now),
    ]


def test_moves_on_one_date_leave_a_state_that_one_after_the_other_could_have_left(
    saga: Region, mori: User, parties: list[Volunteer]
) -> None:
    refusals: Counter[str] = Counter()
    with threads() as crowd:
        for slot in weekly_slots(saga, [5] * ROUNDS):
            now = timezone.now()
            held = asked(proposals((slot, party) for party in parties[:4]), guide=mori, at=now)
            proposed = proposals((slot, party) for party in parties[4:11])

            answers = crowd.together(crowd_of_acts(slot, held, proposed, guide=mori, now=now))

            refusals.update(answers)
            check_round(slot, held, proposed, answers)

    assert set(refusals) <= {
        *("", "places_taken", "places_held", "match_moved_on", "match_not_asking", "match_not_proposed"),
    }
    assert refusals["places_taken"] > 0
    assert check_invariants(now=timezone.now()) == []


def check_round(slot: Slot, held: list[Match], proposed: list[Match], answers: list[str]) -> None:
    after = states([*held, *proposed])
    places = Slot.objects.get(pk=slot.pk).places
    numbers = live_holds(slot)
    asking = [pk for pk, state in after.items() if state == MatchState.ASKING]
    assert len(numbers) == len(set(numbers)) == len(asking) <= places
    assert max(numbers, default=0) <= places
    assert after[held[0].pk] in {"declined", "withdrawn", "proposed"}
    assert 1 <= answers[0:3].count("") <= 2, "only an undone approval leaves something to be withdrawn"
    assert (after[held[1].pk], answers[3:5].count("")) == ("declined", 1)
    assert (after[held[2].pk], answers[5:7].count("")) == ("proposed", 1)
    assert after[held[3].pk] == "asking"
    assert answers[9:].count("") == sum(after[match.pk] == "asking" for match in proposed)


def scene(region: Region, parties: list[Volunteer], *, guide: User) -> datetime:
    """Proposals and asked matches that are due in every way when the returned time has come."""
    now = timezone.now()
    slots = weekly_slots(region, [16] * 3)
    late = proposals((slots[0], party) for party in parties[:5])
    asked(proposals((slots[1], party) for party in parties[:5]), guide=guide, at=now - timedelta(days=20))
    asked(proposals((slots[2], party) for party in parties[:5]), guide=guide, at=now - timedelta(days=40))
    Match.objects.filter(pk__in=[match.pk for match in late]).update(due_at=now - timedelta(hours=1))
    return now


def picture() -> dict[str, object]:
    """What a sweep leaves behind, whoever did it: states, moves, guides, messages."""
    return {
        "states": Counter(Match.objects.values_list("state", "end_reason")),
        "moves": Counter(MatchEvent.objects.values_list("move", "from_state", "to_state")),
        "guides": Counter(Match.objects.values_list("guide__user__name", "state")),
        "held": Hold.objects.filter(released_at=None).count(),
        "owed": Counter(Outbox.objects.values_list("topic", "payload__kind")),
    }


def test_eight_sweeps_at_once_do_what_one_does(
    saga: Region, mori: User, sato: User, parties: list[Volunteer]
) -> None:
    make_guide(mori.guide.organization)
    now = scene(saga, parties, guide=mori)
    with threads(SWEEPERS) as crowd:
        assert crowd.together([lambda: sweep_deadlines(now=now)] * SWEEPERS) == [""] * SWEEPERS
    at_once = picture()
    sweep_deadlines(now=now)

    assert picture() == at_once
    assert at_once["moves"]["escalate", "proposed", "proposed"] == 5
    assert at_once["moves"]["lapse", "asking", "lapsed"] == 5
    assert at_once["owed"]["accounts.notify", "answer_reminder"] == 10
    assert at_once["owed"]["accounts.notify", "review_escalated"] == 5
    assert check_invariants(now=now) == []
