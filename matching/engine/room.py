"""What is left during an allocation: places, proposals a need may still get, guides' capacity, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from matching.engine.edges import Edges
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.sharing import Sharing, overlap
from matching.engine.snapshot import I64, Snapshot
from matching.engine.turns import handicaps, taken_off
from matching.engine.types import ReasonCode

Bonus = tuple[ReasonCode, int]
NOBODY_SHARES: Sharing = {}


class Phase(StrEnum):
    """Which step of the allocation placed a party; none did where people put the pair together by hand."""

    RELATION = "relation"
    GROUP = "group"
    FLOW = "flow"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A party placed at a need: slot numbers within the need, the first is the one that was scored.

    `behind_micro`: what the party's last turn took off its worth.
    """

    need: int
    slots: tuple[int, ...]
    row: int
    rank: int
    people: int
    least: int
    known: bool
    score: int
    behind_micro: int
    phase: Phase
    bonuses: tuple[Bonus, ...] = ()

    @property
    def value(self) -> int:
        """Score and bonuses less what the last turn takes off, what the allocation maximises."""
        return self.score - self.behind_micro + sum(micro for _, micro in self.bonuses)


@dataclass(slots=True, kw_only=True)
class Coverage:
    """Who has come to each need and region so far. A region is counted per guide: (region, guide)."""

    weights: Weights
    region_of: list[tuple[int, int]]
    needs: list[int]
    regions: dict[tuple[int, int], int]

    @classmethod
    def of(cls, *, needs: NeedSet, weights: Weights) -> Coverage:
        """Coverage before the run, as the rows tell it."""
        rows = [need.row for need in needs.needs]
        regions: dict[tuple[int, int], int] = {}
        for row in rows:
            key = (row.region, row.guide)
            regions[key] = max(regions.get(key, 0), row.region_served)
        return cls(
            weights=weights,
            region_of=[(row.region, row.guide) for row in rows],
            needs=[row.need_served for row in rows],
            regions=regions,
        )

    def copy(self) -> Coverage:
        """The same moment, to go on from differently."""
        return replace(self, needs=list(self.needs), regions=dict(self.regions))

    def bonuses(self, need: int) -> tuple[Bonus, ...]:
        """Bonuses the next party at this need would bring; they only ever fall."""
        found: list[Bonus] = []
        if self.needs[need] == 0:
            found.append((ReasonCode.FIRST_PERSON, self.weights.first_person))
        elif self.needs[need] == 1:
            found.append((ReasonCode.SECOND_PERSON, self.weights.second_person))
        if self.regions[self.region_of[need]] == 0:
            found.append((ReasonCode.FIRST_IN_REGION, self.weights.first_in_region))
        return tuple(found)

    def add(self, need: int, *, people: int) -> None:
        """Somebody comes."""
        self.needs[need] += people
        self.regions[self.region_of[need]] += people


class Room:
    """Mutable remainder; `take` is the only way anything is used up, and it checks."""

    def __init__(
        self,
        *,
        snapshot: Snapshot,
        needs: NeedSet,
        guide_capacity: Mapping[int, int],
        weights: Weights,
        sharing: Sharing = NOBODY_SHARES,
    ) -> None:
        rows = [need.row for need in needs.needs]
        self.weights = weights
        self.sharing = sharing
        self.slots = [need.slots for need in needs.needs]
        self.coverage = Coverage.of(needs=needs, weights=weights)
        self.places = [[slot.row.places_free for slot in need.slots] for need in needs.needs]
        self.need_left = [_proposals_left(row.proposals_max, row.live_proposals, weights) for row in rows]
        self.guide_of = [row.guide for row in rows]
        self.guide_left = {
            row.guide: max(0, guide_capacity.get(row.guide, weights.guide_capacity_default)) for row in rows
        }
        self.columns = snapshot.columns
        self.handicap = handicaps(snapshot.columns, weights)
        self.placed: dict[int, Placement] = {}

    def copy(self) -> Room:
        """The same remainder, to go on from differently."""
        twin = copy(self)
        twin.coverage = self.coverage.copy()
        twin.places = [list(places) for places in self.places]
        twin.need_left, twin.guide_left = list(self.need_left), dict(self.guide_left)
        twin.placed = dict(self.placed)
        return twin

    def under(self, weights: Weights) -> Room:
        """The same remainder with other bonuses and turns."""
        twin = self.copy()
        twin.weights = twin.coverage.weights = weights
        twin.handicap = handicaps(self.columns, weights)
        return twin

    def elsewhere(self, row: int, need: int, slot: int) -> list[int]:
        """Rows of placed parties that share a person with this one and have a date at overlapping hours.

        The same date counts: a person comes with one of the two.
        """
        asked = self.slots[need][slot]
        placed = [self.placed[other] for other in self.sharing.get(row, ()) if other in self.placed]
        return [
            placement.row
            for placement in placed
            if any(overlap(asked, self.slots[placement.need][taken]) for taken in placement.slots)
        ]

    def worth(self, edges: Edges) -> I64:
        """What each edge is worth before any bonus: its score, less what a newcomer's last turn takes off."""
        return edges.score - taken_off(score=edges.score, tied=edges.tied, handicap=self.handicap[edges.row])

    def people_for(self, edges: Edges, at: int) -> int:
        """People that can be placed on this edge now; 0 when it does not fit."""
        need = int(edges.need[at])
        if int(edges.row[at]) in self.placed or self.need_left[need] < 1:
            return 0
        if self.guide_left[self.guide_of[need]] < 1:
            return 0
        people = min(int(edges.people[at]), self.places[need][int(edges.slot[at])])
        if people < int(edges.least[at]) or self.elsewhere(int(edges.row[at]), need, int(edges.slot[at])):
            return 0
        return people

    def take(
        self, edges: Edges, at: int, *, phase: Phase, bonuses: tuple[Bonus, ...], most: int | None = None
    ) -> None:
        """Place the party of an edge with as many people as fit, or `most` of them.

        Raises:
            ValueError: it does not fit any more, or comes with more than `most`.
        """
        people = self.people_for(edges, at)
        people = people if most is None else min(people, most)
        if not people or people < int(edges.least[at]):
            raise ValueError("no room for this party")
        need, slot, row = int(edges.need[at]), int(edges.slot[at]), int(edges.row[at])
        self.places[need][slot] -= people
        self.need_left[need] -= 1
        self.guide_left[self.guide_of[need]] -= 1
        self.coverage.add(need, people=people)
        self.placed[row] = Placement(
            need=need,
            slots=(slot,),
            row=row,
            rank=int(edges.rank[at]),
            people=people,
            least=int(edges.least[at]),
            known=bool(edges.known[at]),
            score=int(edges.score[at]),
            behind_micro=int(edges.score[at] - self.worth(edges.take(np.array([at])))[0]),
            phase=phase,
            bonuses=bonuses,
        )


def _proposals_left(stated: int | None, live: int, weights: Weights) -> int:
    limit = weights.proposals_max_default if stated is None else stated
    return max(0, limit - live)
