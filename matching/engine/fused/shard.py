"""One shard by the compiled pass: arrays made, lists filled, the result as `bitset.score_shard` gives it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matching.engine.fused.arrays import needs_of, parties_of, slots_of
from matching.engine.fused.passes import Desk, Lists, Settings, scan
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.shards import EMPTY_RANK, EMPTY_SCORE, Shard, ShardResult
from matching.engine.snapshot import BLOCK, Snapshot
from matching.engine.types import HARD_RULES

I32 = npt.NDArray[np.int32]


def score_shard(
    *, snapshot: Snapshot, needs: NeedSet, minutes: I32, weights: Weights, shard: Shard, count: bool
) -> ShardResult:
    """As `bitset.score_shard`, byte for byte; without `count` the counts of rules stay zero."""
    first, last = shard.first_block * BLOCK, min(shard.last_block * BLOCK, snapshot.count)
    out = _empty(needs=needs, parties=last - first, weights=weights)
    settings = Settings(
        neutral=weights.neutral_micro,
        relation=weights.relation_bonus,
        quarters=weights.comfort_quarters,
        fifths=weights.near_limit_fifths,
    )
    words = (snapshot.columns.can_any.shape[0], snapshot.columns.wish.shape[1])
    scan(
        parties_of(snapshot, first=first, last=last, weights=weights),
        needs_of(needs, words=words, weights=weights),
        slots_of(needs),
        np.ascontiguousarray(minutes, dtype=np.int32),
        settings, count, _desk(needs), out,
    )  # fmt: skip
    return ShardResult(
        first_row=first,
        total_rows=snapshot.count,
        need_scores=out.need_scores.astype(np.int32),
        need_ranks=out.need_ranks.astype(np.int32),
        party_ranks=snapshot.columns.rank[first:last].astype(np.int32),
        party_scores=out.party_scores.astype(np.int32),
        party_needs=out.party_needs.astype(np.int32),
        party_passed=out.party_passed,
        failed=out.failed,
        only=out.only,
        passed=out.passed,
    )


def _desk(needs: NeedSet) -> Desk:
    most = max((len(need.slots) for need in needs.needs), default=0)
    return Desk(
        open_rows=np.zeros(BLOCK, dtype=np.uint64),
        free=np.zeros(BLOCK, dtype=np.uint64),
        masks=np.zeros(max(most, 1), dtype=np.int64),
    )


def _empty(*, needs: NeedSet, parties: int, weights: Weights) -> Lists:
    keep, rules, count = weights.top_k + weights.slack, len(HARD_RULES), len(needs.needs)
    wide = needs.kept_per_party(weights.top_l)
    return Lists(
        need_scores=np.full((count, keep), EMPTY_SCORE, dtype=np.int64),
        need_ranks=np.full((count, keep), EMPTY_RANK, dtype=np.int64),
        party_scores=np.full((parties, wide), EMPTY_SCORE, dtype=np.int64),
        party_needs=np.full((parties, wide), EMPTY_RANK, dtype=np.int64),
        party_passed=np.zeros(parties, dtype=np.int32),
        passed=np.zeros(count, dtype=np.int64),
        failed=np.zeros((count, rules), dtype=np.int64),
        only=np.zeros((count, rules), dtype=np.int64),
    )
