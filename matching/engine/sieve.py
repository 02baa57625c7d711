"""Rows a need might suit, by the way, the days, the work and the wishes alone: few are left for the exact rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.fit import words_like
from matching.engine.needs import CompiledNeed, CompiledSlot
from matching.engine.policy import WHOLE_FIFTHS, Weights
from matching.engine.snapshot import I64, Bools, Snapshot

I32 = npt.NDArray[np.int32]
FAR = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Finds candidates. Rows are sorted by zone and falling limit, so that those who reach a place stand together."""

    snapshot: Snapshot
    minutes: I32
    weights: Weights
    place: I64
    """zone * FAR - limit of every row, rising."""

    @classmethod
    def of(cls, snapshot: Snapshot, *, minutes: I32, weights: Weights) -> Sieve:
        """A sieve for the parties of a snapshot."""
        place = snapshot.columns.zone * FAR - snapshot.columns.travel_limit
        return cls(snapshot=snapshot, minutes=minutes, weights=weights, place=place)

    def rows_of(self, need: CompiledNeed, *, first: int, last: int) -> I64:
        """Rows within [first, last), rising. Nobody is lost who passes every hard rule of the need."""
        columns = self.snapshot.columns
        rows = self._within_reach(need, first=first, last=last)
        rows = rows[~columns.gone[rows]]
        open_slots = [slot for slot in need.slots if not slot.row.too_soon]
        free = np.zeros(len(rows), dtype=np.bool_)
        for slot in open_slots:
            free |= self._free(slot, rows)
        rows = rows[free]
        mask = words_like(need.work_mask, columns.can_any)
        rows = rows[~columns.abilities_stated[rows] | (columns.can_any[:, rows] & mask).any(axis=0)]
        if need.offers_unstated:
            return rows
        offers = words_like(need.offers.any, columns.wish)
        wished = ((columns.wish[0][:, rows] | columns.wish[1][:, rows]) & offers).any(axis=0)
        return np.asarray(rows[(columns.wish_den[rows] == 0) | wished], dtype=np.int64)

    def _free(self, slot: CompiledSlot, rows: I64) -> Bools:
        columns = self.snapshot.columns
        if slot.row.is_window:
            return np.asarray((columns.months[rows] & slot.months) != 0)
        free = np.ones(len(rows), dtype=np.bool_)
        for word, bits in slot.words:
            asked = np.uint64(bits)
            free &= (columns.ring[word, rows] & asked) == asked
        return free

    def _within_reach(self, need: CompiledNeed, *, first: int, last: int) -> I64:
        """The rows near enough by the quicker way; all of them where some work is done from afar."""
        if any(slot.remote for slot in need.slots):
            return np.arange(first, last, dtype=np.int64)
        quickest = self._quickest(need)
        zones = np.flatnonzero(quickest >= 0)
        least = -(-quickest * WHOLE_FIFTHS // self.weights.near_limit_fifths)
        begins = np.searchsorted(self.place, zones * FAR - FAR, side="right")
        ends = np.searchsorted(self.place, zones * FAR - least[zones], side="right")
        begins, ends = np.clip(begins, first, last), np.clip(ends, first, last)
        lengths = np.maximum(ends - begins, 0)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.asarray(np.repeat(begins, lengths) + within, dtype=np.int64)

    def _quickest(self, need: CompiledNeed) -> I64:
        """Minutes from every zone by the quicker of both ways, -1 where there is none."""
        row, weights = need.row, self.weights
        car, public = self.minutes[:, row.zone].astype(np.int64)
        access = (
            weights.access_car_minutes_default if row.access_car_minutes is None else row.access_car_minutes
        )
        station = (
            weights.access_public_minutes_default
            if row.access_public_minutes is None
            else row.access_public_minutes
        )
        by_car, by_train = np.where(car < 0, FAR, car + access), np.where(public < 0, FAR, public + station)
        quicker = np.minimum(by_car, by_train)
        return np.asarray(np.where(quicker >= FAR, -1, quicker), dtype=np.int64)
