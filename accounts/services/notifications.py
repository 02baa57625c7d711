"""Telling people: a message in the house and one by e-mail, each once, owed with the change that they are told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import NoticeChoice
from accounts.models import Notification, Outbox, User
from accounts.services.dates import format_date
from accounts.services.mail import has_templates, send_notification_mail
from accounts.services.notice_kinds import mail_for
from accounts.services.outbox import owe

__all__ = [
    "EMAIL_TOPIC",
    "NOTIFY_TOPIC",
    "email_notification",
    "format_date",
    "notify",
    "notify_at_most_hourly",
    "store_notification",
]

NOTIFY_TOPIC = "accounts.notify"
EMAIL_TOPIC = "accounts.email"
HOUR = timedelta(hours=1)


def notify(
    *,
    user: User,
    kind: str,
    key: str,
    context: Mapping[str, str],
    not_before: datetime | None = None,
    due_at: datetime | None = None,
) -> Outbox:
    """Owe one message to ``user``, once per ``key``. In the transaction of the change that is told.

    Args:
        kind: stem of the templates under ``templates/emails``.
        context: what the templates show: labels and ids that ``user`` may see, dates in words, never contact data.
            Known: match, need, region, party, people, date, due, note, path (of the page to open).
        not_before: until then ``cancel_owed`` with a prefix of ``key`` takes it back.
        due_at: what is due within 48 hours does not wait for the letter of the day.

    Raises:
        LookupError: there are no templates of that kind.
        RuntimeError: outside a transaction.
    """
    if not has_templates(kind):
        raise LookupError(f"There is no templates/emails/{kind}.txt.")
    payload = {
        "user_id": user.pk,
        "kind": kind,
        "context": {name: str(value) for name, value in context.items()},
    }
    if due_at is not None:
        payload["due_at"] = due_at.isoformat()
    return owe(topic=NOTIFY_TOPIC, key=key, payload=payload, not_before=not_before)


def notify_at_most_hourly(
    *,
    user: User,
    kind: str,
    about: str,
    key: str,
    context: Mapping[str, str],
    not_before: datetime,
    due_at: datetime | None = None,
) -> Outbox:
    """Owe a notice of ``kind``, unless one that begins with ``about`` is still owed to this person; then return that one.

    The next one leaves an hour after the last at the earliest, so that nothing is lost and nobody is flooded. The
    caller holds a lock under which all notices of this ``about`` are written; ``key`` begins with ``about``.

    Raises: as ``notify``.
    """
    rows = Outbox.objects.filter(
        topic=NOTIFY_TOPIC, key__startswith=about, payload__kind=kind, payload__user_id=user.pk
    )
    last = rows.filter(cancelled_at=None).order_by("-next_at", "-pk").first()
    if last is not None and last.is_open:
        return last
    earliest = not_before if last is None else max(not_before, last.next_at + HOUR)
    return notify(user=user, kind=kind, key=key, context=context, not_before=earliest, due_at=due_at)


def store_notification(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """Handler of ``accounts.notify``: the message in the house, and the e-mail owed with it.

    What the reader wants gathered waits for the letter of the day (``digests``); how is decided here and stored. Someone whose account is gone is told nothing; the system and closed accounts get no e-mail.
    """
    user = User.objects.filter(pk=payload["user_id"]).first()
    if user is None:
        return
    due_at = datetime.fromisoformat(payload["due_at"]) if "due_at" in payload else None
    mail = mail_for(user, payload["kind"], due_at=due_at, now=timezone.now())
    values = {"user": user, "kind": payload["kind"], "context": payload["context"], "mail": mail}
    notification, _ = Notification.objects.get_or_create(key=outbox.key, defaults=values)
    if user.is_active and not user.is_system and notification.mail == NoticeChoice.AT_ONCE:
        owe(topic=EMAIL_TOPIC, key=f"{outbox.key}:email", payload={"notification_id": notification.pk})


def email_notification(payload: dict[str, Any], /, *, outbox: Outbox) -> None:  # noqa: ARG001  # every handler's form
    """Handler of ``accounts.email``, outside a transaction: send the message unless it was sent, and note when.

    A crash between the mail server's yes and the note repeats it under the same Message-ID.
    """
    unsent = Notification.objects.filter(pk=payload["notification_id"], emailed_at=None)
    notification = unsent.select_related("user").first()
    if notification is not None:
        send_notification_mail(notification)
        unsent.update(emailed_at=timezone.now())


@transaction.atomic
def mark_read(*, user: User, notification_ids: list[int]) -> int:
    """Note that ``user`` has read these of their own messages; returns how many were unread."""
    unread = Notification.objects.filter(user=user, pk__in=notification_ids, read_at=None)
    return unread.update(read_at=timezone.now())
