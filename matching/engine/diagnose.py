"""Why a need finds too few: what each rule costs, and the one change that would bring most.

For guide and community only, never public.
"""

from __future__ import annotations

from dataclasses import dataclass

from matching.engine.needs import NeedSet
from matching.engine.shards import EMPTY_SCORE, Merged
from matching.engine.types import HARD_RULES, ReasonCode

CHANGEABLE: frozenset[ReasonCode] = frozenset(
    {
        ReasonCode.EMPLOYMENT,
        ReasonCode.GROUP_NOT_ACCEPTED,
        ReasonCode.BEGINNER_NOT_ACCEPTED,
        ReasonCode.AGE,
        ReasonCode.MINORS,
        ReasonCode.LOAD,
        ReasonCode.NO_WORK_FIT,
        ReasonCode.OFFER_NOT_PERMITTED,
        ReasonCode.NO_WISH_FIT,
        ReasonCode.TOO_SOON,
        ReasonCode.NO_COMMON_DATE,
        ReasonCode.NO_LOCAL_HANDS,
        ReasonCode.NO_ROUTE,
        ReasonCode.TRAVEL_TOO_FAR,
        ReasonCode.PLACES_SHORT,
        ReasonCode.FIRST_VISIT_MAX,
        ReasonCode.QUALIFICATION,
    }
)
"""Rules a community could do something about; a block or a full diary is the other side's own affair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """Parties a rule keeps away, and those it alone keeps away."""

    code: ReasonCode
    failed: int
    only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Counts for one need; `best_change` would let `best_gain` more parties pass (None: none would)."""

    need_id: int
    compared: int
    passed: int
    rules: tuple[RuleCount, ...]
    best_change: ReasonCode | None
    best_gain: int


def diagnose(*, needs: NeedSet, merged: Merged, need_id: int) -> Diagnosis:
    """Rules that keep anybody away from a need, the costliest first.

    Raises:
        KeyError: the need is not part of the run.
    """
    number = needs.number_of[need_id]
    counts = [
        RuleCount(code=code, failed=int(failed), only=int(only))
        for code, failed, only in zip(HARD_RULES, merged.failed[number], merged.only[number], strict=True)
    ]
    helpful = [count for count in counts if count.code in CHANGEABLE and count.only]
    best = max(helpful, key=lambda count: count.only, default=None)
    return Diagnosis(
        need_id=need_id,
        compared=merged.compared,
        passed=int(merged.passed[number]),
        rules=tuple(sorted((c for c in counts if c.failed), key=lambda c: (-c.only, -c.failed))),
        best_change=best.code if best else None,
        best_gain=best.only if best else 0,
    )


def only_scores(*, needs: NeedSet, merged: Merged) -> dict[int, int]:
    """Of a run that compared one party: its score with every need it fits, by the need's id, in the order of the needs.

    Raises:
        ValueError: the run compared several parties, or none.
    """
    _check_only(merged)
    scores = merged.need_scores[:, 0]
    return {
        need.row.id: int(score)
        for need, score in zip(needs.needs, scores, strict=True)
        if score > EMPTY_SCORE
    }


def only_reasons(*, needs: NeedSet, merged: Merged) -> dict[int, tuple[ReasonCode, ...]]:
    """Of a run that compared one party: the rules that keep it from every need it does not fit, as ``assess`` names them.

    Raises:
        ValueError: the run compared several parties, or none.
    """
    _check_only(merged)
    return {
        need.row.id: tuple(code for code, count in zip(HARD_RULES, failed, strict=True) if count)
        for need, failed in zip(needs.needs, merged.failed, strict=True)
        if failed.any()
    }


def _check_only(merged: Merged) -> None:
    if merged.compared != 1:
        raise ValueError("a run over one party")
