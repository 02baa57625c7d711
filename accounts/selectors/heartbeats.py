"""Whether a worker does its work."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.enums import WorkerKind
from accounts.models import WorkerHeartbeat

FRESH = timedelta(seconds=60)  # four beats


def worker_is_alive(now: datetime) -> bool:
    """Whether some worker did a task in the last minute. One query."""
    return WorkerHeartbeat.objects.filter(kind=WorkerKind.WORKER, seen_at__gte=now - FRESH).exists()
