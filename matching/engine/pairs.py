"""Pairs in full: the score of one with every part, or the reasons why not; the best of a need side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.bitset import slot_scores
from matching.engine.needs import CompiledNeed, NeedSet
from matching.engine.policy import Weights
from matching.engine.reasons import reasons_of
from matching.engine.rules import Verdict, judge
from matching.engine.score import PairScore, comfort_micro, kept_term, mutual_micro, wait_term
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Merged
from matching.engine.snapshot import Snapshot
from matching.engine.types import ReasonCode

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A pair looked at alone. `score` is that of the best slot, None when a hard rule fails.

    `regardless` is that of the best slot whether or not it is usable, None without any slot. `slots` are (slot id, people that may come) of the usable slots by time; `reasons` the failed rules.
    """

    reasons: tuple[ReasonCode, ...]
    score: PairScore | None
    regardless: PairScore | None
    slots: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A party that passes every hard rule of a need, with the score of its best slot."""

    participant_id: int
    score: PairScore


def pair_score(
    *, need: CompiledNeed, verdict: Verdict, column: int, slot: int, weights: Weights
) -> PairScore:
    """Every stored integer of one judged pair in one of its slots (numbers within verdict and need)."""
    fit, columns, compiled = verdict.fit, verdict.columns, need.slots[slot]
    f_num, f_den = int(fit.f_num[column]), int(fit.f_den[column])
    g_num, g_den = int(fit.g_num[column]), int(fit.g_den[column])
    limit = int((columns.travel_limit if compiled.long_limit else columns.day_limit)[column])
    travel, limit = (0, 0) if compiled.remote else (int(verdict.travel[column]), max(limit, 1))
    mutual = mutual_micro(f_num=f_num, f_den=f_den, g_num=g_num, g_den=g_den)
    comfort = comfort_micro(
        mutual=mutual, travel_minutes=travel, limit_minutes=limit, quarters=weights.comfort_quarters
    )
    relation = weights.relation_bonus if bool(verdict.known[column]) else 0
    kept = kept_term(kept_micro=int(columns.kept[column]), weights=weights)
    wait = wait_term(wait_days=need.row.wait_days, weights=weights)
    return PairScore(
        f_num=f_num,
        f_den=f_den,
        g_num=g_num,
        g_den=g_den,
        travel_minutes=travel,
        limit_minutes=limit,
        comfort_quarters=weights.comfort_quarters,
        mutual_micro=mutual,
        comfort_micro=comfort,
        relation_micro=relation,
        kept_micro=kept,
        wait_micro=wait,
        score_micro=comfort + relation + kept + wait if mutual else 0,
    )


def assess(
    *,
    snapshot: Snapshot,
    needs: NeedSet,
    need_id: int,
    participant_id: int,
    minutes: I32,
    weights: Weights,
) -> Assessment:
    """Judge one pair: for an application, an invitation, or the question "why not?".

    Raises:
        KeyError: need or participant is not part of the run.
    """
    need = needs.needs[needs.number_of[need_id]]
    rows = np.array([snapshot.row_of(participant_id)], dtype=np.int64)
    verdict = judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows)
    scores = slot_scores(need=need, verdict=verdict, weights=weights)[:, 0]
    usable = [int(slot) for slot in np.flatnonzero(scores > EMPTY_SCORE)]
    every = [
        pair_score(need=need, verdict=verdict, column=0, slot=number, weights=weights)
        for number in range(len(need.slots))
    ]
    return Assessment(
        reasons=reasons_of(verdict, column=0),
        score=every[int(np.argmax(scores))] if usable else None,
        regardless=max(every, key=lambda each: each.score_micro, default=None),
        slots=tuple((need.slots[slot].row.id, int(verdict.people[slot, 0])) for slot in usable),
    )


def best_of_need(
    *,
    snapshot: Snapshot,
    needs: NeedSet,
    merged: Merged,
    need_id: int,
    most: int,
    minutes: I32,
    weights: Weights,
) -> tuple[Passing, ...]:
    """At most `most` parties that passed, best first, with every part of their scores; `judge` is called once.

    Scores and order are those of the merged lists, which hold no parts; no more parties than those lists kept.

    Raises:
        KeyError: the need is not part of the run.
    """
    number = needs.number_of[need_id]
    ranks = merged.need_ranks[number, :most].astype(np.int64)
    best = snapshot.row_of_rank[ranks[ranks != EMPTY_RANK]]
    if not len(best):
        return ()
    need, rows = needs.needs[number], np.sort(best)
    verdict = judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows)
    slots = slot_scores(need=need, verdict=verdict, weights=weights).argmax(axis=0)
    return tuple(
        Passing(
            participant_id=int(snapshot.columns.id[row]),
            score=pair_score(
                need=need, verdict=verdict, column=column, slot=int(slots[column]), weights=weights
            ),
        )
        for row, column in zip(best.tolist(), np.searchsorted(rows, best).tolist(), strict=True)
    )
