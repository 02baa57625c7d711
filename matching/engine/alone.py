"""What a run over one party tells of every need: the scores of those it fits, the rules that keep it from the others."""

from __future__ import annotations

from matching.engine.needs import NeedSet
from matching.engine.shards import EMPTY_SCORE, Merged
from matching.engine.types import HARD_RULES, ReasonCode


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
