"""/healthz says which part is missing, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import WorkerKind
from accounts.models.outbox import WorkerHeartbeat

pytestmark = pytest.mark.django_db


def heartbeat(*, seconds_ago: int) -> WorkerHeartbeat:
    seen_at = timezone.now() - dt.timedelta(seconds=seconds_ago)
    return WorkerHeartbeat.objects.create(name="worker", kind=WorkerKind.WORKER, pid=1, seen_at=seen_at)


def test_healthz_with_everything_answers_200(client: Client) -> None:
    heartbeat(seconds_ago=5)
    answer = client.get("/healthz")
    everything = {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": everything})


def test_healthz_without_worker_names_it(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "worker": "failing",
    }


def test_healthz_with_silent_worker_names_it(client: Client) -> None:
    heartbeat(seconds_ago=120)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["worker"]) == (503, "failing")


@pytest.mark.slow
def test_healthz_with_unreachable_broker_names_it(client: Client, settings) -> None:
    heartbeat(seconds_ago=5)
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["broker"]) == (503, "failing")
    assert "nowhere" not in answer.content.decode()


def test_healthz_with_unapplied_migration_names_it(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    heartbeat(seconds_ago=5)
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["migrations"]) == (503, "failing")
