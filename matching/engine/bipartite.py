"""The best placement on any two-sided instance: left and right with capacities, pairs with a worth.

`flow` cannot serve here as it is: its parties come once and its needs stand under regions and guides. This
one is source -> left (capacity) -> right (capacity) -> sink with a bypass, as arcs of the same solver. Pairs worth nothing are
never placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import mul

import numpy as np

from matching.engine.arcs import SOURCE, Arcs, cheapest_flow
from matching.engine.snapshot import I64, Bools

ROUNDS_MAX = 100_000
FAR = 2**62
WORTH_MAX = 10**15  # as many digits as a float shows
PRICES_MAX = 2**56  # the solver multiplies a cost by its nodes, and lowers prices by several of those
SUM_MAX = 2**60


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Pairs `left[i]`, `right[i]` of dense numbers from 0, each pair once, with integer `worth` (of whatever
    unit, from 0 to `worth_max`); `left_room`, `right_room` say how many partners each may have."""

    left: I64
    right: I64
    worth: I64
    left_room: I64
    right_room: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Which pairs are placed and what they are worth together; `bound` is what no placement can exceed.

    `gap` = bound - value; 0 proves the placement optimal. `blocking`: pairs that would rather have each other.
    """

    chosen: Bools
    value: int
    bound: int
    blocking: int

    @property
    def gap(self) -> int:
        """What a better placement could gain at most."""
        return self.bound - self.value


def worth_max(*, pairs: int, people: int) -> int:
    """The highest worth a pair may have, so that neither sums nor prices leave 64 bits.

    10^15 up to some seventy people, and above 10^10 with a million people and a hundred million pairs.
    """
    return min(WORTH_MAX, PRICES_MAX // (people + 3), SUM_MAX // max(pairs, 1))


def place(instance: Instance) -> Placing:
    """The placement of highest total worth under both sides' capacities, measured.

    Deterministic for a given order of the pairs.

    Raises:
        ValueError: a worth is above `worth_max`.
        OverflowError: the solver's prices left 64 bits all the same; a coarser worth helps. No instance is known.
        RuntimeError: the solver did not report an optimum (there always is one).
    """
    people = len(instance.left_room) + len(instance.right_room)
    if int(instance.worth.max(initial=0)) > worth_max(pairs=len(instance.left), people=people):
        raise ValueError("a worth is too large")
    usable = (
        (instance.worth > 0)
        & (instance.left_room[instance.left] > 0)
        & (instance.right_room[instance.right] > 0)
    )
    chosen = np.zeros(len(instance.left), dtype=np.bool_)
    chosen[usable] = _chosen(instance, np.flatnonzero(usable))
    return Placing(
        chosen=chosen,
        value=int(instance.worth[chosen].sum()),
        bound=upper_bound(instance=instance, chosen=chosen),
        blocking=blocking_count(instance=instance, chosen=chosen),
    )


def _chosen(instance: Instance, at: I64) -> Bools:
    """Which of the usable pairs the cheapest flow carries."""
    if not len(at):
        return np.zeros(0, dtype=np.bool_)
    lefts, rights = len(instance.left_room), len(instance.right_room)
    left_room = np.minimum(instance.left_room, np.bincount(instance.left[at], minlength=lefts))
    right_room = np.minimum(instance.right_room, np.bincount(instance.right[at], minlength=rights))
    left, right = SOURCE + 1, SOURCE + 1 + lefts
    sink, supply = right + rights, int(left_room.sum())
    arcs = Arcs()
    arcs.add(left + instance.left[at], right + instance.right[at], capacity=1, cost=-instance.worth[at])
    arcs.add(SOURCE, left + np.arange(lefts), capacity=left_room)
    arcs.add(right + np.arange(rights), sink, capacity=right_room)
    arcs.add(SOURCE, sink, capacity=supply)
    return cheapest_flow(arcs=arcs, sink=sink, supply=supply, asked=len(at)).carried > 0


def blocking_count(*, instance: Instance, chosen: Bools) -> int:
    """Pairs not placed that both sides would take: each has a free place or a placed partner of lower worth.

    Source: the blocking pair of Gale and Shapley (1962) with capacities. Pairs worth nothing block nothing.
    Worked line: room 1 everywhere, a-x worth 5, a-y 4, b-x 4; a-y and b-x placed (8 in all): a-x blocks.
    """
    left = _worst(instance.left, instance.left_room, instance.worth, chosen)
    right = _worst(instance.right, instance.right_room, instance.worth, chosen)
    better = (instance.worth > left[instance.left]) & (instance.worth > right[instance.right])
    return int(np.count_nonzero(better & ~chosen))


def _worst(side: I64, room: I64, worth: I64, chosen: Bools) -> I64:
    """Above which worth a side takes another pair: 0 with a place free, never without any place."""
    full = np.bincount(side[chosen], minlength=len(room)) >= room
    worst = np.full(len(room), FAR, dtype=np.int64)
    np.minimum.at(worst, side[chosen], worth[chosen])
    return np.where(full, worst, 0)


def upper_bound(*, instance: Instance, chosen: Bools) -> int:
    """A sum no placement exceeds, whatever the solver did: prices per person, and what pairs are worth beyond.

    For any prices y, z >= 0 no placement is worth more than sum(room * y) + sum(room * z) + sum(max(0, worth -
    y - z)) (weak duality of linear programming). The prices come from shortest ways in what the placement leaves
    open (Ahuja, Magnanti and Orlin 1993, ch. 9); an optimal placement meets its own bound. After `ROUNDS_MAX`
    rounds the prices so far are taken: the bound holds, but is loose.
    """
    open_pair = (instance.left_room[instance.left] > 0) & (instance.right_room[instance.right] > 0)
    at = np.flatnonzero(open_pair & (instance.worth > 0))
    left, right, worth, placed = instance.left[at], instance.right[at], instance.worth[at], chosen[at]
    y, z = _prices(instance, left=left, right=right, worth=worth, placed=placed)
    beyond = np.maximum(worth - y[left] - z[right], 0)
    return (
        int(beyond.sum())
        + _paid(_needed(instance.left_room, left), y)
        + _paid(_needed(instance.right_room, right), z)
    )


def _paid(places: I64, prices: I64) -> int:
    """Places times prices, beyond 64 bits too."""
    return sum(map(mul, places.tolist(), prices.tolist()))


def _needed(room: I64, side: I64) -> I64:
    """Places that can be filled at all: never more than there are pairs."""
    return np.minimum(room, np.bincount(side, minlength=len(room)))


def _prices(instance: Instance, *, left: I64, right: I64, worth: I64, placed: Bools) -> tuple[I64, I64]:
    """What a place is worth on either side: 0 where one is free, else as much as the open pairs would give."""
    kept = np.flatnonzero(placed)
    kept = kept[np.argsort(left[kept], kind="stable")]
    free = np.flatnonzero(~placed)
    free = free[np.argsort(right[free], kind="stable")]
    full = np.bincount(left[kept], minlength=len(instance.left_room)) >= instance.left_room
    of_left, of_right = _Groups.of(left[kept]), _Groups.of(right[free])
    y = np.where(full, int(worth.max(initial=0)), 0)
    below = np.zeros(
        len(instance.right_room), dtype=np.int64
    )  # the right side's prices, negated: all go down
    for _ in range(min(ROUNDS_MAX, len(y) + len(below) + 1)):
        before = below.copy()
        of_left.lower(y, worth[kept] + below[right[kept]])
        of_right.lower(below, y[left[free]] - worth[free])
        if np.array_equal(before, below):
            break
    return np.maximum(y, 0), -below


@dataclass(frozen=True, slots=True)
class _Groups:
    """Runs of one number in a sorted column: which number, where each begins."""

    numbers: I64
    starts: I64

    @classmethod
    def of(cls, column: I64) -> _Groups:
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        return cls(column[starts], starts)

    def lower(self, prices: I64, offers: I64) -> None:
        """Take every number's price down to the lowest of its offers."""
        if len(self.numbers):
            lowest = np.minimum.reduceat(offers, self.starts)
            prices[self.numbers] = np.minimum(prices[self.numbers], lowest)
