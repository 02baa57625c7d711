"""What a run compares, packed; scored shard by shard, merged, and condensed where it is large. Nothing is written here."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from matching.engine import (
    NeedSet,
    Shard,
    ShardResult,
    Snapshot,
    build_needs,
    build_snapshot,
    merge,
    score_shard,
    shards_of,
)
from matching.engine.condense import Layer, condensed
from matching.engine.reserve import short_of_candidates, with_reserve
from matching.engine.snapshot import BLOCK
from matching.enums import ShardKind
from matching.models import MatchRun
from matching.snapshots import Inputs

BLOCKS_PER_SHARD = 16  # 4,096 parties: less is not worth the way over the broker, however many needs
PAIRS_PER_SHARD = 2_000_000  # nor are, in a large run, fewer pairs
SHARDS_MAX = 64  # every shard lays out the needs anew, and its result is a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The inputs of a run, packed for scoring. ``overlay``: participants changed since a large run's snapshot, else None."""

    inputs: Inputs
    snapshot: Snapshot
    needs: NeedSet
    overlay: Snapshot | None = None

    @property
    def is_large(self) -> bool:
        """Whether rules are counted only for needs that find too few, and later."""
        return self.overlay is not None

    @property
    def layers(self) -> tuple[Snapshot, ...]:
        """All participants that are compared."""
        return (self.snapshot,) if self.overlay is None else (self.snapshot, self.overlay)


def packed(inputs: Inputs) -> Prepared:
    """Inputs that were read whole."""
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    return Prepared(
        inputs=inputs, snapshot=snapshot, needs=build_needs(snapshot=snapshot, needs=inputs.needs)
    )


def cut(prepared: Prepared, *, whole: bool) -> tuple[Shard, ...]:
    """The shards of a run: by a number of blocks each, 64 shards at most, or the ``whole`` as one."""
    blocks, needs = max(prepared.snapshot.blocks, 1), max(len(prepared.needs.needs), 1)
    least = int(getattr(settings, "ENISHI_BLOCKS_PER_SHARD", 0))
    if not least:
        pairs = PAIRS_PER_SHARD if prepared.is_large else 0
        least = max(BLOCKS_PER_SHARD, pairs // (BLOCK * needs))
    per_shard = blocks if whole else max(least, -(-blocks // SHARDS_MAX))
    return shards_of(prepared.snapshot, blocks_per_shard=per_shard)


def score(prepared: Prepared, shard: Shard) -> ShardResult:
    """The best pairs of one shard."""
    return _scored(prepared, prepared.snapshot, shard)


def results_of(run: MatchRun) -> list[ShardResult]:
    """What its scored pieces came to, which is kept until the run ends. One query."""
    scored = run.shards.filter(kind=ShardKind.SCORE).order_by("number").values_list("result", flat=True)
    return [ShardResult.from_bytes(zlib.decompress(bytes(result or b""))) for result in scored]


def compared(prepared: Prepared, results: Iterable[ShardResult]) -> Layer:
    """The results of all shards merged; of a large run those whom the allocation may place, its overlay scored here.

    Needs on whose lists too many rest are scored once more here, without these.
    """
    layers = [Layer(snapshot=prepared.snapshot, merged=merge(results)), *_overlaid(prepared)]
    needs, minutes, weights = prepared.needs, prepared.inputs.minutes, prepared.inputs.weights
    found = _together(prepared, layers)
    numbers = short_of_candidates(found, needs=needs, weights=weights)
    if not numbers:
        return found
    return _together(
        prepared,
        [
            with_reserve(layer, needs=needs, numbers=numbers, minutes=minutes, weights=weights)
            for layer in layers
        ],
    )


def _overlaid(prepared: Prepared) -> list[Layer]:
    overlay = prepared.overlay
    if overlay is None:
        return []
    shards = shards_of(overlay, blocks_per_shard=BLOCKS_PER_SHARD)
    return [Layer(snapshot=overlay, merged=merge(_scored(prepared, overlay, shard) for shard in shards))]


def _together(prepared: Prepared, layers: Sequence[Layer]) -> Layer:
    return condensed(layers=layers, needs=prepared.needs) if prepared.is_large else layers[0]


def _scored(prepared: Prepared, snapshot: Snapshot, shard: Shard) -> ShardResult:
    return score_shard(
        snapshot=snapshot,
        needs=prepared.needs,
        minutes=prepared.inputs.minutes,
        weights=prepared.inputs.weights,
        shard=shard,
        count=not prepared.is_large,
    )
