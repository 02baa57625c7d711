"""Effects are owed with a change, done once, tried again with back-off, buried with a reason, replayed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import AuditEntry, Outbox, User
from accounts.services import outbox as service
from accounts.services.outbox import cancel_owed, deliver, owe, relay, replay
from accounts.services.topics import register_topic, topic_named
from tests.support import effects
from tests.support.effects import FAILING, INSIDE, OUTSIDE, STEPWISE, UNREACHABLE, marks, owe_one
from tests.support.outbox import drain_outbox


@pytest.fixture(autouse=True)
def nothing_left_over():
    effects.left_the_house.clear()
    effects.on_step.clear()


def make_due(row: Outbox) -> None:
    Outbox.objects.filter(pk=row.pk).update(next_at=timezone.now())


# Owing.
@pytest.mark.django_db(transaction=True)
def test_owe_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        owe(topic=INSIDE, key="one", payload={})
    assert not Outbox.objects.exists()


def test_owe_stores_an_open_row(db: None) -> None:
    row = owe(topic=INSIDE, key="one", payload={"need": 7})
    stored = Outbox.objects.get()
    assert stored.pk == row.pk
    assert (stored.topic, stored.key, stored.payload) == (INSIDE, "one", {"need": 7})
    assert stored.is_open
    assert stored.rung_at is None
    assert stored.next_at <= timezone.now()


def test_owe_with_the_same_key_returns_the_first_row(db: None) -> None:
    first = owe(topic=INSIDE, key="one", payload={"need": 7})
    again = owe(topic=INSIDE, key="one", payload={"need": 8})
    assert again.pk == first.pk
    assert again.payload == {"need": 7}
    assert Outbox.objects.count() == 1


def test_owe_of_what_is_done_owes_nothing_more(db: None) -> None:
    drain_outbox_of(owe_one())
    assert not owe(topic=INSIDE, key="one", payload={}).is_open
    assert drain_outbox() == 0
    assert marks() == 1


def drain_outbox_of(row: Outbox) -> None:
    deliver(outbox_id=row.pk)
    assert Outbox.objects.get(pk=row.pk).done_at is not None


@pytest.mark.django_db(transaction=True)
def test_owe_in_a_transaction_that_fails_owes_nothing() -> None:
    with transaction.atomic():
        owe(topic=INSIDE, key="one", payload={})
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()


# Delivering.
def test_deliver_does_the_effect_and_closes_the_row(db: None) -> None:
    row = owe_one()
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert marks() == 1
    assert row.done_at is not None
    assert (row.attempts, row.last_error, row.dead_at) == (0, "", None)


def test_deliver_before_its_time_does_nothing(db: None) -> None:
    row = owe_one(not_before=timezone.now() + timedelta(seconds=10))
    deliver(outbox_id=row.pk)
    assert marks() == 0
    assert Outbox.objects.get().is_open


def test_deliver_of_an_unknown_row_does_nothing(db: None) -> None:
    deliver(outbox_id=12345)
    assert not Outbox.objects.exists()


def test_deliver_failing_keeps_nothing_and_sets_the_next_attempt(db: None) -> None:
    row = owe_one(FAILING)
    before = timezone.now()
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert marks() == 0
    assert row.is_open
    assert row.attempts == 1
    assert timedelta(seconds=9) < row.next_at - before < timedelta(seconds=15)


def test_last_error_names_the_reason_without_the_address(db: None) -> None:
    row = owe_one(FAILING)
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert row.last_error == "ConnectionError: 550 <<address>> unknown here"


def test_deliver_of_an_unknown_topic_is_tried_again(db: None) -> None:
    row = owe_one("tests.of_a_newer_release")
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert row.is_open
    assert row.attempts == 1
    assert row.last_error == "LookupError: No handler is registered for the topic tests.of_a_newer_release."


@pytest.mark.parametrize("topic", [FAILING, UNREACHABLE])
def test_deliver_buries_a_row_after_eight_attempts_with_its_reason(db: None, topic: str) -> None:
    row = owe_one(topic)
    for attempt in range(1, 9):
        assert Outbox.objects.get().is_open
        make_due(row)
        deliver(outbox_id=row.pk)
        assert Outbox.objects.get().attempts == attempt
    row.refresh_from_db()
    assert row.dead_at is not None
    assert row.done_at is None
    assert row.last_error.startswith("Connection")
    make_due(row)
    deliver(outbox_id=row.pk)
    assert Outbox.objects.get().attempts == 8


def test_back_off_grows_fourfold_from_ten_seconds() -> None:
    assert [service.wait(attempts).total_seconds() for attempts in (1, 2, 3, 7)] == [10, 40, 160, 40_960]


# Outside effects.
def test_deliver_outside_leaves_the_house_once_and_closes(db: None) -> None:
    row = owe_one(OUTSIDE)
    deliver(outbox_id=row.pk)
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert effects.left_the_house == ["one"]
    assert row.done_at is not None
    assert row.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_deliver_outside_holds_no_transaction_while_it_sends() -> None:
    row = owe_one(OUTSIDE)
    seen: list[bool] = []
    effects.on_step.append(lambda: seen.append(connection.in_atomic_block))
    deliver(outbox_id=row.pk)
    assert seen == [False]


def test_deliver_outside_while_another_sends_does_nothing(db: None) -> None:
    row = owe_one(OUTSIDE)
    effects.on_step.append(
        lambda: deliver(outbox_id=row.pk)
    )  # would go on for ever if it did not see the lease
    deliver(outbox_id=row.pk)
    assert effects.left_the_house == ["one"]


def test_deliver_outside_after_a_crash_in_the_middle_repeats_it_when_the_lease_is_over(db: None) -> None:
    row = owe_one(OUTSIDE)
    effects.on_step.append(die)
    with pytest.raises(KeyboardInterrupt):
        deliver(outbox_id=row.pk)
    effects.on_step.clear()
    deliver(outbox_id=row.pk)
    assert effects.left_the_house == []
    assert timezone.now() < Outbox.objects.get().next_at <= timezone.now() + service.LEASE
    make_due(row)
    deliver(outbox_id=row.pk)
    assert effects.left_the_house == ["one"]
    assert Outbox.objects.get().attempts == 2


def die() -> None:
    raise KeyboardInterrupt  # as a signal to the process would: no handler of errors sees it


def test_deliver_outside_that_always_kills_its_worker_is_buried(db: None) -> None:
    row = owe_one(OUTSIDE)
    effects.on_step.append(die)
    for _ in range(8):
        make_due(row)
        with pytest.raises(KeyboardInterrupt):
            deliver(outbox_id=row.pk)
    make_due(row)
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert row.dead_at is not None
    assert row.last_error == "RuntimeError: The worker ended in the middle of every attempt."
    assert effects.left_the_house == []


# Taking back.
def test_cancel_owed_takes_back_what_is_still_owed_under_the_prefix(db: None) -> None:
    later = timezone.now() + timedelta(seconds=10)
    owe_one(key="match:a:5:asked", not_before=later)
    owe_one(key="match:a:5:told", not_before=later)
    owe_one(key="match:a:50:asked", not_before=later)
    assert cancel_owed(key_prefix="match:a:5:") == 2
    assert drain_outbox(now=later) == 1
    assert [marks(key) for key in ("match:a:5:asked", "match:a:5:told", "match:a:50:asked")] == [0, 0, 1]


def test_cancel_owed_leaves_what_is_done_or_dead(db: None) -> None:
    drain_outbox_of(owe_one(key="a:done"))
    dead = owe_one(key="a:dead")
    Outbox.objects.filter(pk=dead.pk).update(dead_at=timezone.now(), last_error="why")
    assert cancel_owed(key_prefix="a:") == 0
    assert not Outbox.objects.exclude(cancelled_at=None).exists()


def test_cancel_owed_takes_a_percent_sign_by_its_word(db: None) -> None:
    owe_one(key="abc")
    assert cancel_owed(key_prefix="%") == 0
    assert cancel_owed(key_prefix="a_") == 0


def test_cancelled_while_it_is_being_sent_counts_as_done(db: None) -> None:
    row = owe_one(OUTSIDE)
    effects.on_step.append(lambda: cancel_owed(key_prefix="one"))
    deliver(outbox_id=row.pk)
    row.refresh_from_db()
    assert row.done_at is not None
    assert row.cancelled_at is None


# Ringing again.
def test_relay_rings_for_what_is_due_only(db: None) -> None:
    now = timezone.now()
    due = owe_one(key="due")
    owe_one(key="later", not_before=now + timedelta(seconds=10))
    drain_outbox_of(owe_one(key="done"))
    owe_one(key="cancelled")
    cancel_owed(key_prefix="cancelled")
    assert relay(now=timezone.now()) == 1
    assert list(Outbox.objects.exclude(rung_at=None)) == [due]


def test_relay_rings_again_only_after_twenty_seconds_without_effect(db: None) -> None:
    owe_one()
    now = timezone.now()
    rung = [relay(now=now + timedelta(seconds=seconds)) for seconds in (0, 5, 10, 15, 20, 25, 40)]
    assert rung == [1, 0, 0, 0, 1, 0, 1]


def test_relay_rings_for_a_delayed_row_when_its_time_has_come(db: None) -> None:
    now = timezone.now()
    owe_one(not_before=now + timedelta(seconds=10))
    assert [relay(now=now + timedelta(seconds=seconds)) for seconds in (0, 5, 9, 10)] == [0, 0, 0, 1]


def test_relay_takes_at_most_its_limit_longest_due_first(db: None) -> None:
    now = timezone.now()
    for number in range(3):
        owe_one(key=str(number), not_before=now - timedelta(seconds=number))
    assert relay(now=now, limit=2) == 2
    assert set(Outbox.objects.exclude(rung_at=None).values_list("key", flat=True)) == {"1", "2"}
    assert relay(now=now, limit=2) == 1


# Replaying.
def bury(row: Outbox) -> None:
    Outbox.objects.filter(pk=row.pk).update(
        dead_at=timezone.now(), attempts=8, last_error="why", rung_at=timezone.now()
    )


def test_replay_gives_a_dead_letter_its_attempts_again(admin: User) -> None:
    row = owe_one()
    bury(row)
    replay(outbox_id=row.pk, actor=admin)
    assert relay(now=timezone.now()) == 1
    drain_outbox()
    row.refresh_from_db()
    assert marks() == 1
    assert row.done_at is not None
    assert row.dead_at is None
    assert row.last_error == "why"
    entry = AuditEntry.objects.get(action="outbox.replay")
    assert (entry.actor, entry.target_type, entry.target_label) == (admin, "accounts.outbox", "one")


def test_replay_by_a_guide_is_refused(mori: User) -> None:
    row = owe_one()
    bury(row)
    with pytest.raises(NotAllowed, match="not_administrator"):
        replay(outbox_id=row.pk, actor=mori)
    assert Outbox.objects.get().dead_at is not None


def test_replay_of_what_is_not_dead_is_refused(admin: User) -> None:
    row = owe_one()
    with pytest.raises(Conflict, match="outbox_not_dead"):
        replay(outbox_id=row.pk, actor=admin)
    with pytest.raises(NotFound, match="outbox_unknown"):
        replay(outbox_id=row.pk + 1, actor=admin)
    assert not AuditEntry.objects.exists()


# Topics.
def test_register_topic_refuses_a_second_handler() -> None:
    register_topic(INSIDE, effects.leave_a_mark)
    with pytest.raises(ValueError, match="registered already"):
        register_topic(INSIDE, effects.send_out)
    assert topic_named(INSIDE).handler is effects.leave_a_mark


def test_topics_of_this_app_are_registered() -> None:
    assert topic_named("accounts.email").outside
    assert not topic_named("accounts.notify").outside


def test_drain_outbox_does_what_effects_owe_in_turn(hana: User) -> None:
    effects.on_step.append(lambda: owe(topic=INSIDE, key="two", payload={}))
    owe_one(STEPWISE)
    assert drain_outbox() == 2
    assert (marks("one"), marks("two")) == (1, 1)
