"""System checks of how the parts fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SAFETY_FACTOR = 2  # a message must not come back while its task may still run


@register()
def time_limit_under_visibility(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a time limit so long that the broker would start a running task again (measured: three times)."""
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout")
    limit = settings.CELERY_TASK_TIME_LIMIT
    if visibility is None or (limit and limit * SAFETY_FACTOR <= visibility):
        return []
    return [
        Error(
            f"CELERY_TASK_TIME_LIMIT ({limit} s) must be set and at most 1/{SAFETY_FACTOR} of "
            f"visibility_timeout ({visibility} s).",
            hint="A running task whose message comes back is started a second time.",
            id="config.E001",
        )
    ]


@register()
def late_acknowledgement(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse the two settings without which a killed worker loses its task (measured)."""
    if settings.CELERY_TASK_ACKS_LATE and settings.CELERY_TASK_REJECT_ON_WORKER_LOST:
        return []
    return [
        Error(
            "CELERY_TASK_ACKS_LATE and CELERY_TASK_REJECT_ON_WORKER_LOST must both be True.",
            hint="Without them a task is lost when its worker is killed.",
            id="config.E002",
        )
    ]
