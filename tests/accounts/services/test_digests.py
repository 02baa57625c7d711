"""The letter of a day: what goes into it, that it leaves once and in the evening only, and that nothing is lost or doubled."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.enums import NoticeChoice, NoticeGroup
from accounts.errors import Invalid
from accounts.models import Digest, NoticeSetting, Notification, Outbox, User
from accounts.services import digests
from accounts.services.digests import gather_digest, is_evening, sweep_digests
from accounts.services.mail import message_id
from accounts.services.notice_kinds import group_of
from accounts.services.notice_settings import choose_notices, notice_choices
from accounts.services.notifications import notify
from accounts.services.outbox import deliver
from tests.builders import TOKYO, make_user
from tests.support.outbox import drain_outbox

ALWAYS_AT_ONCE = {
    "meeting_opened", "meeting_planned", "match_ended", "date_called_off", "date_moved", "date_goes_ahead",
    "sign_in_code", "sign_in_unknown", "sign_up_again", "daily_digest",
    "guardian_asked", "guardian_answered", "report_written",
}  # fmt: skip


def at(hour: int, minute: int = 0) -> datetime:
    """That hour of today in Japan."""
    return timezone.now().astimezone(TOKYO).replace(hour=hour, minute=minute, second=0, microsecond=0)


@pytest.fixture
def evening() -> datetime:
    """18:05 of tomorrow: whatever the clock says now, that evening is not over."""
    return at(18, 5) + timedelta(days=1)


def tell(user: User, key: str, kind: str = "match_answered", **more: object) -> None:
    """A message to ``user``, delivered as far as it does not wait for the evening."""
    context = {"need": f"募集{key}", "path": f"/matches/{key}/"}
    notify(user=user, kind=kind, key=key, context=context, **more)
    drain_outbox()


def send(now: datetime) -> int:
    """The evening's sweep and its letters; how many were owed."""
    owed = sweep_digests(now=now)
    drain_outbox()
    return owed


def test_what_can_wait_comes_in_one_letter(
    hana: User, yuki: User, mailoutbox: list[EmailMultiAlternatives], evening: datetime
) -> None:
    for key in ("a", "b"):
        tell(hana, key)
    tell(yuki, "c")
    assert mailoutbox == []
    assert Notification.objects.filter(emailed_at=None).count() == 3  # in the house at once

    assert send(evening) == 2

    assert sorted(mail.to[0] for mail in mailoutbox) == ["hana@example.org", "yuki@example.org"]
    (letter,) = [mail for mail in mailoutbox if mail.to == ["hana@example.org"]]
    assert "お知らせ2件" in letter.subject
    page = str(letter.alternatives[0].content)
    for key in ("a", "b"):
        for text in (letter.body, page):
            assert f"募集{key}" in text
            assert f"/matches/{key}/" in text
    assert "募集c" not in letter.body
    assert not Notification.objects.filter(emailed_at=None).exists()


def test_letter_leaves_once_a_day_and_the_rest_waits_for_tomorrow(
    hana: User, mailoutbox: list, evening: datetime
) -> None:
    tell(hana, "a")
    send(evening)
    tell(hana, "b")
    assert (send(evening), len(mailoutbox)) == (0, 1)
    assert (send(evening + timedelta(days=1)), len(mailoutbox)) == (1, 2)
    assert "募集a" not in mailoutbox[1].body
    assert "募集b" in mailoutbox[1].body


@pytest.mark.parametrize(
    ("hour", "minute", "leaves"),
    [(17, 59, False), (18, 0, True), (19, 59, True), (20, 0, False), (3, 0, False)],
)
def test_quiet_hours_are_kept(hour: int, minute: int, leaves: bool) -> None:
    assert is_evening(at(hour, minute)) == leaves


@pytest.mark.django_db
def test_sweep_at_night_owes_nothing(hana: User) -> None:
    tell(hana, "a")
    assert sweep_digests(now=at(20)) == 0
    assert not Outbox.objects.filter(topic=digests.DIGEST_TOPIC).exists()


def test_letter_that_missed_its_evening_waits_for_the_next(
    hana: User, mailoutbox: list, evening: datetime
) -> None:
    tell(hana, "a")
    assert (send(evening - timedelta(days=2)), mailoutbox) == (1, [])  # the worker was away until now
    assert not Outbox.objects.open().exists()
    assert (send(evening), len(mailoutbox)) == (1, 1)


def test_letter_delivered_twice_or_after_a_crash_is_the_same(
    hana: User, mailoutbox: list, evening: datetime
) -> None:
    tell(hana, "a")
    send(evening)
    tell(hana, "b")
    row = Outbox.objects.get(topic=digests.DIGEST_EMAIL_TOPIC)
    Outbox.objects.filter(pk=row.pk).update(done_at=None, next_at=timezone.now())
    Digest.objects.update(emailed_at=None)  # the mail server's yes was not noted
    deliver(outbox_id=row.pk)
    first, again = mailoutbox
    assert first.body == again.body
    assert first.message()["Message-ID"] == again.message()["Message-ID"]
    assert first.message()["Message-ID"] == message_id(Outbox.objects.get(topic=digests.DIGEST_TOPIC).key)
    assert Notification.objects.get(key="b").digest is None


def test_handler_run_twice_gathers_once(hana: User, evening: datetime) -> None:
    tell(hana, "a")
    sweep_digests(now=evening)
    row = Outbox.objects.get(topic=digests.DIGEST_TOPIC)
    deliver(outbox_id=row.pk)
    gather_digest(row.payload, outbox=row)
    assert Digest.objects.count() == 1
    assert Outbox.objects.filter(topic=digests.DIGEST_EMAIL_TOPIC).count() == 1


def test_what_is_due_within_two_days_leaves_at_once(hana: User, mailoutbox: list) -> None:
    soon = timezone.now() + timedelta(hours=47)
    tell(hana, "a", due_at=soon)
    tell(hana, "b", due_at=soon + timedelta(hours=2))
    assert ["募集a" in mail.subject for mail in mailoutbox] == [True]


@pytest.mark.parametrize(
    "kind", sorted(ALWAYS_AT_ONCE & {"meeting_opened", "match_ended", "date_called_off"})
)
def test_meeting_ending_and_calling_off_cannot_be_turned_off(hana: User, mailoutbox: list, kind: str) -> None:
    choose_notices(
        actor=hana,
        choices={group: NoticeChoice.NONE for group in NoticeGroup if group != NoticeGroup.ANSWERS},
    )
    tell(hana, "a", kind)
    assert len(mailoutbox) == 1


def test_choice_of_the_person_holds(hana: User, mailoutbox: list, evening: datetime) -> None:
    choose_notices(actor=hana, choices={NoticeGroup.HAPPENED: NoticeChoice.NONE})
    tell(hana, "a")
    assert (send(evening), mailoutbox) == (0, [])
    assert Notification.objects.filter(key="a").exists()
    choose_notices(actor=hana, choices={NoticeGroup.HAPPENED: NoticeChoice.AT_ONCE})
    tell(hana, "b")
    assert len(mailoutbox) == 1


def test_answer_that_is_wanted_may_be_gathered_but_not_turned_off(
    hana: User, mailoutbox: list, evening: datetime
) -> None:
    with pytest.raises(Invalid, match="choice_unknown"):
        choose_notices(
            actor=hana, choices={NoticeGroup.ANSWERS: NoticeChoice.NONE, NoticeGroup.FITS: NoticeChoice.NONE}
        )
    assert not NoticeSetting.objects.exists()
    choose_notices(actor=hana, choices={NoticeGroup.ANSWERS: NoticeChoice.DAILY})
    tell(hana, "a", "match_asked")
    assert mailoutbox == []
    assert send(evening) == 1
    assert notice_choices(hana)[NoticeGroup.ANSWERS] == NoticeChoice.DAILY


def test_closed_account_gets_no_letter(db: None, mailoutbox: list, evening: datetime) -> None:
    user = make_user()
    tell(user, "a")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert (send(evening), mailoutbox) == (0, [])


def test_every_kind_of_message_has_its_place() -> None:
    folder = Path(project.BASE_DIR) / "templates" / "emails"
    kinds = {path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt")}
    assert {kind for kind in kinds if group_of(kind) is None} == ALWAYS_AT_ONCE
