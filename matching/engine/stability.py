"""Blocking pairs: how far an allocation is from what each pair alone would choose."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from matching.engine.edges import Edges
from matching.engine.room import Phase, Placement, Room


def blocking_pairs(*, room: Room, edges: Edges) -> int:
    """Pairs by score alone that both prefer each other to what they got; neither bonuses nor turns count.

    The party has a lower score or nothing, and none of its people is elsewhere at that hour; the need has room for it, or
    would by letting a newcomer of lower score go. Placements of existing relations are never counted as replaceable.
    """
    at_need: dict[int, list[Placement]] = defaultdict(list)
    for placement in room.placed.values():
        if placement.phase is not Phase.RELATION:
            at_need[placement.need].append(placement)
    got = np.array([_got(room, int(row)) for row in edges.row], dtype=np.int64)
    found = {
        (int(edges.need[at]), int(edges.row[at]))
        for at in np.flatnonzero(edges.score > got)
        if _would_take(room, edges, int(at), at_need[int(edges.need[at])])
    }
    return len(found)


def _got(room: Room, row: int) -> int:
    """The score a party has; a relation's placement is not given up for a better score."""
    placement = room.placed.get(row)
    if placement is None:
        return -1
    return 2**62 if placement.phase is Phase.RELATION else placement.score


def _would_take(room: Room, edges: Edges, at: int, placements: list[Placement]) -> bool:
    need, slot, row = int(edges.need[at]), int(edges.slot[at]), int(edges.row[at])
    placed = room.placed.get(row)
    if placed is not None and placed.need == need:
        return False
    left, least = room.places[need][slot], int(edges.least[at])
    elsewhere = set(room.elsewhere(row, need, slot))
    if not elsewhere and left >= least and room.need_left[need] and room.guide_left[room.guide_of[need]]:
        return True
    return any(
        placement.score < int(edges.score[at])
        and elsewhere <= {placement.row}
        and left + (placement.people if slot in placement.slots else 0) >= least
        for placement in placements
    )
