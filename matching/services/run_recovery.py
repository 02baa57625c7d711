"""Steps that came to nothing: given back and owed again, and after five times given up with the reason.

A worker may die at any line, and a step may fail. Both leave a lease that runs out or is taken back here; the run's
own state says what is left to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Outbox
from accounts.services.outbox import readable
from matching.enums import RUN_OPEN, STATE_OF, RunState
from matching.locks import lock_run
from matching.models import MatchRun, RunInputs, RunShard
from matching.services.run_given_up import SPARED, give_up_piece
from matching.services.run_open import RunEnded
from matching.services.run_queue import (
    LEASE,
    owe_merge,
    owe_shard,
    owe_start,
    waits_for_snapshot,
)
from matching.services.runs import request_again

ATTEMPTS_MAX = 5
SILENT = "The worker ended in the middle of this step."
OVERTAKEN = "The tables changed while it was scored."
WAIT_AFTER_FAILURE = timedelta(seconds=2)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweptRuns:
    """What one sweep did: steps taken back from silent workers, steps rung for again."""

    returned: int
    rung: int


@contextmanager
def returning(*, run_id: int, shard_id: int | None = None, now: datetime) -> Iterator[None]:
    """Give a claimed step back when it fails; the error is kept on the run, not raised."""
    try:
        yield
    except RunEnded:
        log.info("A step of run %s came to nothing: it has ended.", run_id)
    except Exception as error:  # whatever a step raises belongs on its run
        given_back = give_back(run_id=run_id, shard_id=shard_id, error=readable(error), now=now, failed=True)
        level = logging.WARNING if given_back else logging.INFO  # its run has ended, or others have done it
        log.log(level, "A step of run %s failed.", run_id, exc_info=True)


@transaction.atomic
def give_back(
    *, run_id: int, shard_id: int | None = None, error: str, now: datetime, failed: bool = False
) -> bool:
    """Take a step back and owe it again, or end the run as failed after five times. Locks the run.

    Without ``failed`` only a step whose lease has run out by ``now``. Returns whether anything was taken back. A price that
    could not be measured and advice that could not be counted do not end the run: its proposals are written, and it closes
    without them.
    """
    run = lock_run(run_id)
    if run is None or run.state not in RUN_OPEN:
        return False
    shard = RunShard.objects.filter(pk=shard_id, run=run, done_at=None).first() if shard_id else None
    step = run if shard_id is None else shard
    if step is None or not (failed or (step.lease_until is not None and step.lease_until <= now)):
        return False
    step.attempts, step.lease_until, run.error = step.attempts + 1, None, error
    step.save(update_fields=["attempts", "lease_until"])
    run.save(update_fields=["error"])
    if shard_id is None and run.state == RunState.MERGING and "plan" not in run.report:
        run.report["haste"] = run.report.get("haste", 0) + 1  # merging may have taken too long for this host
        run.save(update_fields=["report"])
    if step.attempts < ATTEMPTS_MAX:
        _owe_again(run, shard, not_before=now + WAIT_AFTER_FAILURE * step.attempts if failed else None)
    elif shard is not None and shard.kind in SPARED:
        shard.run = run
        give_up_piece(shard, why=error, now=now)
    else:
        _give_up(run, now=now)
    return True


def _owe_again(run: MatchRun, shard: RunShard | None, *, not_before: datetime | None = None) -> Outbox:
    if shard is not None:
        shard.run = run
        return owe_shard(shard, not_before=not_before)
    owe = owe_start if run.state == RunState.QUEUED else owe_merge
    return owe(run, not_before=not_before)


def _give_up(run: MatchRun, *, now: datetime) -> None:
    """End the run as failed. What changed while it was at work is not lost with it: the scope is queued once more."""
    again = bool(run.report.get("again"))
    run.state, run.lease_until, run.finished_at = RunState.FAILED, None, now
    run.report = {}
    run.save(update_fields=["state", "lease_until", "finished_at", "report"])
    forget_work(run)
    log.error("Run %s was given up: %s", run.public_id, run.error)
    if again:
        request_again(scope=run.scope)


def forget_work(run: MatchRun) -> None:
    """Delete the pieces of a run and the inputs stored for it."""
    RunShard.objects.filter(run=run).delete()
    RunInputs.objects.filter(run=run).delete()


@transaction.atomic
def begin_again(*, run_id: int, digest: str, now: datetime, why: str = OVERTAKEN) -> None:
    """Queue a run again whose inputs are no longer those it was started with, or are lost. Locks the run.

    The next attempt takes one shard and scores what it has just read, so that changes cannot hold it up for ever.
    """
    run = lock_run(run_id)
    under_way = RUN_OPEN - {RunState.QUEUED}
    if run is None or run.state not in under_way or run.inputs_digest != digest or "plan" in run.report:
        return
    forget_work(run)
    run.state, run.lease_until, run.inputs_digest, run.error = RunState.QUEUED, None, "", why
    run.attempts, run.snapshot = run.attempts + 1, None  # it may be a small one by now
    run.save(update_fields=["state", "lease_until", "inputs_digest", "error", "attempts", "snapshot"])
    if run.attempts >= ATTEMPTS_MAX:
        _give_up(run, now=now)
    else:
        owe_start(run)


def sweep_runs(*, now: datetime) -> SweptRuns:
    """Give back what silent workers hold, and ring for steps nobody was rung for. Idempotent; cheap when all is well."""
    returned = [
        give_back(run_id=run_id, shard_id=shard_id, error=SILENT, now=now)
        for run_id, shard_id in [*_expired_runs(now), *_expired_shards(now)]
    ]
    rung = [
        _ring(run_id, shard_id=shard_id) for run_id, shard_id in [*_waiting_runs(now), *_waiting_shards(now)]
    ]
    return SweptRuns(returned=sum(returned), rung=sum(rung))


Step = tuple[int, int | None]
"""A run, and the shard of it that is meant, if it is one."""


def _undone_shards() -> QuerySet[RunShard]:
    return RunShard.objects.filter(run__state__in=sorted(STATE_OF.values()), done_at=None)


def _expired_runs(now: datetime) -> list[Step]:
    rows = MatchRun.objects.filter(state__in=sorted(RUN_OPEN), lease_until__lte=now)
    return [(pk, None) for pk in rows.values_list("pk", flat=True)]


def _expired_shards(now: datetime) -> list[Step]:
    return list(_undone_shards().filter(lease_until__lte=now).values_list("run_id", "pk"))


def _waiting_runs(now: datetime) -> list[Step]:
    """Runs whose next step nobody has claimed for a while: the start, the merge, the next proposals."""
    long_ago = now - LEASE
    undone = Exists(RunShard.objects.filter(run=OuterRef("pk"), done_at=None))
    queued = Q(state=RunState.QUEUED, created_at__lte=long_ago)
    scored = Q(~undone, state__in=sorted(STATE_OF.values()), started_at__lte=long_ago)
    merging = Q(state=RunState.MERGING, started_at__lte=long_ago)
    rows = MatchRun.objects.filter(queued | scored | merging, lease_until=None)
    return [(pk, None) for pk in rows.values_list("pk", flat=True)]


def _waiting_shards(now: datetime) -> list[Step]:
    rows = _undone_shards().filter(lease_until=None, run__started_at__lte=now - LEASE)
    return list(rows.values_list("run_id", "pk"))


@transaction.atomic
def _ring(run_id: int, *, shard_id: int | None = None) -> bool:
    """Make sure that a step nobody holds is owed; whether there is such a step. Locks the run."""
    run = lock_run(run_id)
    if run is None or run.state not in RUN_OPEN:
        return False
    shard = RunShard.objects.filter(pk=shard_id, run=run, done_at=None).first() if shard_id else None
    step = run if shard_id is None else shard
    if step is None or step.lease_until is not None:
        return False
    if run.state == RunState.QUEUED and waits_for_snapshot(run):
        return False
    if not _owe_again(run, shard).is_open:  # rung, but without effect: a new attempt has a new key
        step.attempts += 1
        step.save(update_fields=["attempts"])
        _owe_again(run, shard)
    return True
