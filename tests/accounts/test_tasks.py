"""The tasks are thin: each does its one service, under the name by which others start it."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.utils import timezone

from accounts import tasks
from accounts.models import IdempotencyRecord, Outbox, User, WorkerHeartbeat
from accounts.services.doorbell import DELIVER_TASK
from tests.support.effects import marks, owe_one


def test_names_are_those_by_which_they_are_started() -> None:
    ours = {name for name in current_app.tasks if name.startswith("accounts.")}
    assert ours == {
        "accounts.deliver",
        "accounts.relay_outbox",
        "accounts.beat_heartbeat",
        "accounts.sweep_digests",
        "accounts.sweep_records",
    }
    assert DELIVER_TASK in ours


def test_deliver_is_ended_before_the_process_is() -> None:
    """A handler that hangs must become a counted failure, not a killed process that is rung again for ever."""
    assert 0 < tasks.deliver.soft_time_limit < current_app.conf.task_time_limit


def test_deliver_does_what_is_owed(db: None) -> None:
    row = owe_one()
    tasks.deliver(row.pk)
    tasks.deliver(row.pk)
    assert marks() == 1


def test_relay_outbox_rings(db: None) -> None:
    owe_one()
    tasks.relay_outbox()
    assert Outbox.objects.get().rung_at is not None


def test_beat_heartbeat_is_heard(db: None) -> None:
    tasks.beat_heartbeat()
    tasks.beat_heartbeat()
    assert WorkerHeartbeat.objects.count() == 1


def test_sweep_records_forgets_what_is_old_and_keeps_the_rest(hana: User) -> None:
    old, fresh = timezone.now() - timedelta(days=3), timezone.now()
    for number, at in enumerate((old, fresh)):
        IdempotencyRecord.objects.create(user=hana, key=str(number), path="/", digest="d", created_at=at)
        WorkerHeartbeat.objects.create(name=str(number), kind="worker", pid=1, seen_at=at)
    tasks.sweep_records()
    tasks.sweep_records()
    assert IdempotencyRecord.objects.get().key == "1"
    assert WorkerHeartbeat.objects.get().name == "1"
