"""What fairness among newcomers gives and what it costs: who is reached, how evenly, and the scores it gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from matching.engine.edges import Edges
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.room import Phase, Room

MILLI = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """`regions_*`: communities with a proposal, of those with a need. `exposure_gini_milli`: how unevenly parties are
    spread over the needs that anybody fits, 0 = all alike, towards 1000 = all at one. `price_micro`: what newcomers'
    scores would add up to more if nothing were given for coverage and nobody stepped back (`unfair_micro` is that sum); groups are placed within a limit, so it may be a
    little below zero."""

    regions_served: int
    regions_total: int
    exposure_gini_milli: int
    price_micro: int
    unfair_micro: int


def fairness_of(*, room: Room, edges: Edges, needs: NeedSet, again: Callable[[Weights], Room]) -> Fairness:
    """Measure an allocation. `again` makes it anew from the same edges with other weights."""
    shown = np.zeros(len(needs.needs), dtype=np.int64)
    for placement in room.placed.values():
        shown[placement.need] += 1
    regions = [need.row.region for need in needs.needs]
    bare = replace(room.weights, first_person=0, second_person=0, first_in_region=0, turn_max=0)
    unfair = _scores(again(bare))
    return Fairness(
        regions_served=len({regions[number] for number in np.flatnonzero(shown).tolist()}),
        regions_total=len(set(regions)),
        exposure_gini_milli=gini_milli(shown[np.unique(edges.need)].tolist()),
        price_micro=unfair - _scores(room),
        unfair_micro=unfair,
    )


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
