"""Arcs of a network, and its min-cost flow by OR-Tools: what every exact placement here is solved with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import min_cost_flow

from matching.engine.snapshot import I64

SOURCE = 0


@dataclass(slots=True)
class Arcs:
    """Arcs of a network, collected in a fixed order; node 0 is the source."""

    tails: list[I64] = field(default_factory=list)
    heads: list[I64] = field(default_factory=list)
    capacities: list[I64] = field(default_factory=list)
    costs: list[I64] = field(default_factory=list)

    def add(self, tails: I64 | int, heads: I64 | int, *, capacity: I64 | int, cost: I64 | int = 0) -> None:
        """Append arcs; whatever is one number stands for all of them."""
        tail, head, room, price = np.broadcast_arrays(np.atleast_1d(tails), heads, capacity, cost)
        for column, values in (
            (self.tails, tail),
            (self.heads, head),
            (self.capacities, room),
            (self.costs, price),
        ):
            column.append(values.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the first arcs carry, in their order, and the cost of all arcs together."""

    carried: I64
    cost: int


def cheapest_flow(*, arcs: Arcs, sink: int, supply: int, asked: int) -> Flow:
    """The cheapest way of `supply` units from the source to `sink`; `asked` = how many arcs to report.

    Deterministic for a given order of the arcs.

    Raises:
        OverflowError: the costs are too large for the solver's prices, which go down over many nodes.
        RuntimeError: the solver did not report an optimum; callers add a bypass, so there always is one.
    """
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(arcs.tails).astype(np.int32),
        np.concatenate(arcs.heads).astype(np.int32),
        np.concatenate(arcs.capacities),
        np.concatenate(arcs.costs),
    )
    solver.set_node_supply(SOURCE, supply)
    solver.set_node_supply(sink, -supply)
    status = solver.solve()
    if status == solver.BAD_COST_RANGE:
        raise OverflowError("the costs are too large for the solver")
    if status != solver.OPTIMAL:
        raise RuntimeError("the flow has no optimum")
    carried = np.asarray(solver.flows(numbers[:asked]), dtype=np.int64)
    return Flow(carried=carried, cost=int(solver.optimal_cost()))
