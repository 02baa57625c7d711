"""The few parties of a large run that the allocation has to choose between, as a small snapshot of their own.

A run may have compared layers: parties packed a while ago, without those that have changed since, and an overlay of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from matching.engine.columns import Columns
from matching.engine.facts import I64
from matching.engine.needs import NeedSet
from matching.engine.packed import Packed
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Merged
from matching.engine.snapshot import Bools, Snapshot, assemble

I32 = npt.NDArray[np.int32]
PAIRS_MAX = 2_000_000
"""Up to so many pairs on the lists of parties, everybody who fits anywhere stays: above, who is on a need's list, knows it or has a promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Some parties of a run and what came of comparing them with its needs."""

    snapshot: Snapshot
    merged: Merged


def without(snapshot: Snapshot, rows: I64) -> Snapshot:
    """The same parties but for those of some rows, which are never judged again."""
    gone = snapshot.columns.gone.copy()
    gone[rows] = True
    return replace(snapshot, columns=replace(snapshot.columns, gone=gone))


def condensed(*, layers: Sequence[Layer], needs: NeedSet, pairs_max: int = PAIRS_MAX) -> Layer:
    """Whom the allocation may place, and the lists of the run with these parties' new ranks.

    Counts (`compared`, `passed`, `failed`) stay those of the whole run. Where nobody is left out, it is as if all layers
    had been one snapshot from the beginning.
    """
    everybody = sum(int((layer.merged.party_needs != EMPTY_RANK).sum()) for layer in layers) <= pairs_max
    regions = {need.row.region for need in needs.needs}
    chosen = [_chosen(layer, everybody=everybody, regions=regions) for layer in layers]
    first = layers[0].snapshot
    parts = [_packed_rows(layer.snapshot, rows) for layer, rows in zip(layers, chosen, strict=True)]
    small = assemble(vocabulary=first.vocabulary, horizon=first.horizon, parts=lambda: parts)
    return Layer(snapshot=small, merged=_merged(layers, chosen, small))


def _packed_rows(snapshot: Snapshot, rows: I64) -> Packed:
    """Some rows of a snapshot, packed again."""
    places = np.full(snapshot.count, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows), dtype=np.int64)
    return Packed(
        public=snapshot.public[rows],
        columns=Columns(**{name: array[..., rows] for name, array in snapshot.columns.arrays().items()}),
        facts=snapshot.facts.at(places),
        pieces=snapshot.pieces,
        profile_exact=snapshot.profile_exact,
    )


def _chosen(layer: Layer, *, everybody: bool, regions: set[int]) -> I64:
    """Rows, rising."""
    snapshot, merged = layer.snapshot, layer.merged
    fits = merged.party_passed > 0
    if everybody:
        ranks = np.flatnonzero(fits)
        return np.sort(snapshot.row_of_rank[ranks])
    lists = np.concatenate([merged.need_ranks, merged.reserve_ranks], axis=1)
    listed = np.unique(lists[lists != EMPTY_RANK])
    tied = np.concatenate([snapshot.facts.known, snapshot.facts.agreed], axis=1)
    friends = tied[0, np.isin(tied[1], sorted(regions))]
    friends = friends[fits[snapshot.columns.rank[friends]]]
    return np.union1d(snapshot.row_of_rank[listed], friends)


def _merged(layers: Sequence[Layer], chosen: Sequence[I64], small: Snapshot) -> Merged:
    ranks = [_new_ranks(layer, rows, small) for layer, rows in zip(layers, chosen, strict=True)]
    need_scores, need_ranks = _best(
        [layer.merged.need_scores for layer in layers],
        [_renamed(layer.merged.need_ranks, new) for layer, new in zip(layers, ranks, strict=True)],
    )
    reserve_scores, reserve_ranks = _best(
        [layer.merged.reserve_scores for layer in layers],
        [_renamed(layer.merged.reserve_ranks, new) for layer, new in zip(layers, ranks, strict=True)],
    )
    wide = layers[0].merged.party_scores.shape[1]
    party_scores = np.full((small.count, wide), EMPTY_SCORE, dtype=np.int32)
    party_needs = np.full((small.count, wide), EMPTY_RANK, dtype=np.int32)
    party_passed = np.zeros(small.count, dtype=np.int32)
    for layer, new in zip(layers, ranks, strict=True):
        old = np.flatnonzero(new >= 0)
        party_scores[new[old]] = layer.merged.party_scores[old]
        party_needs[new[old]] = layer.merged.party_needs[old]
        party_passed[new[old]] = layer.merged.party_passed[old]
    gone = sum(int(layer.snapshot.columns.gone.sum()) for layer in layers)
    return Merged(
        compared=sum(layer.merged.compared for layer in layers) - gone,
        need_scores=need_scores,
        need_ranks=need_ranks,
        party_scores=party_scores,
        party_needs=party_needs,
        party_passed=party_passed,
        failed=_sum([layer.merged.failed for layer in layers]),
        only=_sum([layer.merged.only for layer in layers]),
        passed=_sum([layer.merged.passed for layer in layers]),
        reserve_scores=reserve_scores,
        reserve_ranks=reserve_ranks,
    )


def _best(scores: Sequence[I32], ranks: Sequence[I32]) -> tuple[I32, I32]:
    """Lists of all layers as one of the same width, best first, equal scores by rank."""
    every, listed = np.concatenate(scores, axis=1), np.concatenate(ranks, axis=1)
    best = np.lexsort((listed, -every), axis=1)[:, : scores[0].shape[1]]
    return np.take_along_axis(every, best, axis=1), np.take_along_axis(listed, best, axis=1)


def _new_ranks(layer: Layer, rows: I64, small: Snapshot) -> I64:
    """The new rank by the old one, -1 for parties left out."""
    columns = layer.snapshot.columns
    new = np.full(layer.snapshot.count, -1, dtype=np.int64)
    new[columns.rank[rows]] = small.columns.rank[small.rows_of(columns.id[rows])]
    return new


def _renamed(listed: I32, new: I64) -> I32:
    """Ranks on lists of needs as they are now. Everybody on such a list was chosen."""
    filled: Bools = listed != EMPTY_RANK
    renamed = listed.copy()
    renamed[filled] = new[listed[filled]]
    return renamed


def _sum(arrays: list[I64]) -> I64:
    return np.asarray(np.sum(np.stack(arrays), axis=0), dtype=np.int64)
