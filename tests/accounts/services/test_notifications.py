"""A person is told once, in the house and by e-mail, in their language, and never before the change is committed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification, Outbox, User
from accounts.selectors.notifications import notifications_for, unread_count
from accounts.services.notifications import mark_read, notify
from accounts.services.outbox import cancel_owed, deliver
from tests.builders import make_user
from tests.support.outbox import drain_outbox

CONTEXT = {"match": "abc", "need": "夏と秋の草刈り", "region": "佐賀県佐賀市", "path": "/matches/abc/"}


def tell(
    user: User, *, key: str = "match:abc:2:match_asked", kind: str = "match_asked", **more: object
) -> None:
    notify(user=user, kind=kind, key=key, context=CONTEXT, **more)


def test_notify_tells_nobody_before_the_outbox_is_delivered(hana: User, mailoutbox: list) -> None:
    tell(hana)
    assert not Notification.objects.exists()
    assert mailoutbox == []
    row = Outbox.objects.get()
    assert (row.topic, row.key) == ("accounts.notify", "match:abc:2:match_asked")


def test_notify_leads_to_one_message_and_one_email(
    hana: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    tell(hana)
    drain_outbox()
    message = Notification.objects.get()
    assert (message.key, message.user, message.kind, message.context) == (
        "match:abc:2:match_asked", hana, "match_asked", CONTEXT,
    )  # fmt: skip
    assert message.emailed_at is not None
    assert [mail.to for mail in mailoutbox] == [["hana@example.org"]]
    assert not Outbox.objects.open().exists()


def test_notify_twice_under_one_key_tells_once(hana: User, mailoutbox: list) -> None:
    tell(hana)
    drain_outbox()
    tell(hana)
    drain_outbox()
    assert Notification.objects.count() == len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_notify_in_a_transaction_that_fails_tells_nobody(hana: User) -> None:
    with transaction.atomic():
        tell(hana)
        transaction.set_rollback(True)
    assert drain_outbox() == 0
    assert not Notification.objects.exists()


def test_notify_of_an_unknown_kind_is_a_mistake_seen_at_once(hana: User) -> None:
    with pytest.raises(LookupError, match="no_such_kind"):
        tell(hana, kind="no_such_kind")
    with pytest.raises(LookupError):
        tell(hana, kind="../base")
    assert not Outbox.objects.exists()


def test_notify_not_before_waits_and_can_be_taken_back(hana: User, yuki: User, mailoutbox: list) -> None:
    later = timezone.now() + timedelta(seconds=10)
    tell(hana, key="match:abc:2:a", not_before=later)
    tell(yuki, key="match:abc:3:a", not_before=later)
    assert drain_outbox() == 0
    assert cancel_owed(key_prefix="match:abc:2:") == 1
    drain_outbox(now=later)
    assert [mail.to for mail in mailoutbox] == [["yuki@example.org"]]


def test_cancel_owed_takes_back_the_email_of_a_message_in_the_house(hana: User, mailoutbox: list) -> None:
    tell(hana)
    deliver(outbox_id=Outbox.objects.get().pk)
    assert cancel_owed(key_prefix="match:abc:2:") == 1
    drain_outbox()
    assert Notification.objects.get().emailed_at is None
    assert mailoutbox == []


def test_email_already_sent_is_not_sent_again_after_a_crash_before_the_close(
    hana: User, mailoutbox: list
) -> None:
    tell(hana)
    drain_outbox()
    row = Outbox.objects.get(topic="accounts.email")
    Outbox.objects.filter(pk=row.pk).update(done_at=None, next_at=timezone.now())
    drain_outbox()
    row.refresh_from_db()
    assert len(mailoutbox) == 1
    assert row.done_at is not None


def test_mail_server_away_is_tried_again(hana: User, mailoutbox: list, settings) -> None:
    tell(hana)
    deliver(outbox_id=Outbox.objects.get().pk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    drain_outbox()
    row = Outbox.objects.get(topic="accounts.email")
    assert row.is_open
    assert row.last_error.startswith("ConnectionRefusedError")
    assert Notification.objects.get().emailed_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    drain_outbox(now=row.next_at)
    assert len(mailoutbox) == 1
    assert Notification.objects.get().emailed_at is not None


def test_account_that_is_gone_is_told_nothing(db: None, mailoutbox: list) -> None:
    user = make_user()
    tell(user)
    user.delete()
    drain_outbox()
    assert not Notification.objects.exists()
    assert not Outbox.objects.open().exists()
    assert not Outbox.objects.dead().exists()
    assert mailoutbox == []


def test_closed_account_and_the_system_get_no_email(db: None, mailoutbox: list) -> None:
    tell(make_user(is_active=False), key="closed")
    tell(User.objects.system(), key="system")
    drain_outbox()
    assert Notification.objects.count() == 2
    assert mailoutbox == []


def test_sample_people_are_written_to_like_all(db: None, mailoutbox: list) -> None:
    tell(make_user(email="mihon@sample.invalid", is_sample=True))
    drain_outbox()
    assert [mail.to for mail in mailoutbox] == [["mihon@sample.invalid"]]


def test_notifications_are_seen_by_their_reader_only(hana: User, yuki: User) -> None:
    for number in range(2):
        tell(hana, key=f"hana:{number}")
    tell(yuki, key="yuki:0")
    drain_outbox()
    assert [message.key for message in notifications_for(hana)] == ["hana:1", "hana:0"]
    assert (unread_count(hana), unread_count(yuki)) == (2, 1)


def test_mark_read_touches_own_messages_only(hana: User, yuki: User) -> None:
    tell(hana, key="hana:0")
    tell(yuki, key="yuki:0")
    drain_outbox()
    everything = list(Notification.objects.values_list("pk", flat=True))
    assert mark_read(user=hana, notification_ids=everything) == 1
    assert mark_read(user=hana, notification_ids=everything) == 0
    assert (unread_count(hana), unread_count(yuki)) == (0, 1)
