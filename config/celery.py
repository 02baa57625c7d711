"""The Celery app. Tasks live in each app's tasks.py; what rings when stands in config/schedule.py."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import worker_ready

app = Celery("enishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def show_life_at_once(**kwargs: Any) -> None:
    """Do what is owed now instead of after the beat's first interval; both tasks may run twice."""
    for task in ("accounts.beat_heartbeat", "accounts.relay_outbox"):
        app.send_task(task)
