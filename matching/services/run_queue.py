"""What a run still owes itself: its steps as outbox rows, so that no step can be lost.

A key names the attempt: the same step is owed once for each time it was given back.
"""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

from celery import current_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Outbox
from accounts.services.outbox import owe
from matching.enums import RunState
from matching.locks import lock_open_run, lock_run
from matching.models import MatchRun, RunShard

START, SHARD, MERGE = "matching.start_run", "matching.run_shard", "matching.merge_run"
LEASE = timedelta(seconds=70)
"""How long a step is left to the worker that claimed it: longer than any step may take before its process is ended."""


def owe_start(run: MatchRun, *, not_before: datetime | None = None) -> Outbox:
    """Owe the start of a queued run. Inside a transaction."""
    return owe(
        topic=START, key=f"{_start_of(run)}{run.attempts}", payload={"run": run.pk}, not_before=not_before
    )


def owe_shard(shard: RunShard, *, not_before: datetime | None = None) -> Outbox:
    """Owe a piece of a run. Inside a transaction."""
    run = shard.run
    key = f"run:{run.public_id}:{run.attempts}:{shard.kind}:{shard.number}:{shard.attempts}"
    return owe(topic=SHARD, key=key, payload={"shard": shard.pk}, not_before=not_before)


def owe_merge(run: MatchRun, *, not_before: datetime | None = None) -> Outbox:
    """Owe what comes next when all pieces of a run are done, or the next proposals of a merged one. Inside a transaction.

    The merge and the first proposals after it are two steps of one state.
    """
    written = run.report.get("next", "") if run.state == RunState.MERGING else ""
    key = f"run:{run.public_id}:{run.state}:{run.attempts}:{written}"
    return owe(topic=MERGE, key=key, payload={"run": run.pk}, not_before=not_before)


@transaction.atomic
def finish_shard(shard: RunShard, result: bytes, *, now: datetime) -> bool:
    """Write the result of a piece whole; whether this was the first: a second worker has made the same bytes. Locks the run.

    The last piece of a large run owes what follows. Of a small one it is done at once by whoever did the piece.
    """
    lock_open_run(shard.run_id)
    undone = RunShard.objects.filter(run=shard.run_id, done_at=None)
    if not undone.filter(pk=shard.pk).update(result=result, done_at=now, lease_until=None):
        return False
    if shard.run.is_large and not undone.exists():
        owe_merge(shard.run)
    return True


WAIT_FOR_SNAPSHOT = timedelta(seconds=15)


@transaction.atomic
def wait_for_snapshot(run_id: int, *, now: datetime) -> None:
    """Give a queued run back while another one packs what both need, and owe its start again. Locks the run."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.QUEUED:
        return
    run.lease_until = None
    run.save(update_fields=["lease_until"])
    then = now + WAIT_FOR_SNAPSHOT
    turn = int(then.timestamp() / WAIT_FOR_SNAPSHOT.total_seconds())
    owe(topic=START, key=f"{_start_of(run)}wait:{turn}", payload={"run": run.pk}, not_before=then)


def waits_for_snapshot(run: MatchRun) -> bool:
    """Whether a run was given back until another one has packed what it needs. One query."""
    return Outbox.objects.open().filter(key__startswith=f"{_start_of(run)}wait:").exists()


def _start_of(run: MatchRun) -> str:
    return f"run:{run.public_id}:start:"


def unclaimed(now: datetime) -> Q:
    """Runs or shards that nobody holds at ``now``."""
    return Q(lease_until=None) | Q(lease_until__lte=now)


def worker_name() -> str:
    """The worker this code runs in, as Celery names it, or the host's name outside of one."""
    name = getattr(current_task.request, "hostname", None) if current_task else None
    return str(name or socket.gethostname())[:120]


def by_now(now: datetime) -> datetime:
    """The clock after some work that began at ``now``: leases and times of a next step count from there."""
    return max(now, timezone.now())
