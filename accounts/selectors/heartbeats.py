"""Whether a worker does its work."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.enums import WorkerKind
from accounts.models import WorkerHeartbeat

FRESH = timedelta(seconds=60)  # four beats


def freshest_worker() -> WorkerHeartbeat | None:
    """The worker heard of last; None when none ever was. One query."""
    return WorkerHeartbeat.objects.filter(kind=WorkerKind.WORKER).order_by("-seen_at", "-pk").first()


def worker_is_alive(now: datetime) -> bool:
    """Whether some worker did a task in the last minute. One query."""
    worker = freshest_worker()
    return worker is not None and now - worker.seen_at <= FRESH
