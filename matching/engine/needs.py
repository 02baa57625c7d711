"""Needs compiled against a snapshot's vocabulary and horizon: planes of kinds, words of hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.engine.hours import Asked, asked_of
from matching.engine.slots import demand_words, last_day, window_months
from matching.engine.snapshot import Snapshot
from matching.engine.types import Mode, NeedRow, SlotRow
from matching.engine.vocabulary import Planes, kind_mask, weight_planes


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSlot:
    """A slot with what it asks as bits; a window has months instead of words."""

    row: SlotRow
    words: tuple[tuple[int, int], ...]
    asked: tuple[Asked, ...]
    months: int
    last_day: int
    remote: bool
    long_limit: bool
    """Whether the limit for a stay applies, not the one for a day trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledNeed:
    """A need with its weights and offers as bits. `work_den` = 4 * sum of weights."""

    row: NeedRow
    work: tuple[int, int]
    work_mask: int
    work_den: int
    lightest: int
    """Load of its lightest kind: what a party without stated abilities must at least bear."""
    offers: Planes
    offers_unstated: bool
    offers_waiting: bool
    """Nothing is permitted yet, but something was offered."""
    slots: tuple[CompiledSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedSet:
    """The needs of a run, sorted by public id: that order is their rank. Equal only to itself.

    Compiled for a vocabulary and a horizon, it serves every snapshot of both.
    """

    needs: tuple[CompiledNeed, ...]
    number_of: Mapping[int, int]
    """Place in `needs` by the need's id."""

    def kept_per_party(self, top_l: int) -> int:
        """How many needs the list of a party holds: no more than there are."""
        return min(top_l, max(len(self.needs), 1))


def build_needs(*, snapshot: Snapshot, needs: Iterable[NeedRow]) -> NeedSet:
    """Compile the needs of a run; their order does not matter.

    Raises:
        ValueError: two needs with one id, a slot outside the horizon, or a weight outside 1-3.
    """
    rows = sorted(needs, key=lambda need: need.public_id)
    if len({need.public_id for need in rows}) != len(rows) or len({need.id for need in rows}) != len(rows):
        raise ValueError("ids are unique")
    return NeedSet(
        needs=tuple(_compile(row, snapshot=snapshot) for row in rows),
        number_of={row.id: number for number, row in enumerate(rows)},
    )


def _compile(row: NeedRow, *, snapshot: Snapshot) -> CompiledNeed:
    loads = snapshot.vocabulary.work_loads
    slots = sorted(row.slots, key=lambda slot: (slot.start_minute, slot.end_minute, slot.id))
    return CompiledNeed(
        row=row,
        work=weight_planes(row.work),
        work_mask=kind_mask(kind for kind, _ in row.work),
        work_den=4 * sum(weight for _, weight in row.work),
        lightest=min((loads[kind] for kind, _ in row.work), default=0),
        offers=snapshot.assets.planes(row.offers),
        offers_unstated=not row.offers_stated and not row.offers,
        offers_waiting=row.offers_pending and not row.offers,
        slots=tuple(_compile_slot(slot, need=row, snapshot=snapshot) for slot in slots),
    )


def _compile_slot(slot: SlotRow, *, need: NeedRow, snapshot: Snapshot) -> CompiledSlot:
    if slot.end_minute <= slot.start_minute or not snapshot.horizon.covers(slot):
        raise ValueError(f"slot {slot.id} lies outside the horizon")
    window = slot.is_window
    return CompiledSlot(
        row=slot,
        words=() if window else demand_words(slot),
        asked=() if window else asked_of(slot, snapshot.horizon),
        months=window_months(slot, snapshot.horizon) if window else 0,
        last_day=last_day(slot),
        remote=slot.remote or need.mode is Mode.REMOTE,
        long_limit=slot.nights > 0 or need.offers_stay,
    )
