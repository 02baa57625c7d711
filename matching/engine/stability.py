"""Blocking pairs: how far an allocation is from what each pair alone would choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from matching.engine.edges import Edges
from matching.engine.room import Phase, Placement, Room
from matching.engine.snapshot import I64, Bools

FAR = 2**62


def blocking_pairs(*, room: Room, edges: Edges) -> int:
    """Pairs by score alone that both prefer each other to what they got; neither bonuses nor turns count.

    The party has a lower score or nothing, and none of its people is elsewhere at that hour; the need has room for it, or
    would by letting a newcomer of lower score go. Placements of existing relations are never counted as replaceable.
    """
    at_need: dict[int, list[Placement]] = defaultdict(list)
    for placement in room.placed.values():
        if placement.phase is not Phase.RELATION:
            at_need[placement.need].append(placement)
    hopeful = (edges.score > _got(room, edges.row)) & _may_be_taken(room, edges, at_need)
    found = {
        (int(edges.need[at]), int(edges.row[at]))
        for at in np.flatnonzero(hopeful).tolist()
        if _would_take(room, edges, at, at_need[int(edges.need[at])])
    }
    return len(found)


def _got(room: Room, rows: I64) -> I64:
    """The score each party has, -1 for nothing; a relation's placement is not given up for a better score."""
    got = np.full(int(rows.max(initial=-1)) + 1, -1, dtype=np.int64)
    for row, placement in room.placed.items():
        if row < len(got):
            got[row] = FAR if placement.phase is Phase.RELATION else placement.score
    return got[rows]


def _may_be_taken(room: Room, edges: Edges, at_need: Mapping[int, Sequence[Placement]]) -> Bools:
    """Edges whose need has a proposal left, or a newcomer of lower score. Most have neither, and are looked at no closer."""
    open_, lowest = [], []
    for need, left in enumerate(room.need_left):
        open_.append(bool(left and room.guide_left[room.guide_of[need]]))
        lowest.append(min((each.score for each in at_need.get(need, ())), default=FAR))
    return np.array(open_, dtype=np.bool_)[edges.need] | (
        np.array(lowest, dtype=np.int64)[edges.need] < edges.score
    )


def _would_take(room: Room, edges: Edges, at: int, placements: Sequence[Placement]) -> bool:
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
