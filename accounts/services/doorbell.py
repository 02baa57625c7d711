"""Ringing the broker for outbox rows. A ring that is lost costs seconds, never an effect: the relay rings again."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from celery import current_app, current_task
from django.conf import settings
from kombu import pools
from kombu.exceptions import OperationalError

DELIVER_TASK = "accounts.deliver"
PATIENCE_SECONDS = 0.4  # for connecting, and for each answer: a person waits for the page meanwhile
SILENCE_SECONDS = 5.0  # after a failure this process leaves ringing to the relay for so long
_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
    "retry_on_timeout": False,
}

log = logging.getLogger(__name__)
_silent_until = 0.0


def rings_at_once() -> bool:
    """Whether this process rings right after a commit.

    Over an in-memory broker only from inside a task: the worker is in that process then, and nowhere else heard.
    """
    is_heard = not settings.CELERY_BROKER_URL.startswith("memory:") or bool(current_task)
    return bool(getattr(settings, "ENISHI_RING_AT_ONCE", is_heard))


def ring_after_commit(outbox_id: int) -> None:
    """Ring for one row, without ever failing or noticeably delaying the request that wrote it.

    After one failure nothing is rung for five seconds: a request that owes ten messages waits once, not ten times.
    """
    global _silent_until  # noqa: PLW0603  # one float for the process; a race between threads costs one more wait
    if time.monotonic() < _silent_until:
        return
    if not ring([outbox_id]):
        _silent_until = time.monotonic() + SILENCE_SECONDS


def ring(outbox_ids: Sequence[int]) -> int:
    """Send one ``accounts.deliver`` message for each row, in order; returns for how many the broker took it.

    Outside a transaction: it talks to the network. Stops at the first failure, which is logged and not raised.
    """
    link = current_app.connection_for_write(settings.CELERY_BROKER_URL)
    if not settings.CELERY_BROKER_URL.startswith("memory:"):
        link.transport_options = {**link.transport_options, **_OPTIONS}
    taken = 0
    try:
        with pools.producers[link].acquire(block=True, timeout=PATIENCE_SECONDS) as producer:
            for taken, outbox_id in enumerate(outbox_ids):  # noqa: B007  # counted also when a ring fails
                current_app.send_task(DELIVER_TASK, args=[outbox_id], producer=producer, retry=False)
    except (*link.connection_errors, *link.channel_errors, OperationalError, OSError) as error:
        log.warning("The broker did not take a ring (%s); the relay will ring again.", type(error).__name__)
        return taken
    return len(outbox_ids)
