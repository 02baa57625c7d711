"""One shard by the compiled pass: arrays made, lists filled, the result as `bitset.score_shard` gives it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matching.engine.fused.arrays import needs_of, parties_of, slots_of, ways_of
from matching.engine.fused.passes import LAST_RANK, RANK_BITS, Lists, Settings, scan, scan_counting
from matching.engine.fused.sieve import desk
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.shards import EMPTY_SCORE, Shard, ShardResult
from matching.engine.snapshot import BLOCK, I64, Snapshot
from matching.engine.types import HARD_RULES

I32 = npt.NDArray[np.int32]
RANK_MASK = (1 << RANK_BITS) - 1
EMPTY = EMPTY_SCORE << RANK_BITS  # as `entry_of(EMPTY_SCORE, EMPTY_RANK)`


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
    fill = scan_counting if count else scan
    fill(
        parties_of(snapshot, first=first, last=last, weights=weights),
        needs_of(needs, words=words, weights=weights),
        slots_of(needs),
        ways_of(needs, minutes=minutes, homes=_homes(snapshot, first=first, last=last), weights=weights),
        settings,
        desk(
            ring=snapshot.columns.ring.shape[0], kinds=words[0], assets=words[1],
            slots=max((len(need.slots) for need in needs.needs), default=0),
        ), out,
    )  # fmt: skip
    return ShardResult(
        first_row=first,
        total_rows=snapshot.count,
        need_scores=_scores(out.needs),
        need_ranks=_ranks(out.needs),
        party_ranks=snapshot.columns.rank[first:last].astype(np.int32),
        party_scores=_scores(out.parties),
        party_needs=_ranks(out.parties),
        party_passed=out.party_passed,
        failed=out.failed,
        only=out.only,
        passed=out.passed,
    )


def _homes(snapshot: Snapshot, *, first: int, last: int) -> slice:
    """The zones of some rows, which are sorted by them."""
    zones = snapshot.columns.zone[first:last]
    return slice(int(zones[0]), int(zones[-1]) + 1) if len(zones) else slice(0, 0)


def _empty(*, needs: NeedSet, parties: int, weights: Weights) -> Lists:
    keep, rules, count = weights.top_k + weights.slack, len(HARD_RULES), len(needs.needs)
    wide = needs.kept_per_party(weights.top_l)
    return Lists(
        needs=np.full((count, keep), EMPTY, dtype=np.int64),
        need_last=np.full(count, EMPTY, dtype=np.int64),
        parties=np.full((parties, wide), EMPTY, dtype=np.int64),
        party_passed=np.zeros(parties, dtype=np.int32),
        passed=np.zeros(count, dtype=np.int64),
        failed=np.zeros((count, rules), dtype=np.int64),
        only=np.zeros((count, rules), dtype=np.int64),
    )


def _scores(entries: I64) -> I32:
    return (entries >> RANK_BITS).astype(np.int32)


def _ranks(entries: I64) -> I32:
    return (LAST_RANK - (entries & RANK_MASK)).astype(np.int32)
