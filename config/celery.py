"""The Celery app. Tasks live in each app's tasks.py; what rings when stands in config/schedule.py."""

from __future__ import annotations

from celery import Celery

app = Celery("enishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
