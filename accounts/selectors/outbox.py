"""What the operator sees of the outbox: how much is owed, what cannot be done, what hangs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import Outbox

HANGS_AFTER = timedelta(minutes=10)  # due for so long and not done: no worker, or one that dies with it


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many rows are due, wait for their time, hang and are dead; since when the oldest due one waits."""

    due: int
    waiting: int
    hanging: int
    dead: int
    oldest_due_at: datetime | None


def outbox_state(now: datetime) -> OutboxState:
    """The outbox in five figures. One query."""
    still_open = Q(done_at=None, dead_at=None, cancelled_at=None)
    due = still_open & Q(next_at__lte=now)
    return OutboxState(
        **Outbox.objects.aggregate(
            due=Count("pk", filter=due),
            waiting=Count("pk", filter=still_open & Q(next_at__gt=now)),
            hanging=Count("pk", filter=due & Q(next_at__lte=now - HANGS_AFTER)),
            dead=Count("pk", filter=~Q(dead_at=None)),
            oldest_due_at=Min("next_at", filter=due),
        )
    )


def dead_letters() -> QuerySet[Outbox]:
    """What was given up after eight attempts, newest first; ``last_error`` says why."""
    return Outbox.objects.dead()
