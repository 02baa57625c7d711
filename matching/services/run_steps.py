"""The first steps of a run: start (read or pack, cut into shards) and do a piece. How it goes on is in ``run_merge``.

Each step claims its row by compare-and-swap with a lease, so that any may be rung twice or for two workers at once;
what a worker leaves behind unfinished is given back by ``run_recovery``. Of a small run the process that finishes the last
shard goes on to the merge, and a run of one shard is scored by the process that read it. Of a large one every step is owed
through the outbox: a task is stopped before it takes a minute, and two steps in one might.
"""

from __future__ import annotations

import os
import zlib
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from matching.engine import Shard, ShardResult
from matching.enums import STATE_OF, RunState, ShardKind
from matching.models import MatchRun, RunShard
from matching.services.run_advice import advise
from matching.services.run_cut import begin_layers, cut_run
from matching.services.run_given_up import SPARED, give_up_piece
from matching.services.run_layers import is_large
from matching.services.run_merge import merge_run
from matching.services.run_plan import prepare, prepared_for
from matching.services.run_prepared import score
from matching.services.run_price import measure
from matching.services.run_queue import LEASE, by_now, finish_shard, unclaimed, wait_for_snapshot, worker_name
from matching.services.run_recovery import begin_again, returning
from matching.services.run_snapshots import begin_packing, pack_part, take_snapshot
from matching.services.weights import weights_of
from matching.snapshots import read_inputs

LOST = "What the run compared is not there any more."


def start_run(*, run_id: int, now: datetime) -> bool:
    """Read what a queued run looks at and cut it into shards; whether this call claimed the step.

    Day 0 is the day of ``now`` in Japan, or that of the snapshot of a large run. Shards are owed through the outbox; the
    only one of a small run is scored at once.
    """
    queued = MatchRun.objects.filter(unclaimed(now), pk=run_id, state=RunState.QUEUED)
    if not queued.update(
        lease_until=now + LEASE, started_at=now, worker=worker_name(), worker_pid=os.getpid()
    ):
        return False
    only: int | None = None
    with returning(run_id=run_id, now=now):
        run = MatchRun.objects.select_related("weights").get(pk=run_id)
        if is_large(run.scope, now=now):
            _begin_large(run, now=now)
        else:
            only = _begin(run, now=now)
    if only is not None:
        run_shard(shard_id=only, now=by_now(now))
    return True


def _begin(run: MatchRun, *, now: datetime) -> int | None:
    """Read everything for this run alone; the id of its only shard, if it is one. A snapshot it had taken is let go."""
    if run.snapshot_id is not None:
        MatchRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(snapshot=None)
    prepared = prepare(read_inputs(scope=run.scope, weights=weights_of(run.weights), now=now))
    return cut_run(run.pk, prepared, digest=prepared.inputs.digest)


def _begin_large(run: MatchRun, *, now: datetime) -> None:
    """Go on from the snapshot of the night, or have one packed, or wait for who packs it."""
    base = take_snapshot(run, now=now)
    if base is not None:
        begin_layers(run, base, now=now)
    elif not begin_packing(run.pk, now=now):
        wait_for_snapshot(run.pk, now=now)


def run_shard(*, shard_id: int, now: datetime) -> bool:
    """Do one piece and write its result whole; whether this call claimed it. Then go on with a small run, if it was the last.

    A plan may be megabytes of explanations: no piece reads it with its run.
    """
    claimed = _claim_shard(shard_id, now=now)
    rows = RunShard.objects.select_related("run__weights", "run__snapshot").defer("run__report")
    shard = rows.filter(pk=shard_id).first()
    if not claimed or shard is None:
        return False
    with returning(run_id=shard.run_id, shard_id=shard_id, now=now):
        _do_shard(shard, now=now)
    if not shard.run.is_large:
        merge_run(run_id=shard.run_id, now=by_now(now))
    return True


def _do_shard(shard: RunShard, *, now: datetime) -> None:
    if shard.kind == ShardKind.PACK:
        pack_part(shard, now=now)
        _done(shard, b"", now=now)
        return
    prepared = prepared_for(shard.run)
    if prepared is None and shard.kind in SPARED:
        give_up_piece(shard, why=LOST, now=by_now(now))
    elif prepared is None:
        begin_again(run_id=shard.run_id, digest=shard.run.inputs_digest, now=now)
    elif shard.kind == ShardKind.ADVISE:
        advise(shard, prepared, now=now)
        _done(shard, b"", now=now)
    elif shard.kind == ShardKind.MEASURE:
        _done(shard, measure(shard, prepared), now=now)
    else:
        blocks = Shard(first_block=shard.first, last_block=shard.end)
        _write_result(shard, score(prepared, blocks), now=now)


def _claim_shard(shard_id: int, *, now: datetime) -> bool:
    """Compare and swap. No join: PostgreSQL would not look again at the row after waiting for a faster worker."""
    at_it = Q()
    for kind, state in STATE_OF.items():
        at_it |= Q(Exists(MatchRun.objects.filter(pk=OuterRef("run_id"), state=state)), kind=kind)
    rows = RunShard.objects.filter(unclaimed(now), at_it, pk=shard_id, done_at=None)
    return bool(rows.update(lease_until=now + LEASE, worker=worker_name()))


def _write_result(shard: RunShard, result: ShardResult, *, now: datetime) -> None:
    _done(shard, zlib.compress(result.to_bytes(), 1), now=now)


def _done(shard: RunShard, result: bytes, *, now: datetime) -> None:
    finish_shard(shard, result, now=by_now(now))
