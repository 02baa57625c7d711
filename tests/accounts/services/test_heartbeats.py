"""A worker is alive while it does tasks. How a pool child names its worker: tests/faults/test_outbox_worker.py."""

from __future__ import annotations

import os
from datetime import timedelta

from django.utils import timezone

from accounts.enums import WorkerKind
from accounts.models import WorkerHeartbeat
from accounts.selectors.heartbeats import worker_is_alive
from accounts.services.heartbeats import purge_heartbeats, record_worker


def test_record_worker_keeps_one_row_and_its_start(db: None) -> None:
    began = timezone.now()
    record_worker(nodename="celery@here", now=began)
    record_worker(nodename="celery@here", now=began + timedelta(seconds=15))
    row = WorkerHeartbeat.objects.get()
    assert (row.name, row.kind, row.pid) == (f"celery@here:{os.getpid()}", WorkerKind.WORKER, os.getpid())
    assert (row.started_at, row.seen_at) == (began, began + timedelta(seconds=15))


def test_worker_is_alive_for_a_minute_after_its_last_task(db: None) -> None:
    now = timezone.now()
    assert not worker_is_alive(now)
    record_worker(nodename="celery@here", now=now)
    assert worker_is_alive(now + timedelta(seconds=60))
    assert not worker_is_alive(now + timedelta(seconds=61))


def test_web_process_is_no_worker(db: None) -> None:
    now = timezone.now()
    WorkerHeartbeat.objects.create(name="web", kind=WorkerKind.WEB, pid=1, seen_at=now)
    assert not worker_is_alive(now)


def test_purge_heartbeats_forgets_after_a_day(db: None) -> None:
    now = timezone.now()
    record_worker(nodename="celery@old", now=now - timedelta(days=1, seconds=1))
    record_worker(nodename="celery@new", now=now - timedelta(hours=23))
    assert purge_heartbeats(now=now) == 1
    assert WorkerHeartbeat.objects.get().name.startswith("celery@new")
