"""Needs whose kept list is taken up by parties that rest (see `turns`): looked at once more without these.

The lists of a scan stay what they are, for they also tell who fits and in which place. What is found here beside them
may be proposed, nothing more. A party that rests is not found here, not even where it knows the community: standing
beyond the need's list, it still comes only through its own list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from matching.engine.condense import Layer, without
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.scan import score_shard
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, merge, shards_of
from matching.engine.turns import resting, tied_rows

I32 = npt.NDArray[np.int32]
PAIRS_MAX = 400_000_000
"""So many pairs are looked at once more at most: four hundred needs and a million parties, some ten seconds without compiled code."""
BLOCKS = 1024
"""Blocks of 256 parties scanned at once."""


def short_of_candidates(
    layer: Layer, *, needs: NeedSet, weights: Weights, pairs_max: int = PAIRS_MAX
) -> tuple[int, ...]:
    """Numbers of the needs that may miss somebody: their list is full, and fewer than `top_k` on it may be proposed.

    Those with the fewest come first; as many as `pairs_max` allows, one at least. Where the list is not full, it holds
    everybody who fits. `layer` is the whole run, as `condense.condensed` gives it.
    """
    snapshot, merged = layer.snapshot, layer.merged
    rests = resting(snapshot, weights)
    full = np.flatnonzero((merged.need_ranks != EMPTY_RANK).all(axis=1))
    left: list[tuple[int, int]] = []
    for number in full.tolist() if rests.any() else ():
        rows = snapshot.row_of_rank[merged.need_ranks[number]]
        tied = np.isin(rows, tied_rows(snapshot, needs.needs[number].row.region))
        left.append((int((~rests[rows] | tied).sum()), number))
    short = sorted(each for each in left if each[0] < weights.top_k)
    return tuple(number for _left, number in short[: max(1, pairs_max // max(merged.compared, 1))])


def with_reserve(
    layer: Layer, *, needs: NeedSet, numbers: Iterable[int], minutes: I32, weights: Weights
) -> Layer:
    """The layer with the best `top_k` parties that do not rest, of the needs of these `numbers`; nobody for the others."""
    chosen = list(numbers)
    some = NeedSet(
        needs=tuple(needs.needs[number] for number in chosen),
        number_of={needs.needs[number].row.id: at for at, number in enumerate(chosen)},
    )
    awake = without(layer.snapshot, np.flatnonzero(resting(layer.snapshot, weights)))
    found = merge(
        score_shard(
            snapshot=awake, needs=some, minutes=minutes, shard=shard, count=False,
            weights=replace(weights, slack=0, top_l=1),
        )
        for shard in shards_of(awake, blocks_per_shard=BLOCKS)
    )  # fmt: skip
    scores = np.full((len(needs.needs), weights.top_k), EMPTY_SCORE, dtype=np.int32)
    ranks = np.full((len(needs.needs), weights.top_k), EMPTY_RANK, dtype=np.int32)
    scores[chosen], ranks[chosen] = found.need_scores, found.need_ranks
    return replace(layer, merged=replace(layer.merged, reserve_scores=scores, reserve_ranks=ranks))
