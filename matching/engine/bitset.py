"""The numpy back end: judge, score and keep the best of one shard. Exact; no Python per pair.

A shard is a range of blocks of 256 parties. Every need is scanned over the whole shard at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.needs import CompiledNeed, NeedSet
from matching.engine.policy import MICRO, Weights
from matching.engine.reasons import tally_of
from matching.engine.rules import Verdict, judge
from matching.engine.score import comfort_vector, mutual_vector, wait_term
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Shard, ShardResult
from matching.engine.sieve import Sieve
from matching.engine.snapshot import BLOCK, I64, Snapshot
from matching.engine.types import HARD_RULES

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Passing pairs of one need: party row within the shard, its rank, its score."""

    at: I64
    rank: I64
    score: I64


def slot_scores(*, need: CompiledNeed, verdict: Verdict, weights: Weights) -> I64:
    """(slots, n) score in each slot, -1 where the slot is not usable.

    The limit, and with it the comfort, differs between a remote slot, a stay and a day trip.
    """
    usable = verdict.usable()
    fit, columns = verdict.fit, verdict.columns
    mutual = mutual_vector(f_num=fit.f_num, f_den=fit.f_den, g_num=fit.g_num, g_den=fit.g_den)
    terms = verdict.known * weights.relation_bonus + wait_term(wait_days=need.row.wait_days, weights=weights)
    terms = terms + np.asarray(columns.kept * weights.kept_max // MICRO)
    scores = np.full(usable.shape, EMPTY_SCORE, dtype=np.int64)
    for number, slot in enumerate(need.slots):
        limit = columns.travel_limit if slot.long_limit else columns.day_limit
        comfort = comfort_vector(
            mutual=mutual,
            travel_minutes=verdict.travel,
            limit_minutes=np.zeros_like(limit) if slot.remote else np.maximum(limit, 1),
            quarters=weights.comfort_quarters,
        )
        scores[number] = np.where(usable[number], comfort + terms, EMPTY_SCORE)
    return scores


def score_shard(
    *, snapshot: Snapshot, needs: NeedSet, minutes: I32, weights: Weights, shard: Shard, count: bool
) -> ShardResult:
    """See `scan.score_shard`. Without `count` only pairs that `sieve` leaves are judged."""
    first, last = shard.first_block * BLOCK, min(shard.last_block * BLOCK, snapshot.count)
    tables = _Tables.empty(needs=len(needs.needs), keep=weights.top_k + weights.slack)
    passing: list[_Pairs] = []
    sieve = None if count else Sieve.of(snapshot, minutes=minutes, weights=weights)
    present = _present(snapshot, first=first, last=last)
    for number, need in enumerate(needs.needs):
        rows = present if sieve is None else sieve.rows_of(need, first=first, last=last)
        verdict = judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows)
        pairs = _passing(need=need, verdict=verdict, weights=weights, first=first)
        tables.put(number, pairs=pairs)
        if count:
            tables.count(number, verdict=verdict)
        passing.append(pairs)
    party = _party_lists(passing, parties=last - first, keep=needs.kept_per_party(weights.top_l))
    return ShardResult(
        first_row=first,
        total_rows=snapshot.count,
        need_scores=tables.scores,
        need_ranks=tables.ranks,
        party_ranks=snapshot.columns.rank[first:last].astype(np.int32),
        party_scores=party[0],
        party_needs=party[1],
        party_passed=_party_passed(passing, parties=last - first),
        failed=tables.failed,
        only=tables.only,
        passed=tables.passed,
    )


def _present(snapshot: Snapshot, *, first: int, last: int) -> I64 | slice:
    """The rows of a shard without those that are gone."""
    gone = snapshot.columns.gone[first:last]
    return first + np.flatnonzero(~gone) if gone.any() else slice(first, last)


def _passing(*, need: CompiledNeed, verdict: Verdict, weights: Weights, first: int) -> _Pairs:
    best = slot_scores(need=need, verdict=verdict, weights=weights).max(axis=0, initial=EMPTY_SCORE)
    at = np.flatnonzero(best > EMPTY_SCORE)
    columns = verdict.columns
    return _Pairs(at=columns.row[at] - first, rank=columns.rank[at], score=best[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """What a scan fills, one line per need."""

    scores: I32
    ranks: I32
    failed: I64
    only: I64
    passed: I64

    @classmethod
    def empty(cls, *, needs: int, keep: int) -> _Tables:
        rules = len(HARD_RULES)
        return cls(
            scores=np.full((needs, keep), EMPTY_SCORE, dtype=np.int32),
            ranks=np.full((needs, keep), EMPTY_RANK, dtype=np.int32),
            failed=np.zeros((needs, rules), dtype=np.int64),
            only=np.zeros((needs, rules), dtype=np.int64),
            passed=np.zeros(needs, dtype=np.int64),
        )

    def put(self, number: int, *, pairs: _Pairs) -> None:
        """Best first; equal scores in the order of the public ids."""
        best = np.lexsort((pairs.rank, -pairs.score))[: self.scores.shape[1]]
        self.scores[number, : len(best)] = pairs.score[best]
        self.ranks[number, : len(best)] = pairs.rank[best]
        self.passed[number] = len(pairs.at)

    def count(self, number: int, *, verdict: Verdict) -> None:
        """Which rule kept how many away."""
        tally = tally_of(verdict)
        self.failed[number], self.only[number] = tally.failed, tally.only


def _party_lists(passing: list[_Pairs], *, parties: int, keep: int) -> tuple[I32, I32]:
    """Scores and need numbers of each party's best needs, best first, ties by the need's public id."""
    scores = np.full((parties, keep), EMPTY_SCORE, dtype=np.int32)
    numbers = np.full((parties, keep), EMPTY_RANK, dtype=np.int32)
    if not passing:
        return scores, numbers
    at = np.concatenate([pairs.at for pairs in passing])
    score = np.concatenate([pairs.score for pairs in passing])
    need = np.repeat(np.arange(len(passing)), [len(pairs.at) for pairs in passing])
    order = np.lexsort((need, -score, at))
    at, score, need = at[order], score[order], need[order]
    place = np.arange(len(at)) - np.searchsorted(at, at)
    kept = place < keep
    scores[at[kept], place[kept]] = score[kept]
    numbers[at[kept], place[kept]] = need[kept]
    return scores, numbers


def _party_passed(passing: list[_Pairs], *, parties: int) -> I32:
    """Needs whose hard rules each party passes."""
    total = np.zeros(parties, dtype=np.int32)
    for pairs in passing:
        total[pairs.at] += 1
    return total
