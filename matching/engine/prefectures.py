"""Where the newcomers stand, and the question of one prefecture: who could be placed there better, all else staying."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.edges import Edges
from matching.engine.flow import FlowProblem
from matching.engine.needs import NeedSet
from matching.engine.room import Room
from matching.engine.sharing import alone, overlap
from matching.engine.singles import fitting, problem_of
from matching.engine.snapshot import I64, Bools, Positions, Snapshot

CANDIDATES_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Placing some parties in one prefecture anew: each takes `least` places at least, all or none.

    `at`: the edges of the country behind those of `flow`. `single`: exactly one person may come by an edge; `lone`: its
    party is placed by the flow, after the groups. `apart` (2, k): edges of which one at most may be taken, because a person
    cannot be at both. `taken`: as it stands. `whole`: nobody was left out for the sake of size.
    """

    at: Positions
    flow: FlowProblem
    least: I64
    single: Bools
    lone: Bools
    apart: I64
    taken: Bools
    whole: bool


@dataclass(slots=True, kw_only=True)
class Country:
    """The newcomers' placements, by row the edge taken, over a room that holds existing relations only."""

    room: Room
    edges: Edges
    lone: Bools
    prefecture: I64
    """By need."""
    usable: Positions
    """Edges that fit the room, each alone."""
    held: dict[int, int]

    @classmethod
    def of(cls, *, room: Room, start: Room, edges: Edges, needs: NeedSet, snapshot: Snapshot) -> Country:
        """The newcomers as `start` has placed them in `room`."""
        new = {row: placed for row, placed in start.placed.items() if row not in room.placed}
        held = {}
        for at in np.flatnonzero(np.isin(edges.row, np.array(list(new), dtype=np.int64))).tolist():
            placed = new[int(edges.row[at])]
            if (placed.need, placed.slots[0]) == (int(edges.need[at]), int(edges.slot[at])):
                held[placed.row] = at
        return cls(
            room=room,
            edges=edges,
            lone=alone(snapshot, room.sharing),
            prefecture=np.array([need.row.prefecture for need in needs.needs], dtype=np.int64),
            usable=np.flatnonzero(fitting(room, edges)),
            held=held,
        )

    def contested(self) -> dict[int, float]:
        """Prefectures where a group could come, in their order, and how much of all that is asked is asked there."""
        where = self.prefecture[self.edges.need[self.usable]]
        numbers = np.unique(where[~self.lone[self.edges.row[self.usable]]])
        asked = [min(CANDIDATES_MAX, int((where == number).sum())) for number in numbers]
        return {int(number): size / sum(asked) for number, size in zip(numbers, asked, strict=True)}

    def take(self, question: Question, chosen: Bools) -> None:
        """Place the parties of a question as chosen."""
        for at in question.at[question.taken].tolist():
            del self.held[int(self.edges.row[at])]
        for at in question.at[chosen].tolist():
            self.held[int(self.edges.row[at])] = at

    def question(self, number: int) -> Question:
        """What a prefecture asks as all stands now."""
        at = self.usable[self.prefecture[self.edges.need[self.usable]] == number]
        edges, room = self.edges, self.room.copy()
        others = {row: edge for row, edge in self.held.items() if self.prefecture[edges.need[edge]] != number}
        for edge in others.values():
            room.guide_left[room.guide_of[int(edges.need[edge])]] -= 1
        free = ~np.isin(edges.row[at], np.array(list(others), dtype=np.int64))
        unsure = np.flatnonzero(free & np.isin(edges.row[at], np.array(list(room.sharing), dtype=np.int64)))
        free[[place for place in unsure.tolist() if self._clashes(int(at[place]), others)]] = False
        at, whole = self._best(at[free], most=self._most(number, room))
        here = edges.take(at)
        return Question(
            at=at,
            flow=problem_of(room=room, edges=here),
            least=here.least,
            single=here.people == 1,
            lone=self.lone[here.row],
            apart=self._apart(at),
            taken=np.isin(at, np.array(list(self.held.values()), dtype=np.int64)),
            whole=whole,
        )

    def _clashes(self, edge: int, others: dict[int, int]) -> bool:
        """Whether somebody of this party is placed elsewhere at overlapping hours."""
        partners = self.room.sharing.get(int(self.edges.row[edge]), ())
        return any(self._overlap(edge, others[row]) for row in partners if row in others)

    def _overlap(self, one: int, other: int) -> bool:
        edges, slots = self.edges, self.room.slots
        return overlap(
            slots[int(edges.need[one])][int(edges.slot[one])],
            slots[int(edges.need[other])][int(edges.slot[other])],
        )

    def _apart(self, at: Positions) -> I64:
        """(2, k): places in `at` of edges of parties that share a person, at overlapping hours."""
        by_row: dict[int, list[int]] = {}
        for place, row in enumerate(self.edges.row[at].tolist()):
            if row in self.room.sharing:
                by_row.setdefault(row, []).append(place)
        found = [
            (one, other)
            for row, places in by_row.items()
            for partner in self.room.sharing[row]
            if partner > row
            for one in places
            for other in by_row.get(partner, ())
            if self._overlap(int(at[one]), int(at[other]))
        ]
        return np.array(found, dtype=np.int64).reshape(-1, 2).T.copy()

    def _most(self, number: int, room: Room) -> int:
        """Parties that can be placed in a prefecture at most."""
        here = np.flatnonzero(self.prefecture == number).tolist()
        guides = {room.guide_of[need] for need in here}
        return min(
            sum(room.need_left[need] for need in here), sum(room.guide_left[guide] for guide in guides)
        )

    def _best(self, at: Positions, *, most: int) -> tuple[Positions, bool]:
        """The edges among which a best placement is found, in their order, and whether that is certain.

        Edges of one date that ask for the same are alike but for their worth. If `most` parties can be placed at all, one
        of the best `most` of them is free for whoever took one further down. So those are enough, and what stands; who
        shares a person is not alike and stays. Fewer are looked at where they would be more than 4,000.
        """
        edges = self.edges.take(at)
        stays = np.isin(edges.row, np.array(list(self.room.sharing), dtype=np.int64))
        stays |= np.isin(at, np.array(list(self.held.values()), dtype=np.int64))
        kind = (edges.need, edges.slot, edges.least, edges.people == 1, self.lone[edges.row], stays)
        order = np.lexsort((edges.rank, -self.room.worth(edges), *kind))
        changes = np.any([np.diff(key[order], prepend=key[order][:1]) != 0 for key in kind], axis=0)
        starts = np.maximum.accumulate(np.where(changes, np.arange(len(order)), 0))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order)) - starts
        place[stays] = -1
        asked = most
        while asked > 1 and int((place < asked).sum()) > CANDIDATES_MAX:
            asked -= max(1, asked // 8)
        return at[place < asked], asked == most


def worth_of(question: Question) -> int:
    """What the question's placement is worth as it stands, scores and bonuses: groups count first, those of one person before
    the others, as in the room."""
    flow, chosen = question.flow, question.taken
    need = flow.slot_need[flow.slot]
    ahead = question.single & ~question.lone
    total = int(flow.worth[chosen].sum())
    for number in np.unique(need[chosen]).tolist():
        here = chosen & (need == number)
        second = int(here.sum()) > 1 and (bool((here & ahead).any()) or not (here & ~question.single).any())
        served = int(flow.need_served[number])
        total += (flow.first + second * flow.second) * (served == 0) + flow.second * (served == 1)
    regions = np.unique(flow.need_region[need[chosen]])
    return total + flow.region_first * int(flow.region_open[regions].sum())
