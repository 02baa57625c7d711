"""Exact placement of single people as a min-cost flow (OR-Tools).

source -> party (1) -> slot (free places) -> need (proposals left) -> region -> guide (weekly capacity) ->
sink, with the concave coverage bonuses as parallel arcs, and a bypass, so that nobody has to be placed.
Capacities are integers, so the optimum is integral and exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.arcs import Arcs, cheapest_flow
from matching.engine.snapshot import I64, Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowProblem:
    """Edges party -> slot with integer worth, and what every later node may still take.

    Numbers are dense from 0. `need_served` decides which of `first`, `second` is still to be had at a need;
    `region_open` says whether nobody has come to the region yet.
    """

    party: I64
    slot: I64
    worth: I64
    parties: int
    slot_places: I64
    slot_need: I64
    need_left: I64
    need_served: I64
    need_region: I64
    region_open: Bools
    region_guide: I64
    guide_left: I64
    first: int
    second: int
    region_first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSolution:
    """Which edges carry a person, and the optimum: worth and bonuses together."""

    chosen: Bools
    value: int


def solve(problem: FlowProblem) -> FlowSolution:
    """The placement of highest total value; deterministic for a given order of the edges.

    Raises:
        RuntimeError: the solver did not report an optimum (the network is always feasible).
    """
    if not len(problem.party):
        return FlowSolution(chosen=np.zeros(0, dtype=np.bool_), value=0)
    arcs, sink = network(problem)
    flow = cheapest_flow(arcs=arcs, sink=sink, supply=problem.parties, asked=len(problem.party))
    return FlowSolution(chosen=flow.carried > 0, value=-flow.cost)


def network(problem: FlowProblem) -> tuple[Arcs, int]:
    """Arcs (those of the edges come first, in their order) and the number of the sink; the source is node 0."""
    slot = 1 + problem.parties
    need = slot + len(problem.slot_places)
    region = need + len(problem.need_left)
    guide = region + len(problem.region_open)
    sink = guide + len(problem.guide_left)
    people = problem.parties
    arcs = Arcs()
    arcs.add(1 + problem.party, slot + problem.slot, capacity=1, cost=-problem.worth)
    arcs.add(0, 1 + np.arange(people), capacity=1)
    arcs.add(
        slot + np.arange(len(problem.slot_places)),
        need + problem.slot_need,
        capacity=np.minimum(problem.slot_places, people),
    )
    _coverage(arcs, problem, need=need, region=region)
    regions = np.arange(len(problem.region_open))
    opened = problem.region_open.astype(np.int64)
    arcs.add(region + regions, guide + problem.region_guide, capacity=opened, cost=-problem.region_first)
    arcs.add(region + regions, guide + problem.region_guide, capacity=people)
    arcs.add(
        guide + np.arange(len(problem.guide_left)), sink, capacity=np.minimum(problem.guide_left, people)
    )
    arcs.add(0, sink, capacity=people)
    return arcs, sink


def _coverage(arcs: Arcs, problem: FlowProblem, *, need: int, region: int) -> None:
    """Three parallel arcs per need: the first person, the second, all others; together `need_left`."""
    left = np.minimum(problem.need_left, problem.parties)
    first = np.minimum(left, problem.need_served == 0)
    second = np.minimum(left - first, problem.need_served <= 1)
    tails, heads = need + np.arange(len(left)), region + problem.need_region
    arcs.add(tails, heads, capacity=first, cost=-problem.first)
    arcs.add(tails, heads, capacity=second, cost=-problem.second)
    arcs.add(tails, heads, capacity=left - first - second)
