"""The one letter of a day: what need not be known at once, gathered and sent at 18:00 in Japan."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import NoticeChoice
from accounts.models import Digest, Notification, Outbox, User
from accounts.services.dates import TOKYO
from accounts.services.mail import send_digest_mail
from accounts.services.outbox import owe

DIGEST_TOPIC = "accounts.digest"
DIGEST_EMAIL_TOPIC = "accounts.digest_email"
FROM, UNTIL = time(18, 0), time(20, 0)
"""From 20:00 to 8:00 nobody is written to; what missed the evening waits for the next one."""
AT_A_TIME = 2000


def is_evening(now: datetime) -> bool:
    """Whether letters of the day may leave: from 18:00 to 20:00 in Japan."""
    return FROM <= now.astimezone(TOKYO).time() < UNTIL


def waiting() -> QuerySet[Notification]:
    """Messages that wait for a letter of the day."""
    return Notification.objects.filter(mail=NoticeChoice.DAILY, digest=None, emailed_at=None)


@transaction.atomic
def sweep_digests(*, now: datetime) -> int:
    """Owe today's letter to everybody for whom messages wait, in the evening only; once a person and day. Returns how many."""
    if not is_evening(now):
        return 0
    today = now.astimezone(TOKYO).date()
    until = datetime.combine(today, UNTIL, tzinfo=TOKYO).isoformat()
    readers = User.objects.filter(is_active=True, pk__in=waiting().values("user_id")).exclude(
        digests__on=today
    )
    rows = list(readers.order_by("pk").values_list("pk", "public_id")[:AT_A_TIME])
    for pk, public_id in rows:
        payload = {"user_id": pk, "on": today.isoformat(), "until": until}
        owe(topic=DIGEST_TOPIC, key=f"digest:{public_id}:{today:%Y%m%d}", payload=payload)
    return len(rows)


def gather_digest(payload: dict[str, Any], /, *, outbox: Outbox) -> None:
    """Handler of ``accounts.digest``: put what waits into the letter of the day, and owe its e-mail.

    Which messages a letter holds is fixed here, in the transaction that closes the row: a repeated e-mail is the same.
    Nothing happens once the evening is over, or where nothing waits any more: it waits for the next evening.
    """
    user = User.objects.filter(pk=payload["user_id"], is_active=True).first()
    is_late = timezone.now() >= datetime.fromisoformat(payload["until"])
    if user is None or is_late or not waiting().filter(user=user).exists():
        return
    digest, _made = Digest.objects.get_or_create(user=user, on=date.fromisoformat(payload["on"]))
    waiting().filter(user=user).update(digest=digest)
    owe(topic=DIGEST_EMAIL_TOPIC, key=f"{outbox.key}:email", payload={"digest_id": digest.pk})


def email_digest(payload: dict[str, Any], /, *, outbox: Outbox) -> None:  # noqa: ARG001  # every handler's form
    """Handler of ``accounts.digest_email``, outside a transaction: send the letter unless it was sent, and note when.

    A crash between the mail server's yes and the note repeats it under the same Message-ID.
    """
    digest = Digest.objects.select_related("user").filter(pk=payload["digest_id"], emailed_at=None).first()
    if digest is None or not digest.user.is_active:
        return
    messages = list(digest.notifications.order_by("created_at", "pk"))
    if messages:
        send_digest_mail(digest, messages)
    with transaction.atomic():
        now = timezone.now()
        Digest.objects.filter(pk=digest.pk, emailed_at=None).update(emailed_at=now)
        digest.notifications.filter(emailed_at=None).update(emailed_at=now)
