"""Processes that say that they live. A worker says so from a task, so a stuck pool falls silent too."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from billiard.process import current_process
from django.db import transaction

from accounts.enums import WorkerKind
from accounts.models import WorkerHeartbeat

FORGET_AFTER = timedelta(days=1)


def main_pid() -> int:
    """The process id of the worker as the supervisor knows it: a pool child answers with its parent's."""
    return os.getppid() if current_process().daemon else os.getpid()


def worker_name(nodename: str) -> str:
    """The name under which this worker is heard of: celery@host:pid. A restarted worker is another one."""
    return f"{nodename[:100]}:{main_pid()}"


def record_worker(*, nodename: str, now: datetime) -> None:
    """Note that the worker this code runs in does tasks at ``now``. One statement; two at once end as one row."""
    heartbeat = WorkerHeartbeat(
        name=worker_name(nodename), kind=WorkerKind.WORKER, pid=main_pid(), started_at=now, seen_at=now
    )
    WorkerHeartbeat.objects.bulk_create(
        [heartbeat], update_conflicts=True, unique_fields=["name"], update_fields=["seen_at"]
    )


@transaction.atomic
def purge_heartbeats(*, now: datetime) -> int:
    """Forget processes not heard of for a day; returns how many."""
    return WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()[0]
