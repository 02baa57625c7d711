"""Effects that are owed: written with the change that owes them, closed by their consumer with the effect.

``owe`` writes a row in the caller's transaction and rings the broker after it; ``relay`` rings again for whatever is
still open; ``deliver`` is what a ring starts. A row lost from the broker is only rung later, and a row rung twice is
done once, because the row itself is the truth. (Closing rows when they are *published* loses effects: see
``tests/faults/test_outbox_delivery.py``.)
"""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.locks import claim_outbox, lock_open_outbox, lock_outbox, lock_outbox_to_ring
from accounts.models import Outbox, User
from accounts.policies import is_admin, is_system
from accounts.services.audit import record
from accounts.services.doorbell import ring, ring_after_commit, rings_at_once
from accounts.services.topics import Topic, register_topic, topic_named

__all__ = ["Topic", "cancel_owed", "deliver", "owe", "register_topic", "relay", "replay"]

ATTEMPTS_MAX = 8
BACK_OFF_SECONDS = 10  # times 4 each time: 10 s, 40 s, 3 min, 11 min, 43 min, 3 h, 11 h; then a dead letter
RING_AGAIN = timedelta(seconds=20)  # a ring without effect for so long was lost
LEASE = timedelta(seconds=40)  # an outside effect that is under way is left alone for so long
LONGEST_ERROR = 2000  # characters
ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")

log = logging.getLogger(__name__)


def owe(*, topic: str, key: str, payload: dict[str, Any], not_before: datetime | None = None) -> Outbox:
    """Owe an effect: it will be done once this transaction commits, at the earliest at ``not_before``.

    The same ``key`` again returns the row that exists, whatever its state: an effect is owed once. After the commit
    the broker is rung at once for what is due; a broker that is away costs less than a second and nothing is lost.

    Args:
        payload: ids only; personal data stays in its tables.

    Raises:
        RuntimeError: outside a transaction, where the effect could not be tied to the change that owes it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"owe({topic}) must be called in the transaction of the change that owes it.")
    now = timezone.now()
    fresh = Outbox(topic=topic, key=key, payload=payload, created_at=now, next_at=not_before or now)
    Outbox.objects.bulk_create([fresh], ignore_conflicts=True)
    row = Outbox.objects.get(key=key)
    if row.is_open and row.next_at <= now and rings_at_once():
        transaction.on_commit(partial(ring_after_commit, row.pk), robust=True)
    return row


@transaction.atomic
def cancel_owed(*, key_prefix: str) -> int:
    """Take back what is owed under keys that begin with ``key_prefix``; returns how many rows were cancelled.

    What is done, dead or being delivered at this moment stays: locks the rows, and skips those that a consumer holds,
    so that a caller with locks of its own cannot get into a deadlock with a handler.
    """
    ids = lock_open_outbox(key_prefix)
    return Outbox.objects.filter(pk__in=ids).update(cancelled_at=timezone.now())


def deliver(*, outbox_id: int) -> None:
    """Do what a row owes, if it is due and nobody else is doing it; otherwise return without a change.

    An inside handler runs under the lock of its row, in the transaction that closes it: both or neither. An outside
    handler runs without a transaction between a claim (a lease of 40 s on ``next_at``) and the close, so a crash
    between its success and the close repeats it. A handler that fails is not raised: the row is tried again with
    back-off and becomes a dead letter, with the reason, after eight attempts.
    """
    row = Outbox.objects.open().filter(pk=outbox_id, next_at__lte=timezone.now()).first()
    if row is None:
        return
    row.attempts += 1  # stored with the claim of an outside row, else with the failure
    try:
        topic = topic_named(row.topic)
        if topic.outside:
            _deliver_outside(row, topic)
        else:
            _deliver_inside(row, topic)
    except Exception as error:  # whatever a handler raises belongs on its row
        log.warning("Attempt %d of outbox row %s failed.", row.attempts, row.key, exc_info=True)
        _fail(row, error)


def _deliver_inside(row: Outbox, topic: Topic) -> None:
    with transaction.atomic():
        claimed = claim_outbox(row.pk, now=timezone.now())
        if claimed is not None:
            topic.handler(claimed.payload, outbox=claimed)
            Outbox.objects.filter(pk=claimed.pk).update(done_at=timezone.now())


def _deliver_outside(row: Outbox, topic: Topic) -> None:
    if not _lease(row):
        return
    if row.attempts > ATTEMPTS_MAX:
        raise RuntimeError("The worker ended in the middle of every attempt.")
    topic.handler(row.payload, outbox=row)
    # Also when it was cancelled meanwhile: it has left.
    Outbox.objects.filter(pk=row.pk, done_at=None).update(done_at=timezone.now(), cancelled_at=None)


def _lease(row: Outbox) -> bool:
    """Claim a row by compare and swap, counting the attempt first: one that kills its worker must not go on for ever."""
    now = timezone.now()
    until = now + LEASE
    unclaimed = Outbox.objects.open().filter(pk=row.pk, next_at=row.next_at)
    row.next_at = until
    return unclaimed.update(next_at=until, attempts=row.attempts) == 1


def _fail(row: Outbox, error: Exception) -> None:
    """Set the next attempt, or bury the row with the reason; nothing if somebody else has moved it on."""
    now = timezone.now()
    change: dict[str, Any] = {
        "attempts": row.attempts,
        "last_error": readable(error),
        "next_at": now + wait(row.attempts),
    }
    if row.attempts >= ATTEMPTS_MAX:
        change["dead_at"] = now
        log.error("Outbox row %s is a dead letter: %s", row.key, change["last_error"])
    Outbox.objects.open().filter(pk=row.pk, next_at=row.next_at).update(**change)


def wait(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: after the third 10 s * 4 * 4 = 160 s."""
    return timedelta(seconds=BACK_OFF_SECONDS * 4 ** (attempts - 1))


def readable(error: Exception) -> str:
    """An error for the operator's eyes, without the e-mail addresses that mail servers put into theirs."""
    return ADDRESS.sub("<address>", f"{type(error).__name__}: {error}")[:LONGEST_ERROR]


def relay(*, now: datetime, limit: int = 200) -> int:
    """Ring the broker for what is due and was not rung in the last 20 seconds; returns how many rings it took.

    Marks the rows first and rings after the commit, so that two relays do not ring for the same row; what the broker
    did not take is unmarked, for the next round. Rows that a consumer holds are left alone.
    """
    if not Outbox.objects.to_ring(now, silent_for=RING_AGAIN).exists():
        return 0  # without a transaction, which on SQLite would keep writers waiting every few seconds
    with transaction.atomic():
        ids = lock_outbox_to_ring(now, silent_for=RING_AGAIN, limit=limit)
        Outbox.objects.filter(pk__in=ids).update(rung_at=now)
    taken = ring(ids)
    if taken < len(ids):
        Outbox.objects.filter(pk__in=ids[taken:], rung_at=now).update(rung_at=None)
    return taken


@transaction.atomic
def replay(*, outbox_id: int, actor: User, on_behalf_of: str = "") -> Outbox:
    """Give a dead letter its eight attempts again, from now on. Locks the row; leaves an audit record.

    Raises:
        NotAllowed("not_administrator"): for administrators and the system only.
        NotFound("outbox_unknown")
        Conflict("outbox_not_dead"): it is done, cancelled, or still being tried.
    """
    if not (is_admin(actor) or is_system(actor)):
        raise NotAllowed("not_administrator", _("Only administrators may repeat a dead letter."))
    row = lock_outbox(outbox_id)
    if row.dead_at is None:
        raise Conflict("outbox_not_dead", _("This message is no dead letter."))
    row.dead_at, row.attempts, row.next_at, row.rung_at = None, 0, timezone.now(), None
    row.save(update_fields=["dead_at", "attempts", "next_at", "rung_at"])
    record(actor=actor, action="outbox.replay", target=row, label=row.key, on_behalf_of=on_behalf_of)
    return row
