"""The Celery app. Tasks live in each app's tasks.py; what rings when stands in config/schedule.py."""

from __future__ import annotations

from celery import Celery

app = Celery("enishi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # also in threads: without it Celery's "current app" there is an empty one, with AMQP as its broker
app.autodiscover_tasks()
