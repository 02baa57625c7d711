"""The score of a pair, in integers, so that every back end agrees to the last digit.

f = sum(weight * credit) / (4 * sum(weight)) of the need's work, g the same of the participant's wishes;
mutual = 2fg/(f+g), the harmonic mean (RECON, Pizzato et al. 2010), because neither direction may buy the
other; comfort takes off up to a quarter for the way; three small terms are added. All divisions are
floor divisions of 64-bit integers.

Worked line: f = 12/12, g = 20/24: mutual = 2*12*20*10^6 // (12*24 + 20*12) = 480*10^6 // 528 = 909,090; a
way of 60 of 120 minutes: 909,090 * (480 - 60) // 480 = 795,453.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.policy import MICRO, Weights

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """Everything a score is made of; `limit_minutes` 0 = remote, the way takes nothing off."""

    f_num: int
    f_den: int
    g_num: int
    g_den: int
    travel_minutes: int
    limit_minutes: int
    comfort_quarters: int
    mutual_micro: int
    comfort_micro: int
    relation_micro: int
    kept_micro: int
    wait_micro: int
    score_micro: int

    def as_dict(self) -> dict[str, int]:
        """The integers by name, ready for JSON."""
        return asdict(self)


def mutual_micro(*, f_num: int, f_den: int, g_num: int, g_den: int) -> int:
    """Harmonic mean of two fractions in micro-units; zero if either is zero."""
    below = f_num * g_den + g_num * f_den
    return 2 * f_num * g_num * MICRO // below if below else 0


def comfort_micro(*, mutual: int, travel_minutes: int, limit_minutes: int, quarters: int) -> int:
    """What is left of the fit after the way: `quarters`/4 of it is lost at the limit and beyond."""
    if limit_minutes <= 0:
        return mutual
    travel = min(max(travel_minutes, 0), limit_minutes)
    return mutual * (4 * limit_minutes - quarters * travel) // (4 * limit_minutes)


def kept_term(*, kept_micro: int, weights: Weights) -> int:
    """Term for a kept word; `kept_micro` is already shrunk towards the mean for newcomers."""
    return kept_micro * weights.kept_max // MICRO


def wait_term(*, wait_days: int, weights: Weights) -> int:
    """Term for a community's wait; it grows for `wait_full_days` and then stays."""
    return min(max(wait_days, 0), weights.wait_full_days) * weights.wait_max // weights.wait_full_days


def recompute(parts: PairScore) -> int:
    """The score that follows from the stored integers alone; equals `parts.score_micro`."""
    mutual = mutual_micro(f_num=parts.f_num, f_den=parts.f_den, g_num=parts.g_num, g_den=parts.g_den)
    if mutual == 0:
        return 0
    comfort = comfort_micro(
        mutual=mutual,
        travel_minutes=parts.travel_minutes,
        limit_minutes=parts.limit_minutes,
        quarters=parts.comfort_quarters,
    )
    return comfort + parts.relation_micro + parts.kept_micro + parts.wait_micro


def mutual_vector(*, f_num: I64, f_den: I64, g_num: I64, g_den: I64) -> I64:
    """`mutual_micro` for arrays. 64 bits suffice: 2 * 10^6 * 10^6 * 10^6 = 2 * 10^18 at most."""
    below = f_num * g_den + g_num * f_den
    return np.asarray(2 * f_num * g_num * MICRO // np.maximum(below, 1), dtype=np.int64)


def comfort_vector(*, mutual: I64, travel_minutes: I64, limit_minutes: I64, quarters: int) -> I64:
    """`comfort_micro` for arrays."""
    limit = np.maximum(limit_minutes, 1)
    travel = np.clip(travel_minutes, 0, limit)
    left = mutual * (4 * limit - quarters * travel) // (4 * limit)
    return np.asarray(np.where(limit_minutes <= 0, mutual, left), dtype=np.int64)
