"""One shard by the back end that suits the size of the run; which one it was cannot be told from the result."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from matching.engine import bitset
from matching.engine.needs import NeedSet
from matching.engine.policy import Weights
from matching.engine.shards import Shard, ShardResult
from matching.engine.snapshot import Snapshot

I32 = npt.NDArray[np.int32]
COMPILED_FROM = 20_000_000
"""Pairs of a run from which on compiling, or loading what was compiled, takes less time than it saves."""
NEED_IN_PAIRS = 40_000
"""As many pairs take the plain back end as long as a need that nobody is compared with: laying it out, some half a millisecond."""
HAS_COMPILER = find_spec("numba") is not None


def score_shard(
    *,
    snapshot: Snapshot,
    needs: NeedSet,
    minutes: I32,
    weights: Weights,
    shard: Shard,
    count: bool = True,
    compiled: bool | None = None,
) -> ShardResult:
    """The best `top_k + slack` parties of every need and `top_l` needs of every party in one shard.

    `minutes` is int32 [0 car | 1 public, need zone, home zone], -1 = unreachable. Same inputs give the same
    bytes; shards may run in any order, twice, or on different machines, with either back end.

    Args:
        count: also count for every need which rule keeps how many away; without it these counts are zero.
        compiled: which back end; None = where numba is installed the compiled one for many pairs, or for one participant and
            many needs.

    Raises:
        ImportError: the compiled back end was asked for and numba is not installed.
    """
    if compiled is None:
        compiled = HAS_COMPILER and len(needs.needs) * (snapshot.count + NEED_IN_PAIRS) >= COMPILED_FROM
    if compiled:
        from matching.engine.fused import shard as fused  # noqa: PLC0415  # numba is heavy, and not everywhere

        return fused.score_shard(
            snapshot=snapshot, needs=needs, minutes=minutes, weights=weights, shard=shard, count=count
        )
    return bitset.score_shard(
        snapshot=snapshot, needs=needs, minutes=minutes, weights=weights, shard=shard, count=count
    )
