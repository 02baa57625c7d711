"""What fairness among newcomers gives and what it costs: who is reached, how evenly, and the scores it gives up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from matching.engine.beginning import Beginning
from matching.engine.edges import Edges
from matching.engine.needs import NeedSet
from matching.engine.room import Phase, Room

MILLI = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """`regions_*`: communities with a proposal, of those with a need. `exposure_gini_milli`: how unevenly parties are
    spread over the needs that anybody fits, 0 = all alike, towards 1000 = all at one. `newcomers_micro`: what newcomers' scores
    add up to. `price_micro`: how much more that would be if nothing were given for coverage and nobody stepped back
    (`unfair_micro` is that sum); groups are placed within a limit, so it may be a little below zero. Both are None until they
    are measured."""

    regions_served: int
    regions_total: int
    exposure_gini_milli: int
    newcomers_micro: int
    price_micro: int | None = None
    unfair_micro: int | None = None

    def priced(self, unfair_micro: int) -> Fairness:
        """The same with its price: 900,000 reached of 1,000,000 cost 100,000."""
        return replace(self, price_micro=unfair_micro - self.newcomers_micro, unfair_micro=unfair_micro)


def fairness_of(*, room: Room, edges: Edges, needs: NeedSet) -> Fairness:
    """Measure an allocation, but for its price."""
    shown = np.zeros(len(needs.needs), dtype=np.int64)
    for placement in room.placed.values():
        shown[placement.need] += 1
    regions = [need.row.region for need in needs.needs]
    return Fairness(
        regions_served=len({regions[number] for number in np.flatnonzero(shown).tolist()}),
        regions_total=len(set(regions)),
        exposure_gini_milli=gini_milli(shown[np.unique(edges.need)].tolist()),
        newcomers_micro=_scores(room),
    )


def without_fairness(begun: Beginning) -> int:
    """What newcomers' scores add up to, placed anew from the same pairs without coverage bonuses and turns."""
    bare = replace(begun.room.weights, first_person=0, second_person=0, first_in_region=0, turn_max=0)
    return _scores(begun.newcomers(bare).room)


def gini_milli(counts: Iterable[int]) -> int:
    """The Gini coefficient of counts in thousandths, rounded down; 0 where there is nothing to divide.

    Source: the sum over sorted values, G = (2 Σ i·x_i − (n + 1) Σ x) / (n Σ x).
    """
    line = sorted(counts)
    whole = sum(line)
    if not whole:
        return 0
    ranked = 2 * sum(place * count for place, count in enumerate(line, start=1))
    return (ranked - (len(line) + 1) * whole) * MILLI // (len(line) * whole)


def _scores(room: Room) -> int:
    """The scores of newcomers without bonuses; existing relations are no matter of fairness."""
    return sum(placed.score for placed in room.placed.values() if placed.phase is not Phase.RELATION)
