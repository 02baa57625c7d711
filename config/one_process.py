"""Worker, beat and relay as threads of one process over an in-memory broker: the last resort without any Redis.

Started by the supervisor as ``python -m config.one_process``. The web process only writes outbox rows; the beat thread
rings the relay, the relay rings for the rows, the worker threads do them. What a crash takes from memory is rung again,
because the outbox row is open until its effect is done. Two things differ from the worker with a broker: time limits
are not enforced (a thread cannot be killed), and all tasks share one interpreter.
"""

from __future__ import annotations

from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings

from config.celery import app


def main() -> int:
    """Serve until SIGTERM; returns the worker's exit code."""
    beat = EmbeddedService(app, max_interval=1, thread=True, scheduler_cls=settings.CELERY_BEAT_SCHEDULER)
    beat.start()
    worker: WorkController = app.Worker(
        pool="threads",
        concurrency=settings.ENISHI_WORKER_CONCURRENCY,
        loglevel=settings.LOG_LEVEL,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    try:
        worker.start()
    finally:
        beat.stop()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    raise SystemExit(main())
