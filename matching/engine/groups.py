"""The greedy steps: existing relations first, groups next, further dates last."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np

from matching.engine.edges import Edges
from matching.engine.room import Phase, Placement, Room
from matching.engine.sharing import alone, overlap
from matching.engine.snapshot import I64, Positions, Snapshot


def place_relations(*, room: Room, edges: Edges) -> None:
    """Place every party in a community it knows or has a promise with, best score first; ties by public id, then the earlier date.

    No coverage bonus enters here: fairness acts among newcomers only. What is placed counts as coverage.
    """
    order = np.lexsort((edges.slot, edges.need, edges.rank, -edges.score))
    for at in order[edges.tied[order]]:
        if room.people_for(edges, int(at)):
            room.take(edges, int(at), phase=Phase.RELATION, bonuses=())


def place_groups(*, room: Room, edges: Edges, snapshot: Snapshot) -> None:
    """Place parties of several people by marginal value (worth and coverage bonuses), all or none of a party;
    with them the lone parties of somebody who has two (`sharing.alone`).

    Lazy greedy: bonuses and places only fall, so a stale value is an upper bound and is renewed when it
    comes to the top.
    """
    worth = room.worth(edges)
    heap = _entries(room, edges, np.flatnonzero(~alone(snapshot, room.sharing)[edges.row]), worth)
    heapq.heapify(heap)
    while heap:
        stale = heapq.heappop(heap)
        at = stale[-1]
        if not room.people_for(edges, at):
            continue
        fresh = _entry(room, edges, at, worth)
        if fresh > stale:
            heapq.heappush(heap, fresh)
            continue
        room.take(edges, at, phase=Phase.GROUP, bonuses=room.coverage.bonuses(int(edges.need[at])))


Entry = tuple[int, int, int, int, int]
"""Of the heap: highest value first, ties by public id of the party, then of the need, then date; the edge."""


def _entries(room: Room, edges: Edges, which: Positions, worth: I64) -> list[Entry]:
    """The entries of many edges at once."""
    bonus = np.array([_bonus(room, need) for need in range(len(room.places))], dtype=np.int64)
    value = worth[which] + bonus[edges.need[which]]
    columns = (-value, edges.rank[which], edges.need[which], edges.slot[which], which)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _entry(room: Room, edges: Edges, at: int, worth: I64) -> Entry:
    need = int(edges.need[at])
    return -int(worth[at]) - _bonus(room, need), int(edges.rank[at]), need, int(edges.slot[at]), at


def _bonus(room: Room, need: int) -> int:
    return sum(micro for _, micro in room.coverage.bonuses(need))


def add_further_slots(*, room: Room, edges: Edges) -> None:
    """Give parties that know the community further dates of the same need, with the same people.

    Up to `slots_max` dates, none overlapping another of the party or of its people, places kept; a newcomer keeps one date.
    """
    known = [placement for placement in room.placed.values() if placement.known]
    usable: dict[tuple[int, int], list[int]] = {}
    for at in np.flatnonzero(np.isin(edges.row, [placement.row for placement in known])).tolist():
        usable.setdefault((int(edges.need[at]), int(edges.row[at])), []).append(int(edges.slot[at]))
    for placement in sorted(known, key=lambda p: (-p.score, p.rank)):
        candidates = sorted(usable[placement.need, placement.row])
        room.placed[placement.row] = _extended(placement, candidates, room=room)


def _extended(placement: Placement, candidates: list[int], *, room: Room) -> Placement:
    compiled = room.slots[placement.need]
    places = room.places[placement.need]
    chosen = list(placement.slots)
    for slot in candidates:
        full = len(chosen) >= room.weights.slots_max or places[slot] < placement.people
        if full or any(slot == other or overlap(compiled[slot], compiled[other]) for other in chosen):
            continue
        if room.elsewhere(placement.row, placement.need, slot):
            continue
        chosen.append(slot)
        places[slot] -= placement.people
    return replace(placement, slots=tuple(chosen))
