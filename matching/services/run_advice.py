"""Why needs of a large run find too few, counted piece by piece after the proposals are written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction

from matching.engine import (
    Diagnosis,
    ShardResult,
    Snapshot,
    build_needs,
    diagnose,
    merge,
    score_shard,
    shards_of,
)
from matching.engine.condense import Layer, condensed
from matching.engine.needs import NeedSet
from matching.enums import RunState, ShardKind
from matching.locks import lock_run
from matching.models import RunShard
from matching.services.diagnosis import store_diagnoses
from matching.services.run_open import require_open
from matching.services.run_plan import Found, Plan, told_of
from matching.services.run_prepared import Prepared
from matching.services.run_queue import owe_shard

NEEDS_PER_STEP = 8
"""A need takes some tenths of a second for every million participants."""
BLOCKS_AT_ONCE = 256


@transaction.atomic
def begin_advice(run_id: int) -> bool:
    """Cut the needs that find too few into pieces, owed to whoever is free; False where there are none. Locks the run."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return False
    short = Plan.from_json(run.report["plan"]).short
    if not short:
        return False
    run.state, run.lease_until = RunState.ADVISING, None
    run.save(update_fields=["state", "lease_until"])
    step = int(getattr(settings, "ENISHI_NEEDS_PER_STEP", NEEDS_PER_STEP))
    for number, first in enumerate(range(0, len(short), step)):
        end = min(first + step, len(short))
        owe_shard(
            RunShard.objects.create(run=run, kind=ShardKind.ADVISE, number=number, first=first, end=end)
        )
    return True


def advise(shard: RunShard, prepared: Prepared, *, now: datetime) -> None:
    """Store the diagnoses of a piece's needs. Done twice, the second replaces the first by the same.

    Raises:
        RunEnded: the run ended meanwhile; nothing was written.
    """
    run = shard.run
    needs = Plan.from_json(run.report["plan"]).short[shard.first : shard.end]
    rows = [need for need in prepared.inputs.needs if need.id in set(needs)]
    asked = build_needs(snapshot=prepared.snapshot, needs=rows)
    found = counted(prepared, asked)
    with transaction.atomic():
        require_open(run.pk)
        store_diagnoses(run, [Found(need=each.need_id, diagnosis=told_of(each)) for each in found], now=now)


def counted(prepared: Prepared, needs: NeedSet) -> list[Diagnosis]:
    """Which rule keeps how many of all participants away from each of some needs."""
    layers = [Layer(snapshot=each, merged=merge(_counts(prepared, each, needs))) for each in prepared.layers]
    whole = condensed(layers=layers, needs=needs, pairs_max=0).merged
    return [diagnose(needs=needs, merged=whole, need_id=need.row.id) for need in needs.needs]


def _counts(prepared: Prepared, snapshot: Snapshot, needs: NeedSet) -> Iterator[ShardResult]:
    for shard in shards_of(snapshot, blocks_per_shard=BLOCKS_AT_ONCE):
        yield score_shard(
            snapshot=snapshot,
            needs=needs,
            minutes=prepared.inputs.minutes,
            weights=prepared.inputs.weights,
            shard=shard,
            count=True,
        )
