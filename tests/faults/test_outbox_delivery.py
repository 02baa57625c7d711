"""However often and whenever a row is delivered, its effect is there once, or not at all and still owed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Notification, Outbox, User
from accounts.services.notifications import notify
from accounts.services.outbox import cancel_owed, deliver, owe
from accounts.services.topics import topic_named
from tests.support import effects
from tests.support.effects import FAILING, INSIDE, OUTSIDE, STEPWISE, marks, owe_one, whole_database
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    effects.left_the_house.clear()
    effects.on_step.clear()
    yield
    effects.on_step.clear()


def in_threads(*acts: Callable[[], None]) -> list[BaseException]:
    """Run the acts at the same time, each on its own connection; returns what they raised."""
    raised: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # handed to the test
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    return raised


def owe_everything(user: User) -> list[int]:
    """One row of each kind, the message with its e-mail among them."""
    with transaction.atomic():
        notify(user=user, kind="match_asked", key="told", context={"need": "草刈り"})
    rows = [owe_one(topic, key=topic) for topic in (INSIDE, FAILING, OUTSIDE)]
    return [Outbox.objects.get(key="told").pk, *(row.pk for row in rows)]


def email_row() -> int:
    return Outbox.objects.get(key="told:email").pk


@pytest.mark.parametrize("times", [2, 5])
def test_delivered_many_times_leaves_the_database_of_once(
    hana: User, mailoutbox: list[object], times: int
) -> None:
    for outbox_id in owe_everything(hana):
        for _ in range(times):
            deliver(outbox_id=outbox_id)
    for _ in range(times):
        deliver(outbox_id=email_row())
    many, letters = whole_database(), len(mailoutbox)

    forget_everything(mailoutbox)
    for outbox_id in owe_everything(hana):
        deliver(outbox_id=outbox_id)
    deliver(outbox_id=email_row())
    assert many == whole_database()
    assert letters == len(mailoutbox) == 1
    assert effects.left_the_house == [OUTSIDE]


def forget_everything(mailoutbox: list[object]) -> None:
    from accounts.models import AuditEntry

    for model in (AuditEntry, Notification, Outbox):
        model.objects.all().delete()
    mailoutbox.clear()
    effects.left_the_house.clear()


@pytest.mark.parametrize("topic", [INSIDE, OUTSIDE])
def test_delivered_by_eight_at_once_is_done_once(topic: str) -> None:
    User.objects.system()
    for round_number in range(5):
        row = owe_one(topic, key=f"round {round_number}")
        start = threading.Barrier(8)

        def at_once(outbox_id: int = row.pk, start: threading.Barrier = start) -> None:
            start.wait(PATIENCE_SECONDS)
            deliver(outbox_id=outbox_id)

        assert in_threads(*[at_once] * 8) == []
        assert marks(row.key) + effects.left_the_house.count(row.key) == 1
        row.refresh_from_db()
        assert row.done_at is not None
        assert row.last_error == ""


@pytest.mark.postgres
def test_delivered_while_another_is_at_it_returns_at_once() -> None:
    User.objects.system()
    row = owe_one(STEPWISE)
    under_way, second_returned = threading.Event(), threading.Event()

    def wait_for_the_second() -> None:
        under_way.set()
        assert second_returned.wait(PATIENCE_SECONDS)

    def second() -> None:
        assert under_way.wait(PATIENCE_SECONDS)
        deliver(outbox_id=row.pk)
        second_returned.set()

    effects.on_step.append(wait_for_the_second)
    assert in_threads(lambda: deliver(outbox_id=row.pk), second) == []
    assert marks() == 1
    assert Outbox.objects.get().done_at is not None


@pytest.mark.postgres
def test_unlocked_consumer_does_the_effect_twice() -> None:
    """The guard of the tests above: the naive consumer that looks, acts and closes without a claim is caught."""
    User.objects.system()
    row = owe_one(INSIDE)
    both_have_looked = threading.Barrier(2)

    def naive_deliver() -> None:
        with transaction.atomic():
            seen = Outbox.objects.get(pk=row.pk)
            both_have_looked.wait(PATIENCE_SECONDS)
            if seen.is_open:
                topic_named(seen.topic).handler(seen.payload, outbox=seen)
                Outbox.objects.filter(pk=row.pk).update(done_at=timezone.now())

    assert in_threads(naive_deliver, naive_deliver) == []
    assert marks() == 2


def test_killed_in_the_middle_leaves_nothing_and_is_done_later() -> None:
    row = owe_one(STEPWISE)
    effects.on_step.append(die)
    with pytest.raises(SystemExit):
        deliver(outbox_id=row.pk)
    assert marks() == 0
    assert Outbox.objects.get().is_open
    effects.on_step.clear()
    deliver(outbox_id=row.pk)
    assert marks() == 1


def die() -> None:
    raise SystemExit  # no handler of errors sees it, as none sees a kill


def test_closed_before_the_effect_loses_it() -> None:
    """The guard of the test above: a consumer that closes first and acts in a second transaction is caught."""
    row = owe_one(STEPWISE)
    effects.on_step.append(die)
    Outbox.objects.filter(pk=row.pk).update(done_at=timezone.now())
    with pytest.raises(SystemExit), transaction.atomic():
        topic_named(row.topic).handler(row.payload, outbox=row)
    effects.on_step.clear()
    drain_outbox()
    assert marks() == 0
    assert not Outbox.objects.get().is_open


@pytest.mark.postgres
def test_cancelled_while_it_is_being_delivered_is_not_taken_back() -> None:
    """The caller has locks of its own, so it must not wait for a handler that may want them."""
    User.objects.system()
    row = owe_one(STEPWISE)
    under_way, cancelled = threading.Event(), threading.Event()
    counts: list[int] = []

    def wait_for_the_cancel() -> None:
        under_way.set()
        assert cancelled.wait(PATIENCE_SECONDS)

    def cancel() -> None:
        assert under_way.wait(PATIENCE_SECONDS)
        counts.append(cancel_owed(key_prefix="one"))
        cancelled.set()

    effects.on_step.append(wait_for_the_cancel)
    assert in_threads(lambda: deliver(outbox_id=row.pk), cancel) == []
    row.refresh_from_db()
    assert counts == [0]
    assert row.done_at is not None
    assert row.cancelled_at is None


def test_owed_by_eight_at_once_is_owed_once() -> None:
    start = threading.Barrier(8)

    def owe_it() -> None:
        start.wait(PATIENCE_SECONDS)
        with transaction.atomic():
            owe(topic=INSIDE, key="same", payload={})

    assert in_threads(*[owe_it] * 8) == []
    assert Outbox.objects.count() == 1
    drain_outbox()
    assert marks("same") == 1
