"""Scores of any size as whole steps of one size, a power of ten: what the engine can add up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal

import numpy as np

from matching.management.cells import quoted
from matching.management.csv_edges import I64, Fault, Pairs, refuse

_EXACT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Scores in steps of 10^-`decimals`, negative ones as 0; how many had to be rounded to the nearest step."""

    worth: I64
    decimals: int
    rounded: int

    def in_unit(self, steps: int) -> float:
        """So many steps in the unit of the file."""
        return steps / 10**self.decimals if self.decimals >= 0 else float(steps * 10**-self.decimals)


def in_steps(path: str, pairs: Pairs, *, highest: int) -> Steps:
    """The column `score`: in the coarsest steps in which all are exact or, where none are, the finest up to `highest`.

    Nothing is gained by placing a pair of a score below 0, as by one of 0: it becomes 0.

    Raises:
        CommandError: a score above 0 would be rounded to 0 beside the largest; each with its row.
    """
    scores = [max(score, Decimal(0)) for score in pairs.columns["score"]]
    top = max(range(len(scores)), key=scores.__getitem__)
    decimals = _decimals(scores[top], highest=highest)
    step = Decimal((0, (1,), -decimals))
    taken = [score.quantize(step, context=_EXACT) for score in scores]
    lost = [at for at, score in enumerate(scores) if score and not taken[at]]
    refuse(path, [_lost(pairs, at=at, top=top, step=step) for at in lost])
    worth = np.array([int(score.scaleb(decimals, _EXACT)) for score in taken], dtype=np.int64)
    rounded = sum(score != kept for score, kept in zip(scores, taken, strict=True))
    if rounded:
        return Steps(worth=worth, decimals=decimals, rounded=rounded)
    return _coarsest(worth, decimals=decimals)


def _decimals(largest: Decimal, *, highest: int) -> int:
    """How many decimals the largest may have without exceeding `highest`."""
    if not largest:
        return 0
    decimals = Decimal(highest).adjusted() - largest.adjusted()
    return decimals if largest.scaleb(decimals, _EXACT) <= highest else decimals - 1


def _coarsest(worth: I64, *, decimals: int) -> Steps:
    """Exact scores in the coarsest steps that lose nothing: the solver is quickest with small numbers."""
    common = int(np.gcd.reduce(worth))
    while common and common % 10 == 0:
        worth, common, decimals = worth // 10, common // 10, decimals - 1
    return Steps(worth=worth, decimals=decimals if common else 0, rounded=0)


def _lost(pairs: Pairs, *, at: int, top: int, step: Decimal) -> Fault:
    score, largest = (quoted(str(pairs.columns["score"][which])) for which in (at, top))
    finest = f"the finest step is {step.normalize()}"
    reason = f"score: {score} counts for nothing beside {largest} in row {pairs.rows[top]}: {finest}"
    return int(pairs.rows[at]), reason
