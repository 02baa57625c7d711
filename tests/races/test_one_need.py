"""A date called off, a need closed and the next in line asked while its matches are approved, withdrawn and begun."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import BEFORE_AGREED, HOLDING, LIVE, EndReason
from matching.models import Match, MatchSlot
from matching.services.endings import withdraw_match
from matching.services.invariants import check_invariants
from matching.services.proposals import apply_for_need
from matching.services.review import approve_match, undo_approval
from matching.services.slots import cancel_slot, close_need
from matching.services.standby import ask_next_in_line
from regions.enums import NeedStage
from regions.models import Need, Region, Slot
from tests.builders import make_party, make_slot
from tests.races.crowd import (
    THREADS,
    Act,
    acts_of,
    asked,
    live_holds,
    proposals,
    threads,
    weekly_slots,
)

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 24
PLACES = 5
EXPECTED = {
    *("", "places_taken", "slot_cancelled", "slot_over", "need_not_open", "people_changed", "places_short"),
    *("match_moved_on", "match_not_asking", "match_not_proposed", "match_without_slots", "integrity_error"),
}


@dataclass
class Stage:
    """One need: four matches hold places, six are proposed (one for both dates), three of them stand in line."""

    need: Need
    slot: Slot
    held: list[Match]
    proposed: list[Match]
    waiting: list[Match]
    newcomers: list[Volunteer]


@pytest.fixture
def parties(db: None) -> list[Volunteer]:
    return [make_party() for _number in range(15)]


def set_up(slot: Slot, parties: list[Volunteer], *, guide: User, now: datetime) -> Stage:
    need = slot.need
    later = make_slot(need, start_at=slot.start_at + timedelta(hours=6), places=PLACES)
    held = asked(proposals((slot, party) for party in parties[:4]), guide=guide, at=now)
    proposed = proposals((slot, party) for party in parties[4:10])
    waiting = proposals((slot, party) for party in parties[10:13])
    for match in (held[3], proposed[0]):
        MatchSlot.objects.create(match=match, slot=later)
    held[3].holds.create(slot=later, place=1, held_at=now)
    Match.objects.filter(pk__in=[match.pk for match in waiting]).update(standby_at=now)
    return Stage(need, slot, held, proposed, waiting, parties[13:])


def acts_on(stage: Stage, *, guide: User, now: datetime, closes: bool) -> list[Act]:
    """Sixteen acts on one need. Each round either closes it or asks the line once more."""
    need = stage.need

    def closing() -> object:
        return close_need(need=Need.objects.get(pk=need.pk), actor=guide, now=now)

    def asking() -> object:
        return ask_next_in_line(need_id=need.pk, now=now)

    return [
        lambda: cancel_slot(
            slot=Slot.objects.get(pk=stage.slot.pk), actor=guide, reason=EndReason.WEATHER, now=now
        ),
        closing if closes else asking,
        asking,
        asking,
        lambda: withdraw_match(
            match_id=stage.held[0].pk, actor=guide, reason=EndReason.CHANGED_PLANS, now=now
        ),
        lambda: withdraw_match(
            match_id=stage.held[3].pk, actor=guide, reason=EndReason.CHANGED_PLANS, now=now
        ),
        lambda: undo_approval(match_id=stage.held[1].pk, actor=guide, now=now),
        *acts_of(approve_match, [*stage.proposed, stage.waiting[0]], actor=guide, now=now),
        *(
            lambda party=party: apply_for_need(
                actor=party.representative, need=need, volunteer=party, slots=[stage.slot]
            )
            for party in stage.newcomers
        ),
    ]


def check_round(stage: Stage, answers: list[str], *, closes: bool) -> None:
    """What was called off holds nothing, what was closed has nothing open, and nobody holds twice."""
    matches = Match.objects.filter(need=stage.need)
    assert len(live_holds(stage.slot)) <= stage.slot.places
    if answers[0] == "":
        assert live_holds(stage.slot) == []
        left = matches.filter(state__in=sorted(LIVE), match_slots__slot=stage.slot)
        assert not left.exists()
    if closes and answers[1] == "":
        stage.need.refresh_from_db()
        assert stage.need.stage == NeedStage.CLOSED
        assert not matches.filter(state__in=sorted(BEFORE_AGREED)).exists()
    holding = matches.filter(state__in=sorted(HOLDING)).values_list("volunteer", flat=True)
    assert len(set(holding)) == len(holding)


def test_one_need_called_off_closed_and_asked_for_at_once(
    saga: Region, mori: User, parties: list[Volunteer]
) -> None:
    refusals, done = Counter[str](), Counter[str]()
    with threads() as crowd:
        for number, slot in enumerate(weekly_slots(saga, [PLACES] * ROUNDS)):
            now, closes = timezone.now(), bool(number % 2)
            stage = set_up(slot, parties, guide=mori, now=now)
            acts = acts_on(stage, guide=mori, now=now, closes=closes)
            assert len(acts) == THREADS

            answers = crowd.together(acts)

            refusals.update(answers)
            done.update(
                ("called off" if answers[0] == "" else "", "closed" if closes and not answers[1] else "")
            )
            check_round(stage, answers, closes=closes)

    assert set(refusals) <= EXPECTED, refusals
    assert done["called off"], done  # a newcomer in between may refuse it, but not every time
    assert done["closed"], done
    assert check_invariants(now=timezone.now()) == []
