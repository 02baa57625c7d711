"""One shard by the compiled pass: arrays made, lists filled, the result as `bitset.score_shard` gives it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matching.engine.fused.arrays import needs_of, parties_of, slots_of, ways_of
from matching.engine.fused.passes import Lists, Settings, scan
from matching.engine.fused.sieve import desk
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
        ways_of(needs, minutes=minutes, weights=weights),
        settings, count,
        desk(
            ring=snapshot.columns.ring.shape[0], kinds=words[0], assets=words[1],
            slots=max((len(need.slots) for need in needs.needs), default=0),
        ), out,
    )  # fmt: skip
    return ShardResult(
        first_row=first,
        total_rows=snapshot.count,
        need_scores=out.need_scores,
        need_ranks=out.need_ranks,
        party_ranks=snapshot.columns.rank[first:last].astype(np.int32),
        party_scores=out.party_scores,
        party_needs=out.party_needs,
        party_passed=out.party_passed,
        failed=out.failed,
        only=out.only,
        passed=out.passed,
    )


def _empty(*, needs: NeedSet, parties: int, weights: Weights) -> Lists:
    keep, rules, count = weights.top_k + weights.slack, len(HARD_RULES), len(needs.needs)
    wide = needs.kept_per_party(weights.top_l)
    return Lists(
        need_scores=np.full((count, keep), EMPTY_SCORE, dtype=np.int32),
        need_ranks=np.full((count, keep), EMPTY_RANK, dtype=np.int32),
        party_scores=np.full((parties, wide), EMPTY_SCORE, dtype=np.int32),
        party_needs=np.full((parties, wide), EMPTY_RANK, dtype=np.int32),
        party_passed=np.zeros(parties, dtype=np.int32),
        passed=np.zeros(count, dtype=np.int64),
        failed=np.zeros((count, rules), dtype=np.int64),
        only=np.zeros((count, rules), dtype=np.int64),
    )
