"""A run done step by step in this process, as the ``match`` command and tests do it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from matching.enums import RUN_OPEN, RunState
from matching.models import MatchRun, RunShard
from matching.services.run_merge import merge_run
from matching.services.run_queue import unclaimed
from matching.services.run_steps import run_shard, start_run

PATIENCE_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.2


def finish_run(
    *,
    run_id: int,
    clock: Callable[[], datetime] = timezone.now,
    patience_seconds: float = PATIENCE_SECONDS,
    tell: Callable[[MatchRun], object] | None = None,
) -> MatchRun:
    """Do every step of a run here, and wait for those that workers have claimed; the run as it ended, also when cancelled.

    ``tell`` is called with the run before every step and at every look at those of others.

    Raises:
        Conflict("run_under_way"): there was nothing to do here for ``patience_seconds``; workers are still at it.
    """
    idle_since = time.monotonic()
    while True:
        run = MatchRun.objects.get(pk=run_id)
        if run.state not in RUN_OPEN:
            return run
        if tell is not None:
            tell(run)
        if _step(run, now=clock()):
            idle_since = time.monotonic()
        elif time.monotonic() > idle_since + patience_seconds:
            raise Conflict("run_under_way", _("A worker is still matching. Please look again in a minute."))
        else:
            time.sleep(LOOK_EVERY_SECONDS)


def _step(run: MatchRun, *, now: datetime) -> bool:
    """Do one step that nobody holds; whether the run went on with it. One that waits for another's packing does not."""
    if run.state == RunState.QUEUED:
        started = start_run(run_id=run.pk, now=now)
        return started and not MatchRun.objects.filter(pk=run.pk, state=RunState.QUEUED).exists()
    undone = RunShard.objects.filter(unclaimed(now), run=run, done_at=None)
    for shard_id in undone.order_by("number").values_list("pk", flat=True):
        if run_shard(shard_id=shard_id, now=now):
            return True
    return merge_run(run_id=run.pk, now=now)
