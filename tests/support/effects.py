"""Outbox topics whose effects can be counted: a row in the audit table, or a line in a list beyond the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.models import AuditEntry, Notification, Outbox, User
from accounts.services.audit import record
from accounts.services.outbox import owe, register_topic

INSIDE, FAILING, OUTSIDE, UNREACHABLE, STEPWISE = (
    "tests.inside", "tests.failing", "tests.outside", "tests.unreachable", "tests.stepwise",
)  # fmt: skip
left_the_house: list[str] = []  # what the outside world got
on_step: list[Callable[[], None]] = []  # what happens while a stepwise handler is under way


def leave_a_mark(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """One row for each time the effect is done."""
    record(actor=User.objects.system(), action="tests.effect", target=outbox, label=outbox.key)


def mark_and_fail(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """Fail in the middle, after the effect was written."""
    leave_a_mark(payload, outbox=outbox)
    raise ConnectionError("550 <hana@example.org> unknown here")


def mark_in_steps(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """Do the effect, and let the test act before it is committed."""
    leave_a_mark(payload, outbox=outbox)
    for step in on_step:
        step()


def send_out(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """An effect beyond the database; it can be seen to run outside any transaction of the consumer."""
    for step in on_step:
        step()
    left_the_house.append(outbox.key)


def reach_nobody(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    raise ConnectionRefusedError("the mail server is away")


register_topic(INSIDE, leave_a_mark)
register_topic(FAILING, mark_and_fail)
register_topic(STEPWISE, mark_in_steps)
register_topic(OUTSIDE, send_out, outside=True)
register_topic(UNREACHABLE, reach_nobody, outside=True)


def owe_one(topic: str = INSIDE, *, key: str = "one", **more: Any) -> Outbox:
    """An owed effect, committed as far as the test's own transaction allows."""
    with transaction.atomic():
        return owe(topic=topic, key=key, payload={}, **more)


def marks(key: str = "one") -> int:
    """How often the effect was done."""
    return AuditEntry.objects.filter(action="tests.effect", target_label=key).count()


def whole_database() -> dict[str, list[tuple[Any, ...]]]:
    """What deliveries may change, without clock times: equal for one delivery and for five."""
    entries = AuditEntry.objects.order_by("pk").values_list(
        "actor__email", "action", "target_type", "target_label"
    )
    messages = Notification.objects.order_by("pk").values_list(
        "key", "user__email", "kind", "context", "read_at"
    )
    rows = Outbox.objects.order_by("pk").values_list(
        "key", "topic", "payload", "attempts", "dead_at", "last_error"
    )
    done = Outbox.objects.exclude(done_at=None).order_by("pk").values_list("key")
    return {
        "audit": list(entries),
        "notifications": [(*values[:3], sorted(values[3].items()), values[4]) for values in messages],
        "outbox": [(key, topic, *rest[1:]) for key, topic, *rest in rows],
        "done": list(done),
    }
