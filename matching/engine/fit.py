"""Coverage in both directions and the way, for one need and many parties at once (bit counts)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.needs import CompiledNeed
from matching.engine.policy import MICRO, Weights
from matching.engine.snapshot import I64, U64, Bools, Columns
from matching.engine.vocabulary import FULL, HALF, QUARTER, Planes, mask_words

I32 = npt.NDArray[np.int32]
PUBLIC = 1
BOTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """f = work covered, g = wishes covered, as fractions; `work_any` = covered if load were no matter."""

    f_num: I64
    f_den: I64
    g_num: I64
    g_den: I64
    work_any: Bools


def count(words: U64) -> I64:
    """(words, n) → (n): set bits of every party's words together, wide enough to be multiplied."""
    return np.asarray(np.bitwise_count(words).sum(axis=0), dtype=np.int64)


def words_like(mask: int, planes: U64) -> U64:
    """(words, 1): a bit set of kinds, to be laid over planes of the same tree."""
    return np.array(mask_words(mask, width=planes.shape[-2]), dtype=np.uint64)[:, None]


def fit_of(*, need: CompiledNeed, columns: Columns, weights: Weights) -> Fit:
    """Both coverages of every party; a direction nobody stated counts `neutral_micro` millionths."""
    stated = columns.abilities_stated
    wishing = (columns.wish_den > 0) & (not need.offers_unstated)
    return Fit(
        f_num=np.where(stated, _work_covered(need, columns), weights.neutral_micro),
        f_den=np.where(stated, max(need.work_den, 1), MICRO),
        g_num=np.where(wishing, _wish_covered(need.offers, columns), weights.neutral_micro),
        g_den=np.where(wishing, columns.wish_den, MICRO),
        work_any=~stated | (columns.can_any & words_like(need.work_mask, columns.can_any)).any(axis=0),
    )


def _work_covered(need: CompiledNeed, columns: Columns) -> I64:
    """Sum of weight * credit over the need's kinds that the party can do and bear."""
    low, high = (words_like(mask, columns.can) for mask in need.work)
    total = np.zeros(columns.can.shape[-1], dtype=np.int64)
    for credit, plane in zip((FULL, HALF, QUARTER), columns.can, strict=True):
        total += credit * (count(plane & low) + 2 * count(plane & high))
    return total


def _wish_covered(offers: Planes, columns: Columns) -> I64:
    """Sum of weight * credit over the party's wishes that the offers cover."""
    low, high = columns.wish
    total = np.zeros(columns.wish.shape[-1], dtype=np.int64)
    for credit, kinds in ((FULL, offers.full), (HALF, offers.half), (QUARTER, offers.quarter)):
        mask = words_like(kinds, columns.wish)
        total += credit * (count(low & mask) + 2 * count(high & mask))
    return total


def travel_of(*, need: CompiledNeed, columns: Columns, minutes: I32, weights: Weights) -> I64:
    """Door-to-community minutes of every party by its own transport, -1 = no way."""
    row = need.row
    car = _leg(minutes[0, row.zone], columns, row.access_car_minutes, weights.access_car_minutes_default)
    public = _leg(
        minutes[1, row.zone], columns, row.access_public_minutes, weights.access_public_minutes_default
    )
    quicker = np.where((car >= 0) & ((public < 0) | (car <= public)), car, public)
    chosen = np.where(columns.transport == PUBLIC, public, car)
    return np.where(columns.transport == BOTH, quicker, chosen)


def _leg(office: I32, columns: Columns, access: int | None, default: int) -> I64:
    between = office[columns.zone].astype(np.int64)
    return np.where(between < 0, -1, between + (default if access is None else access))
