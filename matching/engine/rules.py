"""Hard rules: filters, never terms. Which rule fails for which party, as truth tables.

Party rules are decided once for a pair, slot rules for each slot; a pair passes with no failed party rule
and one slot that fails none. Order of the rows of the tables: `PARTY_RULES`, `SLOT_RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.fit import Fit, fit_of, travel_of
from matching.engine.hours import covered
from matching.engine.needs import CompiledNeed, CompiledSlot
from matching.engine.policy import WHOLE_FIFTHS, Weights
from matching.engine.snapshot import I64, Bools, Columns, Snapshot
from matching.engine.types import PARTY_RULES, SLOT_RULES, ReasonCode

I32 = npt.NDArray[np.int32]
NO_DATE = SLOT_RULES.index(ReasonCode.NO_COMMON_DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One need judged for n parties. A need without slots gets one slot that fails NO_COMMON_DATE."""

    columns: Columns
    fit: Fit
    travel: I64
    known: Bools
    party_fail: Bools
    """(12, n)"""
    slot_fail: Bools
    """(10, slots, n)"""
    people: I64
    """(slots, n): min(size, free places, first_visit_max when new)."""

    def usable(self) -> Bools:
        """(slots, n): the slot passes for a party that passes its own rules."""
        return np.asarray(~self.slot_fail.any(axis=0) & ~self.party_fail.any(axis=0))


def judge(
    *, snapshot: Snapshot, need: CompiledNeed, minutes: I32, weights: Weights, rows: I64 | slice
) -> Verdict:
    """Apply every hard rule of one need to some rows (sorted ascending, or a slice)."""
    columns = snapshot.columns.take(rows)
    fit = fit_of(need=need, columns=columns, weights=weights)
    known = _marked(columns, snapshot.sparse.known.get(need.row.region))
    travel = travel_of(need=need, columns=columns, minutes=minutes, weights=weights)
    cap = np.where(known, columns.size, need.row.first_visit_max)
    judged = _SlotJudge(
        snapshot=snapshot,
        need=need,
        columns=columns,
        travel=travel,
        cap=cap,
        fifths=weights.near_limit_fifths,
    )
    return Verdict(
        columns=columns,
        fit=fit,
        travel=travel,
        known=known,
        party_fail=_party_fail(snapshot, need, columns, fit),
        slot_fail=judged.table(),
        people=np.array(
            [np.minimum(np.minimum(columns.size, cap), s.row.places_free) for s in need.slots],
            dtype=np.int64,
        ).reshape(len(need.slots), len(columns.row)),
    )


def _marked(columns: Columns, rows: I64 | None) -> Bools:
    """Which of the columns' parties are in a list of snapshot rows."""
    found = np.zeros(len(columns.row), dtype=np.bool_)
    if rows is not None and len(columns.row):
        at = np.minimum(np.searchsorted(columns.row, rows), len(columns.row) - 1)
        found[at[columns.row[at] == rows]] = True
    return found


def _party_fail(snapshot: Snapshot, need: CompiledNeed, columns: Columns, fit: Fit) -> Bools:
    """(12, n) in the order of `PARTY_RULES`."""
    row, n = need.row, len(columns.row)
    # Without a stated age "no children" means no minors at all, not "from birth".
    old_enough = (columns.youngest >= row.min_age) & (columns.youngest >= 0) & (row.min_age > 0)
    minors = columns.has_minors & ~old_enough & (not row.children_ok)
    too_young = (columns.youngest >= 0) & (columns.youngest < row.min_age) & ~minors
    heavy = np.where(columns.abilities_stated, fit.f_num == 0, columns.load_limit < need.lightest)
    no_wish = fit.g_num == 0
    fails = {
        ReasonCode.EMPLOYMENT: np.full(n, row.employment_blocked),
        ReasonCode.BLOCKED: _marked(columns, snapshot.sparse.blocked.get(row.region)),
        ReasonCode.ALREADY_MATCHED: _marked(columns, snapshot.sparse.matched.get(row.id)),
        ReasonCode.LOAD_FULL: columns.remaining_load <= 0,
        ReasonCode.GROUP_NOT_ACCEPTED: columns.is_group & (not row.group_ok),
        ReasonCode.BEGINNER_NOT_ACCEPTED: columns.beginner & (not row.beginner_ok),
        ReasonCode.AGE: too_young,
        ReasonCode.MINORS: minors,
        ReasonCode.LOAD: fit.work_any & heavy,
        ReasonCode.NO_WORK_FIT: ~fit.work_any,
        ReasonCode.OFFER_NOT_PERMITTED: no_wish & need.offers_waiting,
        ReasonCode.NO_WISH_FIT: no_wish & (not need.offers_waiting),
    }
    return np.array([fails[code] for code in PARTY_RULES], dtype=np.bool_).reshape(len(PARTY_RULES), n)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SlotJudge:
    """What the slot rules look at, once per need."""

    snapshot: Snapshot
    need: CompiledNeed
    columns: Columns
    travel: I64
    cap: I64
    fifths: int

    def table(self) -> Bools:
        """(10, slots, n) in the order of `SLOT_RULES`."""
        n = len(self.columns.row)
        if not self.need.slots:
            nothing = np.zeros((len(SLOT_RULES), 1, n), dtype=np.bool_)
            nothing[NO_DATE] = True
            return nothing
        return np.stack([self._slot(slot) for slot in self.need.slots], axis=1)

    def _slot(self, slot: CompiledSlot) -> Bools:
        columns, row, n = self.columns, self.need.row, len(self.columns.row)
        on_site = not slot.remote
        # Beyond its limit for a day trip a party stays over (a caveat, and the worst comfort); this is the hard one.
        too_far = self.travel * WHOLE_FIFTHS > columns.travel_limit * self.fifths
        fails = {
            ReasonCode.TOO_SOON: np.full(n, slot.row.too_soon),
            ReasonCode.NO_COMMON_DATE: ~self._can_come(slot),
            ReasonCode.PERSON_BUSY: self._busy(slot),
            ReasonCode.REMOTE_NOT_WANTED: ~columns.remote_ok & slot.remote,
            ReasonCode.NO_LOCAL_HANDS: np.full(n, on_site and row.local_hands < 1),
            ReasonCode.NO_ROUTE: (self.travel < 0) & on_site,
            ReasonCode.TRAVEL_TOO_FAR: (self.travel >= 0) & too_far & on_site,
            ReasonCode.PLACES_SHORT: columns.min_people > slot.row.places_free,
            ReasonCode.FIRST_VISIT_MAX: columns.min_people > self.cap,
            ReasonCode.QUALIFICATION: ~self._qualified(slot),
        }
        return np.array([fails[code] for code in SLOT_RULES], dtype=np.bool_).reshape(len(SLOT_RULES), n)

    def _can_come(self, slot: CompiledSlot) -> Bools:
        """Bits first; whoever passes them and stated hours is checked to the minute."""
        if slot.row.is_window:
            return np.asarray((self.columns.months & slot.months) != 0)
        free = np.ones(len(self.columns.row), dtype=np.bool_)
        for word, bits in slot.words:
            asked = np.uint64(bits)
            free &= (self.columns.ring[word] & asked) == asked
        unsure = np.flatnonzero(free & self.snapshot.profile_exact[self.columns.profile])
        profiles = self.columns.profile[unsure]
        free[unsure] = covered(self.snapshot.pieces, profiles=profiles, asked=slot.asked)
        return free

    def _busy(self, slot: CompiledSlot) -> Bools:
        """Half-open hours: back-to-back is no overlap. A window has no hours to overlap."""
        if slot.row.is_window:
            return np.zeros(len(self.columns.row), dtype=np.bool_)
        rows, start, end = self.snapshot.sparse.busy
        hit = (start < slot.row.end_minute) & (end > slot.row.start_minute)
        return _marked(self.columns, np.unique(rows[hit]))

    def _qualified(self, slot: CompiledSlot) -> Bools:
        """Enough people of the party hold every hard qualification on the slot's last day."""
        enough = np.ones(len(self.columns.row), dtype=np.bool_)
        for kind, people in self.need.row.hard_qualifications:
            enough &= self._holders(kind, slot.last_day) >= max(1, people)
        return enough

    def _holders(self, kind: int, day: int) -> I64:
        """How many people of each party hold a qualification on a day."""
        row = self.columns.row
        held = np.zeros(len(row), dtype=np.int64)
        if kind in self.snapshot.sparse.qualified and len(row):
            rows, holders, last = self.snapshot.sparse.qualified[kind]
            here = slice(*np.searchsorted(rows, (row[0], row[-1] + 1)))
            rows, valid = rows[here], np.where(last[here] >= day, holders[here], 0)
            at = np.searchsorted(row, rows)
            found = row[at] == rows
            np.add.at(held, at[found], valid[found])
        return held
