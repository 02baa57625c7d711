"""What one change of a need would bring: every rule counted over all parties, and the three changes that bring most.

For guide and community only, never public. A change is one thing that a community can do, and its count is exact: so
many parties more would pass if the need were judged again with that change and nothing else. All parties are judged
once, layer by layer in slices; a change is then tried on those alone that it could let in, and what it brings is the
sum over the layers before any two changes are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.dates import model_date
from matching.engine.near import CHANGEABLE, Change, Near
from matching.engine.needs import CompiledNeed
from matching.engine.policy import Weights
from matching.engine.reasons import barriers_of
from matching.engine.rules import Verdict, judge
from matching.engine.snapshot import I64, Snapshot
from matching.engine.trials import Trials
from matching.engine.types import HARD_RULES, SLOT_RULES, ReasonCode

I32 = npt.NDArray[np.int32]
MOST = 3
FIRST_DAY = 14
"""A further date is tried from two weeks after day 0 on: a proposal needs its notice."""
SLICE = 32_768
"""Parties judged at once: some tens of megabytes."""
LIKE_ITS_MODEL = [
    SLOT_RULES.index(code)
    for code in (
        ReasonCode.REMOTE_NOT_WANTED,
        ReasonCode.NO_LOCAL_HANDS,
        ReasonCode.NO_ROUTE,
        ReasonCode.TRAVEL_TOO_FAR,
        ReasonCode.PLACES_SHORT,
        ReasonCode.FIRST_VISIT_MAX,
    )
]
"""Rules that a further date passes for exactly whom the date it resembles passes them for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """Parties a rule keeps away, and those it alone keeps away."""

    code: ReasonCode
    failed: int
    only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Counts for one need, and what would bring more."""

    need_id: int
    compared: int
    passed: int
    rules: tuple[RuleCount, ...]
    """Rules that keep anybody away, the costliest first."""
    changes: tuple[Change, ...]
    """Different rules, best first, equal ones in the order of `HARD_RULES`; each brings somebody."""


def single_changes(
    *,
    layers: Sequence[Snapshot],
    need: CompiledNeed,
    minutes: I32,
    weights: Weights,
    most: int = MOST,
    first_day: int = FIRST_DAY,
    at_once: int = SLICE,
) -> Findings:
    """Count every rule of a need over all parties, and find the `most` single changes that bring most of them.

    Counts are those of a scan that counts rules. Some 0.2 s for a million parties; memory by slices of parties. Several
    layers tell what one snapshot of all their parties would; who is gone from one counts nowhere.

    Args:
        layers: at least one; of one vocabulary and horizon, and no party is present in two.
        minutes: int32 [0 car | 1 public, need zone, home zone], -1 = unreachable.
        first_day: the first day on which a further date may be.
        at_once: parties judged at once; it changes nothing but memory.
    """
    tallies = [
        _tally_of(snapshot, need=need, minutes=minutes, weights=weights, at_once=at_once)
        for snapshot in layers
    ]
    trials = Trials(
        layers=[tally.near() for tally in tallies],
        need=need,
        minutes=minutes,
        weights=weights,
        first_day=first_day,
        at_once=at_once,
    )
    return Findings(
        need_id=need.row.id,
        compared=sum(snapshot.present for snapshot in layers),
        passed=sum(tally.passed for tally in tallies),
        rules=_rules(tallies),
        changes=_best(trials.best_of_each(), most=most),
    )


def _tally_of(
    snapshot: Snapshot, *, need: CompiledNeed, minutes: I32, weights: Weights, at_once: int
) -> _Tally:
    """One layer judged, slice by slice."""
    tally, model = _Tally.empty(snapshot), _model_of(need)
    for first in range(0, snapshot.count, at_once):
        rows = slice(first, first + at_once)
        tally.add(judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows), model)
    return tally


def _best(changes: Mapping[ReasonCode, Change], *, most: int) -> tuple[Change, ...]:
    """Those that bring somebody. Younger people and children are one thing to ask for: the better of both."""
    helpful = dict(changes)
    ages = [helpful[code] for code in (ReasonCode.AGE, ReasonCode.MINORS) if code in helpful]
    if len(ages) > 1:
        del helpful[min(reversed(ages), key=lambda change: change.brings).code]
    ranked = sorted(helpful.values(), key=lambda change: (-change.brings, HARD_RULES.index(change.code)))
    return tuple(ranked[:most])


def _model_of(need: CompiledNeed) -> int:
    """The number of the date that a further one resembles; 0 = what stands for a need without dates."""
    model = model_date(need.row)
    return next((number for number, slot in enumerate(need.slots) if slot.row == model), 0)


def _rules(tallies: Sequence[_Tally]) -> tuple[RuleCount, ...]:
    """The rules that keep anybody away, the costliest first."""
    counts = [
        RuleCount(
            code=code,
            failed=sum(int(tally.failed[number]) for tally in tallies),
            only=sum(int(tally.only[number]) for tally in tallies),
        )
        for number, code in enumerate(HARD_RULES)
    ]
    return tuple(sorted((count for count in counts if count.failed), key=lambda c: (-c.only, -c.failed)))


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the pass over the parties of one layer adds up."""

    snapshot: Snapshot
    failed: I64
    only: I64
    passed: int
    alone: dict[ReasonCode, list[I64]]
    dateless: list[I64]
    remote: list[I64]

    @classmethod
    def empty(cls, snapshot: Snapshot) -> _Tally:
        return cls(
            snapshot=snapshot,
            failed=np.zeros(len(HARD_RULES), dtype=np.int64),
            only=np.zeros(len(HARD_RULES), dtype=np.int64),
            passed=0,
            alone={code: [] for code in CHANGEABLE},
            dateless=[],
            remote=[],
        )

    def add(self, verdict: Verdict, model: int) -> None:
        """One slice, of which those who are gone are judged but not counted; `model` as `_model_of` gives it."""
        barriers, row, here = barriers_of(verdict), verdict.columns.row, ~verdict.columns.gone
        only, passes = barriers.only & here, verdict.usable().any(axis=0) & here
        self.failed += (barriers.failed & here).sum(axis=1)
        self.only += only.sum(axis=1)
        self.passed += int(passes.sum())
        for code, rows in self.alone.items():
            rows.append(row[only[HARD_RULES.index(code)]])
        waiting = here & ~verdict.party_fail.any(axis=0) & ~passes
        self.remote.append(row[waiting & verdict.columns.remote_ok])
        self.dateless.append(row[waiting & ~verdict.slot_fail[LIKE_ITS_MODEL, model].any(axis=0)])

    def near(self) -> Near:
        """Whom a change could let in."""
        return Near(
            snapshot=self.snapshot,
            alone={code: _joined(rows) for code, rows in self.alone.items()},
            dateless=_joined(self.dateless),
            remote=_joined(self.remote),
        )


def _joined(parts: list[I64]) -> I64:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
