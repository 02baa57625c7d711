"""Trying changes of one need on the parties that they could let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from matching.engine.dates import new_dates, remote_windows
from matching.engine.fit import words_like
from matching.engine.near import AS_A_WHOLE, Change, Near
from matching.engine.needs import CompiledNeed, build_needs
from matching.engine.policy import Weights
from matching.engine.rules import judge
from matching.engine.snapshot import I64, U64, Columns, Snapshot
from matching.engine.types import NeedRow, ReasonCode, SlotRow
from matching.engine.vocabulary import WORD, CreditTable

I32 = npt.NDArray[np.int32]
Rows = Sequence[I64]
"""Rows of parties, layer by layer."""
MORE_PEOPLE = 4
"""So many places more, or people more on a first visit, are tried at most."""
YEARS_YOUNGER = 5
"""So many years below the age asked for are tried at most."""
LOADS = (2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The changes of one need, tried. `layers` are those whom the need as it is keeps away, at least one."""

    layers: Sequence[Near]
    need: CompiledNeed
    minutes: I32
    weights: Weights
    first_day: int
    at_once: int

    def best_of_each(self) -> dict[ReasonCode, Change]:
        """For each rule the change that brings most, of equal ones the smallest step; none that brings nobody."""
        best: dict[ReasonCode, Change] = {}
        for change in self._all():
            if change.brings > 0 and change.brings > self._brings(best, change.code):
                best[change.code] = change
        return self._wholes() | best

    @staticmethod
    def _brings(best: Mapping[ReasonCode, Change], code: ReasonCode) -> int:
        return best[code].brings if code in best else 0

    def _wholes(self) -> dict[ReasonCode, Change]:
        """Rules taken away: exactly those come whom they alone keep away."""
        known = {ReasonCode.OFFER_NOT_PERMITTED} if self.need.row.pending_offers else set()
        counts = {
            code: sum(len(near.alone[code]) for near in self.layers)
            for code in AS_A_WHOLE
            if code not in known
        }
        return {code: Change(code=code, brings=count) for code, count in counts.items() if count}

    def _all(self) -> Iterator[Change]:
        yield from self._ages()
        yield from self._kinds_of_work()
        yield from self._loads()
        yield from self._offers()
        yield from self._permission()
        yield from self._dates()
        yield from self._lift()
        yield from self._people()
        yield from self._qualifications()

    @property
    def _first(self) -> Snapshot:
        """For what all layers have alike: vocabulary, credits and horizon."""
        return self.layers[0].snapshot

    def _of(self, *codes: ReasonCode) -> Rows:
        return [near.of(*codes) for near in self.layers]

    def _parts(self, rows: Rows) -> Iterator[tuple[Snapshot, I64]]:
        for near, some in zip(self.layers, rows, strict=True):
            for first in range(0, len(some), self.at_once):
                yield near.snapshot, some[first : first + self.at_once]

    # -- by judging again ------------------------------------------------------------------------------

    def _passing(self, rows: Rows, changed: NeedRow) -> I64:
        """(slots) how many of the rows pass the changed need in each slot, the last entry = in any of them."""
        (need,) = build_needs(snapshot=self._first, needs=[changed]).needs
        counts = np.zeros(len(need.slots) + 1, dtype=np.int64)
        for snapshot, part in self._parts(rows):
            verdict = judge(
                snapshot=snapshot, need=need, minutes=self.minutes, weights=self.weights, rows=part
            )
            usable = verdict.usable()
            counts[: len(need.slots)] += usable[: len(need.slots)].sum(axis=1)
            counts[-1] += usable.any(axis=0).sum()
        return counts

    def _tried(
        self, code: ReasonCode, rows: Rows, steps: Iterable[tuple[int | None, NeedRow]]
    ) -> Iterator[Change]:
        """Each step tried on the rows."""
        if any(map(len, rows)):
            for number, changed in steps:
                yield Change(code=code, number=number, brings=int(self._passing(rows, changed)[-1]))

    def _ages(self) -> Iterator[Change]:
        """Without a stated age "no children" means no minors at all, so that the age then stays above zero."""
        row, rows = self.need.row, self._of(ReasonCode.AGE, ReasonCode.MINORS)
        least = max(0 if row.children_ok else 1, row.min_age - YEARS_YOUNGER)
        younger = ((age, replace(row, min_age=age)) for age in range(row.min_age - 1, least - 1, -1))
        yield from self._tried(ReasonCode.AGE, rows, younger)
        if not row.children_ok:
            children = (
                (age, replace(row, min_age=age, children_ok=True)) for age in range(row.min_age, -1, -1)
            )
            yield from self._tried(ReasonCode.MINORS, rows, children)

    def _permission(self) -> Iterator[Change]:
        row, rows = self.need.row, self._of(ReasonCode.NO_WISH_FIT, ReasonCode.OFFER_NOT_PERMITTED)
        if row.pending_offers:
            both = tuple(sorted({*row.offers, *row.pending_offers}))
            granted = replace(row, offers=both, offers_stated=True, offers_pending=False, pending_offers=())
            yield from self._tried(ReasonCode.OFFER_NOT_PERMITTED, rows, [(None, granted)])

    def _lift(self) -> Iterator[Change]:
        row, rows = self.need.row, self._of(ReasonCode.TRAVEL_TOO_FAR)
        if row.lift_minutes > 0:
            stated, default = row.access_public_minutes, self.weights.access_public_minutes_default
            shorter = (default if stated is None else stated) - row.lift_minutes
            fetched = replace(row, access_public_minutes=shorter, lift_minutes=0)
            yield from self._tried(ReasonCode.TRAVEL_TOO_FAR, rows, [(row.lift_minutes, fetched)])

    def _people(self) -> Iterator[Change]:
        row, more = self.need.row, range(1, MORE_PEOPLE + 1)
        wider = ((step, replace(row, slots=_roomier(row.slots, step))) for step in more)
        yield from self._tried(ReasonCode.PLACES_SHORT, self._of(ReasonCode.PLACES_SHORT), wider)
        first = row.first_visit_max
        larger = ((first + step, replace(row, first_visit_max=first + step)) for step in more)
        yield from self._tried(ReasonCode.FIRST_VISIT_MAX, self._of(ReasonCode.FIRST_VISIT_MAX), larger)

    def _qualifications(self) -> Iterator[Change]:
        row, asked = self.need.row, self.need.row.hard_qualifications
        steps = (
            (kind, replace(row, hard_qualifications=tuple(pair for pair in asked if pair[0] != kind)))
            for kind, _people in asked
        )
        yield from self._tried(ReasonCode.QUALIFICATION, self._of(ReasonCode.QUALIFICATION), steps)

    def _dates(self) -> Iterator[Change]:
        """Whoever has no date among those of the need is tried on the further ones, whatever kept it from its own."""
        row, horizon = self.need.row, self._first.horizon
        for rows, slots in (
            (
                [near.dateless for near in self.layers],
                new_dates(row, horizon=horizon, first_day=self.first_day),
            ),
            (
                [near.remote for near in self.layers],
                remote_windows(row, horizon=horizon, first_day=self.first_day),
            ),
        ):
            if slots and any(map(len, rows)):
                counts = self._passing(rows, replace(row, slots=slots))
                by_time = sorted(slots, key=lambda slot: (slot.start_minute, slot.end_minute, slot.id))
                brings = {slot.id: int(count) for slot, count in zip(by_time, counts[:-1], strict=True)}
                for slot in slots:
                    yield Change(code=ReasonCode.NO_COMMON_DATE, slot=slot, brings=brings[slot.id])

    # -- by counting bits ------------------------------------------------------------------------------

    def _loads(self) -> Iterator[Change]:
        """Who fails for the load alone passes as soon as nothing asked for is heavier than what it bears."""
        rows = self._of(ReasonCode.LOAD)
        borne = np.concatenate(
            [near.snapshot.columns.load_limit[some] for near, some in zip(self.layers, rows, strict=True)]
        )
        for load in LOADS:
            yield Change(code=ReasonCode.LOAD, number=load, brings=int((borne >= load).sum()))

    def _kinds_of_work(self) -> Iterator[Change]:
        """One more kind of work, none with kinds below it: whoever can do it and bear it, or bears it and stated nothing."""
        book = self._first.vocabulary
        able = np.zeros(len(book.work_parents), dtype=np.int64)
        for snapshot, part in self._parts(self._of(ReasonCode.NO_WORK_FIT, ReasonCode.LOAD)):
            able += _able(snapshot.columns.take(part), book.work_loads)
        for kind in _choosable(book.work_parents, book.work_retired):
            yield Change(code=ReasonCode.NO_WORK_FIT, number=kind, brings=int(able[kind]))

    def _offers(self) -> Iterator[Change]:
        """One more kind of asset, none with kinds below it: whoever wishes for something it covers."""
        book, assets = self._first.vocabulary, self._first.assets
        rows = self._of(ReasonCode.NO_WISH_FIT, ReasonCode.OFFER_NOT_PERMITTED)
        kinds = _choosable(book.asset_parents, book.asset_retired)
        glad = np.zeros(len(kinds), dtype=np.int64)
        for snapshot, part in self._parts(rows):
            wished = np.bitwise_or.reduce(snapshot.columns.wish[..., part], axis=0)
            glad += _glad(wished, kinds, assets)
        for kind, count in zip(kinds, glad.tolist(), strict=True):
            yield Change(code=ReasonCode.NO_WISH_FIT, number=kind, brings=count)


def _roomier(slots: tuple[SlotRow, ...], step: int) -> tuple[SlotRow, ...]:
    return tuple(replace(slot, places_free=slot.places_free + step) for slot in slots)


def _choosable(parents: tuple[int, ...], retired: tuple[int, ...]) -> list[int]:
    """Kinds in use with no kinds below them."""
    return [kind for kind in range(len(parents)) if kind not in parents and kind not in retired]


def _bits(words: U64) -> npt.NDArray[np.uint8]:
    """(words, n) → (n, 64 * words): one byte for every kind."""
    packed = np.ascontiguousarray(words.T.astype("<u8")).view(np.uint8)
    return np.unpackbits(
        packed.reshape(words.shape[1], WORD // 8 * words.shape[0]), axis=1, bitorder="little"
    )


def _able(columns: Columns, loads: tuple[int, ...]) -> I64:
    """(kinds) how many of the parties would pass with this kind of work beside what is asked for."""
    can = _bits(np.bitwise_or.reduce(columns.can, axis=0))[:, : len(loads)]
    quiet = columns.load_limit[~columns.abilities_stated]
    bears = [int((quiet >= load).sum()) for load in loads]
    return np.asarray(can.sum(axis=0, dtype=np.int64) + np.array(bears, dtype=np.int64))


def _glad(wished: U64, kinds: list[int], assets: CreditTable) -> I64:
    """(kinds) how many wish for something that this kind covers, however little; `wished` = (words, n)."""
    covered = (words_like(assets.planes((kind,)).any, wished) for kind in kinds)
    return np.array([np.count_nonzero((wished & mask).any(axis=0)) for mask in covered], dtype=np.int64)
