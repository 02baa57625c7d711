"""The steps of a run: start (read, cut into shards), score a shard, merge and write.

Each claims its row by compare-and-swap with a lease, so that any step may be rung twice or for two workers at once;
what a worker leaves behind unfinished is given back by ``run_recovery``. The process that finishes a run's last shard
goes on to the merge, and a run of one shard is scored by the process that read it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from matching.engine import Shard, ShardResult
from matching.enums import RUN_OPEN, RunState
from matching.locks import lock_run
from matching.models import MatchRun, RunShard
from matching.services.run_plan import Plan, Prepared, cut, plan_of, prepare, prepared_for, score
from matching.services.run_proposals import close_run, write_proposals
from matching.services.run_queue import LEASE, owe_merge, owe_shard, unclaimed, worker_name
from matching.services.run_recovery import begin_again, returning
from matching.services.weights import weights_of
from matching.snapshots import is_about_one_need, looks_at_everybody, party_of_scope, read_inputs

PROPOSALS_PER_STEP = 200  # well within a task's time
PATIENCE_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.2


def start_run(*, run_id: int, now: datetime) -> bool:
    """Read what a queued run looks at and cut it into shards; whether this call claimed the step.

    Day 0 is the day of ``now`` in Japan. Several shards are owed through the outbox; a single one is scored at once.
    """
    queued = MatchRun.objects.filter(unclaimed(now), pk=run_id, state=RunState.QUEUED)
    if not queued.update(
        lease_until=now + LEASE, started_at=now, worker=worker_name(), worker_pid=os.getpid()
    ):
        return False
    only: int | None = None
    with returning(run_id=run_id, now=now):
        run = MatchRun.objects.select_related("weights").get(pk=run_id)
        prepared = prepare(read_inputs(scope=run.scope, weights=weights_of(run.weights), now=now))
        only = _cut(run, prepared)
    if only is not None:
        run_shard(shard_id=only, now=_by_now(now))
    return True


@transaction.atomic
def _cut(run: MatchRun, prepared: Prepared) -> int | None:
    """Write the shards of a run that is still queued; the id of the only one, if it is one."""
    inputs, shards = prepared.inputs, cut(prepared, whole=run.attempts > 0)
    changed = MatchRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(
        state=RunState.SCORING,
        lease_until=None,
        inputs_digest=inputs.digest,
        needs_count=len(inputs.needs),
        parties_count=len(inputs.participants),
    )
    if not changed:
        return None
    rows = [
        RunShard.objects.create(
            run=run, number=number, first_block=shard.first_block, end_block=shard.last_block
        )
        for number, shard in enumerate(shards)
    ]
    if len(rows) == 1:
        return rows[0].pk
    for row in rows:
        owe_shard(row)
    return None


def run_shard(*, shard_id: int, now: datetime) -> bool:
    """Score one shard and write its result whole; whether this call claimed it. Then merge, if it was the last one."""
    claimed = _claim_shard(shard_id, now=now)
    shard = RunShard.objects.select_related("run__weights").filter(pk=shard_id).first()
    if not claimed or shard is None:
        return False
    with returning(run_id=shard.run_id, shard_id=shard_id, now=now):
        prepared = prepared_for(shard.run)
        if prepared is None:
            begin_again(run_id=shard.run_id, digest=shard.run.inputs_digest, now=now)
        else:
            blocks = Shard(first_block=shard.first_block, last_block=shard.end_block)
            _write_result(shard, score(prepared, blocks), now=now)
    merge_run(run_id=shard.run_id, now=_by_now(now))
    return True


def _claim_shard(shard_id: int, *, now: datetime) -> bool:
    """Compare and swap. No join: PostgreSQL would not look again at the row after waiting for a faster worker."""
    scoring = Exists(MatchRun.objects.filter(pk=OuterRef("run_id"), state=RunState.SCORING))
    rows = RunShard.objects.filter(unclaimed(now), scoring, pk=shard_id, done_at=None)
    return bool(rows.update(lease_until=now + LEASE, worker=worker_name()))


def _write_result(shard: RunShard, result: ShardResult, *, now: datetime) -> None:
    """Whoever is first; a second worker has scored the same bytes."""
    undone = RunShard.objects.filter(pk=shard.pk, done_at=None)
    undone.update(result=result.to_bytes(), done_at=_by_now(now), lease_until=None)


def merge_run(*, run_id: int, now: datetime) -> bool:
    """Merge a run whose shards are all done, allocate, write proposals, close it; whether this call claimed the step.

    The plan is stored before anything is written, so that a second attempt writes the same. More than 200 proposals
    are written in several steps.
    """
    if not _claim_merge(run_id, now=now):
        return False
    with returning(run_id=run_id, now=now):
        run = _planned_run(run_id, now=now)
        if run is not None:
            _write_batch(run, now=now)
    return True


def _claim_merge(run_id: int, *, now: datetime) -> bool:
    undone = Exists(RunShard.objects.filter(run=OuterRef("pk"), done_at=None))
    scored = Q(~undone, state=RunState.SCORING)
    rows = MatchRun.objects.filter(unclaimed(now), scored | Q(state=RunState.MERGING), pk=run_id)
    claim = {"lease_until": now + LEASE, "worker": worker_name(), "worker_pid": os.getpid()}
    return bool(rows.update(state=RunState.MERGING, **claim))


def _planned_run(run_id: int, *, now: datetime) -> MatchRun | None:
    """The run with its plan, made now if there is none; None when it had to begin again."""
    run = MatchRun.objects.select_related("weights").get(pk=run_id)
    if "plan" in run.report:
        return run
    prepared = prepared_for(run)
    if prepared is None:
        begin_again(run_id=run_id, digest=run.inputs_digest, now=now)
        return None
    results = [ShardResult.from_bytes(bytes(row.result or b"")) for row in run.shards.order_by("number")]
    plan = plan_of(
        prepared,
        results,
        diagnosed=looks_at_everybody(run.scope),
        is_asked=is_about_one_need(run.scope),
        about=party_of_scope(run.scope),
    )
    return _store_plan(run_id, plan)


@transaction.atomic
def _store_plan(run_id: int, plan: Plan) -> MatchRun | None:
    """Keep the plan on the run unless another worker was faster: then that one's is the same or is under way."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return None
    if "plan" not in run.report:
        run.report |= {"plan": plan.as_json(), "next": 0, "skipped": {}}
        run.pairs_feasible = plan.pairs_feasible
        run.save(update_fields=["report", "pairs_feasible"])
    return run


def _write_batch(run: MatchRun, *, now: datetime) -> None:
    first, plan = run.report["next"], Plan.from_json(run.report["plan"])
    end = min(first + _proposals_per_step(), len(plan.proposals))
    skipped = write_proposals(run, plan.proposals[first:end], now=now)
    if _turn_page(run.pk, first=first, end=end, skipped=skipped) and end == len(plan.proposals):
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


def finish_run(
    *, run_id: int, clock: Callable[[], datetime] = timezone.now, patience_seconds: float = PATIENCE_SECONDS
) -> MatchRun:
    """Do every step of a run here, and wait for those that workers have claimed; the run as it ended.

    Raises:
        Conflict("run_under_way"): workers are still at it after ``patience_seconds``.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        run = MatchRun.objects.get(pk=run_id)
        if run.state not in RUN_OPEN:
            return run
        if not _step(run, now=clock()):
            if time.monotonic() > deadline:
                raise Conflict(
                    "run_under_way", _("A worker is still matching. Please look again in a minute.")
                )
            time.sleep(LOOK_EVERY_SECONDS)


def _step(run: MatchRun, *, now: datetime) -> bool:
    """Do one step that nobody holds; whether there was one."""
    if run.state == RunState.QUEUED:
        return start_run(run_id=run.pk, now=now)
    undone = RunShard.objects.filter(unclaimed(now), run=run, done_at=None)
    for shard_id in undone.order_by("number").values_list("pk", flat=True):
        if run_shard(shard_id=shard_id, now=now):
            return True
    return merge_run(run_id=run.pk, now=now)
