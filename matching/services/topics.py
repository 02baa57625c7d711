"""What the outbox asks of this app: handlers of its topics, registered when the app is ready."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Outbox
from accounts.services.outbox import owe, register_topic
from matching.services.calendar import next_asking_time
from matching.services.standby import ask_next_in_line


def register() -> None:
    """Register every topic of this app. Called once from ``AppConfig.ready``."""
    register_topic("matching.next_in_line", ask_next)


def ask_next(payload: dict[str, Any], *, outbox: Outbox) -> None:
    """Ask the next in line, or owe it again for 08:00 when people may not be asked now."""
    now = timezone.now()
    allowed = next_asking_time(now)
    if allowed > now:
        key = f"{outbox.key}@{allowed:%Y%m%d}"
        owe(topic=outbox.topic, key=key, payload=payload, not_before=allowed)
        return
    ask_next_in_line(need_id=payload["need"], now=now)
