"""The steps of a run: start (read or pack, cut into shards), do a piece, go on (name the snapshot, merge and write, close).

Each claims its row by compare-and-swap with a lease, so that any step may be rung twice or for two workers at once;
what a worker leaves behind unfinished is given back by ``run_recovery``. Of a small run the process that finishes the last
shard goes on to the merge, and a run of one shard is scored by the process that read it. Of a large one every step is owed
through the outbox: a task is stopped before it takes a minute, and two steps in one might.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from matching.engine import Shard, ShardResult
from matching.enums import STATE_OF, RunState, ShardKind
from matching.locks import lock_run
from matching.models import MatchRun, PartySnapshot, RunShard
from matching.services.run_advice import advise, begin_advising
from matching.services.run_layers import is_large, store_layers
from matching.services.run_plan import Plan, plan_of, prepare, prepared_for
from matching.services.run_prepared import Prepared, cut, results_of, score
from matching.services.run_price import measure
from matching.services.run_proposals import close_run, write_proposals
from matching.services.run_queue import (
    LEASE,
    finish_shard,
    owe_merge,
    owe_shard,
    unclaimed,
    wait_for_snapshot,
    worker_name,
)
from matching.services.run_recovery import begin_again, returning
from matching.services.run_snapshots import (
    begin_packing,
    open_snapshot,
    pack_part,
    seal,
    take_snapshot,
)
from matching.services.weights import weights_of
from matching.snapshots import is_about_one_need, looks_at_everybody, party_of_scope, read_inputs
from matching.snapshots.layers import read_layers
from matching.snapshots.parts import Frame

PROPOSALS_PER_STEP = 200  # well within a task's time


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
        if is_large(run.scope):
            _begin_large(run, now=now)
        else:
            only = _begin(run, now=now)
    if only is not None:
        run_shard(shard_id=only, now=_by_now(now))
    return True


def _begin(run: MatchRun, *, now: datetime) -> int | None:
    """Read everything for this run alone; the id of its only shard, if it is one. A snapshot it had taken is let go."""
    if run.snapshot_id is not None:
        MatchRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(snapshot=None)
    prepared = prepare(read_inputs(scope=run.scope, weights=weights_of(run.weights), now=now))
    return _cut(run.pk, prepared, digest=prepared.inputs.digest)


def _begin_large(run: MatchRun, *, now: datetime) -> None:
    """Go on from the snapshot of the night, or have one packed, or wait for who packs it."""
    base = take_snapshot(run, now=now)
    if base is not None:
        _begin_layers(run, base, now=now)
    elif not begin_packing(run.pk, now=now):
        wait_for_snapshot(run.pk, now=now)


def _begin_layers(run: MatchRun, base: PartySnapshot, *, now: datetime) -> None:
    """Read what has changed since a snapshot, and the needs, and store both for every worker of this run."""
    frame, weights = Frame.from_json(base.frame), weights_of(run.weights)
    layers = read_layers(scope=run.scope, frame=frame, as_of=base.as_of, weights=weights, now=now)
    open_snapshot(base)  # fetched before any lock is held: it may take a while the first time
    with transaction.atomic():
        locked = lock_run(run.pk)
        if locked is None or locked.state not in {RunState.QUEUED, RunState.PACKING}:
            return
        locked.inputs_digest, locked.snapshot = store_layers(run, layers, base=base), base
        locked.save(update_fields=["inputs_digest", "snapshot"])
        prepared = prepared_for(locked)
        if prepared is None:
            raise RuntimeError(f"Run {run.public_id} has lost its inputs.")
        _cut(run.pk, prepared, digest=locked.inputs_digest)


@transaction.atomic
def _cut(run_id: int, prepared: Prepared, *, digest: str) -> int | None:
    """Write the shards of a run that has not been cut; the id of one that is to be scored at once. Locks the run."""
    run = lock_run(run_id)
    if run is None or run.state not in {RunState.QUEUED, RunState.PACKING}:
        return None
    run.state, run.lease_until, run.inputs_digest = RunState.SCORING, None, digest
    run.needs_count = len(prepared.inputs.needs)
    run.parties_count = sum(layer.present for layer in prepared.layers)
    run.save(update_fields=["state", "lease_until", "inputs_digest", "needs_count", "parties_count"])
    rows = [
        RunShard.objects.create(run=run, number=number, first=shard.first_block, end=shard.last_block)
        for number, shard in enumerate(cut(prepared, whole=run.attempts > 0 and not prepared.is_large))
    ]
    if len(rows) == 1 and not prepared.is_large:
        return rows[0].pk
    for row in rows:
        owe_shard(row)
    return None


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
        merge_run(run_id=shard.run_id, now=_by_now(now))
    return True


def _do_shard(shard: RunShard, *, now: datetime) -> None:
    if shard.kind == ShardKind.PACK:
        pack_part(shard, now=now)
        _done(shard, b"", now=now)
        return
    prepared = prepared_for(shard.run)
    if prepared is None:
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
    finish_shard(shard, result, now=_by_now(now))


def merge_run(*, run_id: int, now: datetime) -> bool:
    """Go on with a run all of whose pieces are done; whether this call claimed the step.

    Packed: name the snapshot and cut it. Scored: merge, allocate, write proposals; the plan is stored before anything is
    written, so that a second attempt writes the same, and of a large run it is all that the step does; more than 200 proposals
    are written in several steps. Advised: close.
    """
    state = _claim_next(run_id, now=now)
    if state is None:
        return False
    with returning(run_id=run_id, now=now):
        if state == RunState.PACKING:
            run = MatchRun.objects.select_related("weights").get(pk=run_id)
            _begin_layers(run, seal(run, now=_by_now(now)), now=now)
        elif state == RunState.ADVISING:
            close_run(run_id=run_id, now=_by_now(now))
        else:
            _merge(run_id, now=now)
    return True


def _claim_next(run_id: int, *, now: datetime) -> RunState | None:
    """Claim what follows when all pieces are done; the state in which the run then is."""
    undone = Exists(RunShard.objects.filter(run=OuterRef("pk"), done_at=None))
    claim = {"lease_until": now + LEASE, "worker": worker_name(), "worker_pid": os.getpid()}
    free = MatchRun.objects.filter(unclaimed(now), pk=run_id)
    for state in (RunState.PACKING, RunState.ADVISING):
        if free.filter(~undone, state=state).update(**claim):
            return state
    scored = Q(~undone, state=RunState.SCORING)
    if free.filter(scored | Q(state=RunState.MERGING)).update(state=RunState.MERGING, **claim):
        return RunState.MERGING
    return None


def _merge(run_id: int, *, now: datetime) -> None:
    run = _planned_run(run_id, now=now)
    if run is not None:
        _write_batch(run, now=now)


def _planned_run(run_id: int, *, now: datetime) -> MatchRun | None:
    """The run with its plan, made now if there is none; None when it had to begin again, or what follows is owed."""
    run = MatchRun.objects.select_related("weights").get(pk=run_id)
    if "plan" in run.report:
        return run
    prepared = prepared_for(run)
    if prepared is None:
        begin_again(run_id=run_id, digest=run.inputs_digest, now=now)
        return None
    plan = plan_of(
        prepared,
        results_of(run),
        diagnosed=looks_at_everybody(run.scope),
        is_asked=is_about_one_need(run.scope),
        about=party_of_scope(run.scope),
    )
    planned = _store_plan(run_id, plan)
    return None if planned is None or planned.is_large else planned


@transaction.atomic
def _store_plan(run_id: int, plan: Plan) -> MatchRun | None:
    """Keep the plan on the run unless another worker was faster: then that one's is the same or is under way.

    A large run is given up to whoever is free to write.
    """
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return None
    if "plan" in run.report:
        return run
    run.report |= {"plan": plan.as_json(), "next": 0, "skipped": {}}
    run.pairs_feasible = plan.pairs_feasible
    if run.is_large:
        run.lease_until = None
        owe_merge(run)
    run.save(update_fields=["report", "pairs_feasible", "lease_until"])
    return run


def _write_batch(run: MatchRun, *, now: datetime) -> None:
    first, plan = run.report["next"], Plan.from_json(run.report["plan"])
    end = min(first + _proposals_per_step(), len(plan.proposals))
    skipped = write_proposals(run, plan.proposals[first:end], now=now)
    turned = _turn_page(run.pk, first=first, end=end, skipped=skipped)
    if turned and end == len(plan.proposals) and not begin_advising(run.pk):
        close_run(run_id=run.pk, now=_by_now(now))


def _proposals_per_step() -> int:
    return int(getattr(settings, "ENISHI_PROPOSALS_PER_STEP", PROPOSALS_PER_STEP))


@transaction.atomic
def _turn_page(run_id: int, *, first: int, end: int, skipped: Mapping[str, int]) -> bool:
    """Note that the proposals from ``first`` to ``end`` are written and owe the next ones; whether it was this call."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING or run.report["next"] != first:
        return False
    run.report["next"] = end
    for code, count in skipped.items():
        run.report["skipped"][code] = run.report["skipped"].get(code, 0) + count
    if end < len(run.report["plan"]["proposals"]):
        run.lease_until = None
        owe_merge(run)
    run.save(update_fields=["report", "lease_until"])
    return True


def _by_now(now: datetime) -> datetime:
    """The clock after some work that began at ``now``: leases and times of a next step count from there."""
    return max(now, timezone.now())
