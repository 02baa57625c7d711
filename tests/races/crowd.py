"""Sixteen threads that start at the same moment, and matches made by the dozen for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import User, Volunteer
from matching.enums import MatchState, Origin, Role, Side
from matching.models import Answer, Hold, Match, MatchEvent, MatchPerson, MatchSlot
from matching.services.outcomes import write_outcome
from regions.models import Need, Region, Slot
from tests.builders import at_tokyo, make_need, sunday_ahead

THREADS, ROUNDS = 16, 60
GATE_SECONDS = 30
Act = Callable[[], object]


@dataclass(slots=True)
class Threads:
    """A pool whose threads keep their connection over all rounds; ``milliseconds`` of every act, in no order."""

    pool: ThreadPoolExecutor
    milliseconds: list[float] = field(default_factory=list)

    def together(self, acts: Sequence[Act]) -> list[str]:
        """Do the acts at the same moment, one per thread; "" or the code of the refusal for each, in order."""
        gate = threading.Barrier(len(acts))
        return list(self.pool.map(lambda act: self._one(act, gate), acts))

    def _one(self, act: Act, gate: threading.Barrier) -> str:
        connection.ensure_connection()
        gate.wait(GATE_SECONDS)
        begun = time.perf_counter()
        try:
            act()
        except DomainError as refusal:
            return refusal.code
        except IntegrityError:
            return "integrity_error"
        finally:
            self.milliseconds.append((time.perf_counter() - begun) * 1000)
        return ""

    def p99(self) -> float:
        """The time in milliseconds under which 99 of 100 acts were done."""
        ordered = sorted(self.milliseconds)
        return round(ordered[int(len(ordered) * 0.99)], 1)


@contextmanager
def threads(count: int = THREADS) -> Iterator[Threads]:
    """A pool of threads; their connections are closed at the end, or the test database could not be dropped."""
    with ThreadPoolExecutor(count) as pool:
        try:
            yield Threads(pool)
        finally:
            gate = threading.Barrier(count)
            list(pool.map(lambda _number: (gate.wait(GATE_SECONDS), connection.close()), range(count)))


def proposals(
    pairs: Iterable[tuple[Slot, Volunteer]], *, people: Callable[[Volunteer], int] = lambda party: party.size
) -> list[Match]:
    """One proposal of the worker per slot and party, with its first event and its leader by name."""
    now, system, pairs = timezone.now(), User.objects.system(), list(pairs)
    matches = Match.objects.bulk_create(
        Match(
            need_id=slot.need_id,
            volunteer=party,
            origin=Origin.WORKER,
            people=people(party),
            due_at=now + timedelta(days=7),
            lapse_at=now + timedelta(days=14),
        )
        for slot, party in pairs
    )
    both = list(zip(matches, pairs, strict=True))
    MatchSlot.objects.bulk_create(MatchSlot(match=match, slot=slot) for match, (slot, _party) in both)
    MatchPerson.objects.bulk_create(
        MatchPerson(match=match, user_id=party.representative_id) for match, (_slot, party) in both
    )
    MatchEvent.objects.bulk_create(
        MatchEvent(
            match=match,
            seq=1,
            move="propose",
            to_state=MatchState.PROPOSED,
            actor=system,
            role=Role.SYSTEM,
        )
        for match in matches
    )
    _log(matches)
    return matches


def asked(matches: Iterable[Match], *, guide: User, at: datetime) -> list[Match]:
    """Proposals as they are after a guide's approval at that time: places held, both sides asked."""
    matches = list(matches)
    due, lapse = at + timedelta(days=21), at + timedelta(days=35)
    for match in matches:
        match.state, match.approved_at, match.due_at, match.lapse_at = MatchState.ASKING, at, due, lapse
    Match.objects.bulk_update(matches, ["state", "approved_at", "due_at", "lapse_at"])
    Answer.objects.bulk_create(
        Answer(match=match, side=side, asked_at=at, due_at=due, lapse_at=lapse)
        for match in matches
        for side in Side
    )
    numbers: dict[int, int] = {}
    holds = []
    for link in MatchSlot.objects.filter(match__in=matches).select_related("match").order_by("pk"):
        for _person in range(link.match.people):
            numbers[link.slot_id] = numbers.get(link.slot_id, 0) + 1
            holds.append(Hold(match=link.match, slot_id=link.slot_id, place=numbers[link.slot_id]))
    Hold.objects.bulk_create(holds)
    MatchEvent.objects.bulk_create(
        MatchEvent(
            match=match,
            seq=2,
            move="approve",
            from_state=MatchState.PROPOSED,
            to_state=MatchState.ASKING,
            actor=guide,
            role=Role.GUIDE,
            at=at,
        )
        for match in matches
    )
    _log(matches)
    return matches


def _log(matches: Iterable[Match]) -> None:
    """What the moves themselves would have written."""
    for match in matches:
        write_outcome(match)


def forget_all() -> None:
    """Delete every match: the next round begins from nothing."""
    MatchEvent.objects.all().delete()
    Match.objects.all().delete()


def live_holds(slot: Slot) -> list[int]:
    """Numbers of the places held in a slot."""
    held = Hold.objects.filter(slot=slot, released_at=None)
    return sorted(held.values_list("place", flat=True))


def states(matches: Iterable[Match]) -> dict[int, str]:
    """The state of each match now."""
    return dict(Match.objects.filter(pk__in=[m.pk for m in matches]).values_list("pk", "state"))


def first_slot(need: Need) -> Slot:
    return need.slots.order_by("start_at")[0]


def weekly_slots(region: Region, places: Iterable[int]) -> list[Slot]:
    """One need per entry with that many places, each a week after the one before: the same people may come to all."""
    start = at_tokyo(sunday_ahead(), 8)
    return [
        first_slot(make_need(region, slots=[{"start_at": start + timedelta(weeks=week), "places": count}]))
        for week, count in enumerate(places)
    ]


def acts_of(act: Callable[..., Any], matches: Iterable[Match], **fixed: Any) -> list[Act]:
    """The same act on each match."""
    return [lambda match=match: act(match_id=match.pk, **fixed) for match in matches]
