"""Doing what is owed, in this process: no test needs a worker to see an effect."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Outbox
from accounts.services.outbox import deliver

ROUNDS_MAX = 100  # effects that owe effects for ever are a mistake


def drain_outbox(now: datetime | None = None) -> int:
    """Deliver every due row, and what those owe in turn; returns how many deliveries it took.

    With ``now`` in the future, rows that wait until then (``not_before``, a back-off) are made due first.
    A row that fails here stays open for its next attempt, as in real life.
    """
    waiting = Outbox.objects.none() if now is None else Outbox.objects.open().filter(next_at__lte=now)
    waiting.update(next_at=timezone.now())
    delivered = 0
    for _ in range(ROUNDS_MAX):
        waiting.filter(attempts=0).update(next_at=timezone.now())  # what the handlers owe for later
        due = list(Outbox.objects.due(timezone.now()).order_by("next_at", "pk").values_list("pk", flat=True))
        if not due:
            return delivered
        for outbox_id in due:
            deliver(outbox_id=outbox_id)
        delivered += len(due)
    raise AssertionError(
        f"The outbox is never empty: {list(Outbox.objects.open().values_list('key', flat=True))}"
    )
