"""Candidate placements: the union of the best of every need and the best of every party, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.bitset import slot_scores
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.rules import judge
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Merged
from matching.engine.snapshot import I64, Bools, Snapshot

I32 = npt.NDArray[np.int32]
LINES = 9
NOBODY: I64 = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """One entry per need, slot and party that fit, sorted by (party rank, need, slot).

    `need` and `slot` are numbers within the need set and within the need; `people` is the most that may
    come into the empty slot, `least` the fewest; `tied`: the party knows the community or has a promise with it.
    """

    need: I64
    slot: I64
    row: I64
    rank: I64
    score: I64
    people: I64
    least: I64
    known: Bools
    tied: Bools

    def __len__(self) -> int:
        return len(self.need)

    def take(self, which: I64 | Bools) -> Edges:
        """Some of the edges, in the order asked for."""
        return Edges(
            need=self.need[which],
            slot=self.slot[which],
            row=self.row[which],
            rank=self.rank[which],
            score=self.score[which],
            people=self.people[which],
            least=self.least[which],
            known=self.known[which],
            tied=self.tied[which],
        )


def candidate_edges(
    *, snapshot: Snapshot, needs: NeedSet, merged: Merged, minutes: I32, weights: Weights
) -> Edges:
    """Judge the kept pairs again, slot by slot, and list what is usable."""
    wanted = _pairs_by_need(snapshot=snapshot, needs=needs, merged=merged, top_k=weights.top_k)
    parts = [
        _edges_of(number, rows=rows, snapshot=snapshot, needs=needs, minutes=minutes, weights=weights)
        for number, rows in enumerate(wanted)
    ]
    joined = np.concatenate([np.zeros((LINES, 0), dtype=np.int64), *parts], axis=1)
    order = np.lexsort((joined[1], joined[0], joined[3]))
    need, slot, row, rank, score, people, least, known, tied = joined[:, order]
    return Edges(
        need=need, slot=slot, row=row, rank=rank, score=score, people=people, least=least,
        known=known != 0, tied=tied != 0,
    )  # fmt: skip


def _pairs_by_need(*, snapshot: Snapshot, needs: NeedSet, merged: Merged, top_k: int) -> list[I64]:
    """Sorted snapshot rows to look at, per need."""
    by_rank, place = np.nonzero(merged.party_needs != EMPTY_RANK)
    numbers = merged.party_needs[by_rank, place]
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(needs.needs) + 1))
    rows = []
    for number in range(len(needs.needs)):
        kept = merged.need_ranks[number, :top_k].astype(np.int64)
        chosen = by_rank[order[starts[number] : starts[number + 1]]]
        ranks = np.union1d(kept[kept != EMPTY_RANK], chosen)
        rows.append(np.sort(snapshot.row_of_rank[ranks]))
    return rows


def _edges_of(
    number: int, *, rows: I64, snapshot: Snapshot, needs: NeedSet, minutes: I32, weights: Weights
) -> I64:
    """(9, k) lines need, slot, row, rank, score, people, least, known, tied of one need."""
    need = needs.needs[number]
    if not need.slots or not len(rows):
        return np.zeros((LINES, 0), dtype=np.int64)
    verdict = judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows)
    scores = slot_scores(need=need, verdict=verdict, weights=weights)
    slot, at = np.nonzero(scores > EMPTY_SCORE)
    columns = verdict.columns
    promised = np.isin(columns.row, snapshot.sparse.agreed.get(need.row.region, NOBODY))
    return np.stack(
        [
            np.full(len(at), number, dtype=np.int64),
            slot.astype(np.int64),
            columns.row[at],
            columns.rank[at],
            scores[slot, at],
            verdict.people[slot, at],
            columns.min_people[at],
            verdict.known[at].astype(np.int64),
            (verdict.known | promised)[at].astype(np.int64),
        ]
    )
