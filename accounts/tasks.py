"""What the broker may start in this app: ids only, safe to run twice and two at once."""

from __future__ import annotations

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from accounts.services import digests, heartbeats, idempotency, outbox


@shared_task(name="accounts.deliver", soft_time_limit=settings.ENISHI_STEP_SECONDS)
def deliver(outbox_id: int) -> None:
    """Do what an outbox row owes. A handler that takes a minute counts as failed before Celery ends the process."""
    outbox.deliver(outbox_id=outbox_id)


@shared_task(name="accounts.relay_outbox")
def relay_outbox() -> None:
    """Ring for outbox rows whose effect is not done."""
    outbox.relay(now=timezone.now())


@shared_task(name="accounts.beat_heartbeat", bind=True)
def beat_heartbeat(self: Task) -> None:
    """Show that this worker does tasks."""
    heartbeats.record_worker(nodename=self.request.hostname or "", now=timezone.now())


@shared_task(name="accounts.sweep_records")
def sweep_records() -> None:
    """Forget answers nobody will ask for again and processes that ended long ago."""
    idempotency.purge_answers(now=timezone.now())
    heartbeats.purge_heartbeats(now=timezone.now())


@shared_task(name="accounts.sweep_digests")
def sweep_digests() -> None:
    """In the evening, owe everybody the letter of the day."""
    digests.sweep_digests(now=timezone.now())
