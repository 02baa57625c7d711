"""Candidate placements: the union of the best of every need and the best of every party, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from matching.engine.bitset import slot_scores
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.rules import judge
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Merged
from matching.engine.snapshot import I64, Bools, Snapshot
from matching.engine.turns import resting, tied_rows

I32 = npt.NDArray[np.int32]
LINES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """One entry per need, slot and party that fit, sorted by (party rank, need, slot).

    `need` and `slot` are numbers within the need set and within the need; `people` is the most that may
    come into the empty slot, `least` the fewest; `tied`: the party knows the community or has a promise with it. `left_out`:
    parties without an edge only because they were asked as often as allowed, at one need at least.
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
    left_out: int

    def __len__(self) -> int:
        return len(self.need)

    def take(self, which: I64 | Bools) -> Edges:
        """Some of the edges, in the order asked for."""
        arrays = [field.name for field in fields(self) if field.name != "left_out"]
        return replace(self, **{name: getattr(self, name)[which] for name in arrays})


def candidate_edges(
    *, snapshot: Snapshot, needs: NeedSet, merged: Merged, minutes: I32, weights: Weights
) -> Edges:
    """Judge the kept pairs again, slot by slot, and list what is usable.

    Who rests (see ``turns``) is passed over at communities new to it; the next best kept for the need take its place, and
    where these were too few, those found beside them (see ``reserve``).
    """
    wanted, left_out = _pairs_by_need(snapshot=snapshot, needs=needs, merged=merged, weights=weights)
    parts = [
        _edges_of(number, rows=rows, snapshot=snapshot, needs=needs, minutes=minutes, weights=weights)
        for number, rows in enumerate(wanted)
    ]
    joined = np.concatenate([np.zeros((LINES, 0), dtype=np.int64), *parts], axis=1)
    order = np.lexsort((joined[1], joined[0], joined[3]))
    need, slot, row, rank, score, people, least, known, tied = joined[:, order]
    return Edges(
        need=need, slot=slot, row=row, rank=rank, score=score, people=people, least=least,
        known=known != 0, tied=tied != 0, left_out=left_out,
    )  # fmt: skip


def _pairs_by_need(
    *, snapshot: Snapshot, needs: NeedSet, merged: Merged, weights: Weights
) -> tuple[list[I64], int]:
    """Sorted snapshot rows to look at, per need; and how many parties were left out of them because they rest."""
    rests, left_out = resting(snapshot, weights), np.zeros(snapshot.count, dtype=np.bool_)
    by_rank, place = np.nonzero(merged.party_needs != EMPTY_RANK)
    numbers = merged.party_needs[by_rank, place]
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(len(needs.needs) + 1))
    rows = []
    for number, need in enumerate(needs.needs):
        best, others = (_rows(snapshot, lists[number]) for lists in (merged.need_ranks, merged.reserve_ranks))
        chosen = snapshot.row_of_rank[by_rank[order[starts[number] : starts[number + 1]]]]
        tied = tied_rows(snapshot, need.row.region)
        rested = [at[rests[at] & ~np.isin(at, tied)] for at in (best[: weights.top_k], chosen)]
        left_out[np.concatenate(rested)] = True
        best, chosen = (at[~rests[at] | np.isin(at, tied)] for at in (best, chosen))
        rows.append(np.unique(np.concatenate([best[: weights.top_k], chosen, others])))
    return rows, int(left_out.sum())


def _rows(snapshot: Snapshot, ranks: I32) -> I64:
    """Rows of the parties on a list."""
    rows: I64 = snapshot.row_of_rank[ranks[ranks != EMPTY_RANK]]
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
    tied = np.isin(columns.row, tied_rows(snapshot, need.row.region))
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
            tied[at].astype(np.int64),
        ]
    )
