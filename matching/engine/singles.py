"""Single people: the flow problem of what is left, its solution placed, its bonuses told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matching.engine.edges import Edges
from matching.engine.flow import FlowProblem, solve
from matching.engine.room import Coverage, Phase, Room
from matching.engine.sharing import alone
from matching.engine.snapshot import I64, Bools, Snapshot


def place_singles(*, room: Room, edges: Edges, snapshot: Snapshot) -> int:
    """Place parties of one person exactly; returns the optimum (worth and bonuses of this step)."""
    left = edges.take(fitting(room, edges) & alone(snapshot, room.sharing)[edges.row])
    solution = solve(problem_of(room=room, edges=left))
    before = room.coverage.copy()
    taken = on_earliest_dates(edges=left, taken=np.flatnonzero(solution.chosen).tolist(), places=room.places)
    for at in taken:
        room.take(left, at, phase=Phase.FLOW, bonuses=())
    _name_bonuses(room, coverage=before, rows=[int(left.row[at]) for at in taken])
    return solution.value


def on_earliest_dates(*, edges: Edges, taken: list[int], places: list[list[int]]) -> list[int]:
    """The same parties at the same needs, each on the earliest date with a place left that is worth as much.

    To the flow all dates of a pair that score alike are one; to a community the next one counts. Best score first.
    """
    left = [list(row) for row in places]
    for at in taken:
        left[edges.need[at]][edges.slot[at]] -= 1
    dates: dict[tuple[int, int, int], list[int]] = {}
    for at in np.lexsort((edges.slot,)).tolist():
        dates.setdefault((int(edges.need[at]), int(edges.row[at]), int(edges.score[at])), []).append(at)
    moved = []
    for at in sorted(taken, key=lambda at: (-int(edges.score[at]), int(edges.rank[at]))):
        left[edges.need[at]][edges.slot[at]] += 1
        alike = dates[int(edges.need[at]), int(edges.row[at]), int(edges.score[at])]
        best = next(other for other in alike if left[edges.need[other]][edges.slot[other]] > 0)
        left[edges.need[best]][edges.slot[best]] -= 1
        moved.append(best)
    return sorted(moved)


def newcomers_bound(*, room: Room, edges: Edges) -> int:
    """What steps two and three cannot exceed: the flow in which a group is content with one place."""
    return solve(problem_of(room=room, edges=edges.take(fitting(room, edges)))).value


def fitting(room: Room, edges: Edges) -> Bools:
    """Which edges could be taken now, each alone: `Room.people_for` for all of them."""
    need_left = np.array(room.need_left, dtype=np.int64)
    guide_left = np.array([room.guide_left[guide] for guide in room.guide_of], dtype=np.int64)
    places = _flat(room)[_starts(room)[edges.need] + edges.slot] if len(edges) else edges.people
    enough = np.minimum(edges.people, places) >= edges.least
    open_needs = (need_left > 0) & (guide_left > 0)
    free = ~np.isin(edges.row, np.array(sorted(room.placed), dtype=np.int64))
    fits = np.asarray(enough & open_needs[edges.need] & free, dtype=np.bool_)
    unsure = np.flatnonzero(fits & np.isin(edges.row, np.array(list(room.sharing), dtype=np.int64)))
    for at in unsure.tolist():
        fits[at] = not room.elsewhere(int(edges.row[at]), int(edges.need[at]), int(edges.slot[at]))
    return fits


def _starts(room: Room) -> I64:
    """Number of the first slot of every need when all slots are counted through."""
    return np.cumsum([0] + [len(places) for places in room.places], dtype=np.int64)


def _flat(room: Room) -> I64:
    return np.array([left for places in room.places for left in places], dtype=np.int64)


def problem_of(*, room: Room, edges: Edges) -> FlowProblem:
    """The flow problem of some edges under what is left in the room."""
    parties, party = np.unique(edges.rank, return_inverse=True)
    starts, coverage = _starts(room), room.coverage
    regions = {key: number for number, key in enumerate(sorted(coverage.regions))}
    guides = {guide: number for number, guide in enumerate(sorted(room.guide_left))}
    return FlowProblem(
        party=party.astype(np.int64),
        slot=starts[edges.need] + edges.slot,
        worth=room.worth(edges),
        parties=len(parties),
        slot_places=_flat(room),
        slot_need=np.repeat(np.arange(len(room.places), dtype=np.int64), np.diff(starts)),
        need_left=np.array(room.need_left, dtype=np.int64),
        need_served=np.array(coverage.needs, dtype=np.int64),
        need_region=np.array([regions[key] for key in coverage.region_of], dtype=np.int64),
        region_open=np.array([coverage.regions[key] == 0 for key in regions], dtype=np.bool_),
        region_guide=np.array([guides[guide] for _, guide in regions], dtype=np.int64),
        guide_left=np.array([room.guide_left[guide] for guide in guides], dtype=np.int64),
        first=room.weights.first_person,
        second=room.weights.second_person,
        region_first=room.weights.first_in_region,
    )


def _name_bonuses(room: Room, *, coverage: Coverage, rows: list[int]) -> None:
    """Say whose placement brought which bonus: the best score at the need, and in the region, came first."""
    for row in sorted(rows, key=lambda row: (-room.placed[row].score, room.placed[row].rank)):
        placement = room.placed[row]
        room.placed[row] = replace(placement, bonuses=coverage.bonuses(placement.need))
        coverage.add(placement.need, people=placement.people)
