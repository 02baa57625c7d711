"""How well scores order pairs whose outcome is known, and whom a list or a placement by them reaches.

Likings and means are integers in micro-units, so that ties are ties on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.engine.fairness import MILLI, gini_milli
from matching.engine.policy import MICRO
from matching.engine.score import mutual_vector
from matching.engine.snapshot import I64, Bools

Z_95 = 1.959964  # of the normal distribution, two-sided
SPREAD_LEAST = 2  # a variance needs two values


def _arithmetic(f: I64, g: I64) -> I64:
    return (f + g) // 2


def _geometric(f: I64, g: I64) -> I64:
    return np.floor(np.sqrt((f * g).astype(np.float64))).astype(np.int64)  # exact: f * g <= 10^12 < 2^52


def _harmonic(f: I64, g: I64) -> I64:
    whole = np.full_like(f, MICRO)
    return mutual_vector(f_num=f, f_den=whole, g_num=g, g_den=whole)


def _minimum(f: I64, g: I64) -> I64:
    return np.minimum(f, g)


# Of two likings in micro-units, rounded down. Worked line: 0.2 and 0.8 give 0.5, 0.4, 0.32 and 0.2.
MEANS: dict[str, Callable[[I64, I64], I64]] = {
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "harmonic": _harmonic,
    "minimum": _minimum,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Auc:
    """The share of (pair with, pair without the outcome) that the scores order rightly, ties half.

    `interval` holds its lower and upper end (95 %); None with a single pair of either kind: one has no spread.
    """

    value: float
    interval: tuple[float, float] | None


def auc(*, worth: I64, hit: Bools) -> Auc | None:
    """Area under the ROC curve by midranks, with the interval of DeLong; None without a pair of either kind.

    Source: DeLong, DeLong and Clarke-Pearson 1988, by the ranks of Sun and Xu 2014; the interval is cut at 0 and
    1. It takes the pairs for independent. Pairs that share people are not, so the true interval is wider.
    Worked line: worth 3, 1 with the outcome and 2, 1 without: (1 + 1 + 0 + 1/2) / 4 = 0.625.
    """
    hits, misses = int(np.count_nonzero(hit)), int(np.count_nonzero(~hit))
    if not hits or not misses:
        return None
    doubled = _midranks_doubled(worth)
    value = (int(doubled[hit].sum()) - hits * (hits + 1)) / (2 * hits * misses)
    if min(hits, misses) < SPREAD_LEAST:
        return Auc(value=value, interval=None)
    above = (doubled[hit] - _midranks_doubled(worth[hit])) / (2 * misses)
    below = 1 - (doubled[~hit] - _midranks_doubled(worth[~hit])) / (2 * hits)
    half = Z_95 * float(np.sqrt(above.var(ddof=1) / hits + below.var(ddof=1) / misses))
    return Auc(value=value, interval=(max(value - half, 0.0), min(value + half, 1.0)))


def _midranks_doubled(worth: I64) -> I64:
    """Twice the mean rank from 1 of each value among all: whole numbers."""
    _, which, counts = np.unique(worth, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((2 * last - counts + 1)[which], dtype=np.int64)


def places_in_lists(*, owner: I64, other: I64, worth: I64) -> I64:
    """The place from 0 of each pair in its owner's list: highest worth first, then lowest `other`."""
    order = np.lexsort((other, -worth, owner))
    begins = np.diff(owner[order], prepend=-1) != 0
    starts = np.flatnonzero(begins)
    places = np.empty(len(owner), dtype=np.int64)
    places[order] = np.arange(len(owner)) - np.repeat(starts, np.diff(starts, append=len(owner)))
    return places


def ndcg(*, owner: I64, places: I64, hit: Bools, k: int) -> float | None:
    """Mean over owners with any outcome of DCG / ideal DCG of their first `k`; None where there is no such owner.

    Source: Järvelin and Kekäläinen 2002, gain 1 for the outcome and a discount of log2(place + 1) from place 1.
    Worked line: k = 3, outcomes at places 2 and 3 of a list: (0.6309 + 0.5) / (1 + 0.6309) = 0.6934.
    """
    discounts = 1 / np.log2(np.arange(min(k, len(owner))) + 2)
    seen = hit & (places < k)
    people = int(owner.max(initial=-1)) + 1
    got = np.bincount(owner[seen], weights=discounts[places[seen]], minlength=people)
    wanted = np.bincount(owner[hit], minlength=people)
    asked = wanted > 0
    if not asked.any():
        return None
    ideal = np.cumsum(discounts)[np.minimum(wanted[asked], len(discounts)) - 1]
    return float(np.mean(got[asked] / ideal))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Of one side: people with an outcome among the pairs made; share with any pair; Gini and most of their loads.

    `matched` counts people; `reach` and `gini` lie in [0, 1] over all people of the side, those without a pair among them.
    """

    matched: int
    reach: float
    gini: float
    load_max: int


def reach_of(*, side: I64, people: int, load: Bools, made: Bools, hit: Bools) -> Reach:
    """Measure one side. `made`: pairs that come about at all; `load`: those that weigh on this side.

    A placement's load is its pairs. In lists a person is loaded by the lists of others, not by the own one.
    """
    loads = np.bincount(side[load], minlength=people)
    return Reach(
        matched=len(np.unique(side[made & hit])),
        reach=int(np.count_nonzero(loads)) / people,
        gini=gini_milli(loads.tolist()) / MILLI,
        load_max=int(loads.max(initial=0)),
    )
