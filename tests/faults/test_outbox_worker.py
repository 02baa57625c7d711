"""A real worker killed, a real broker flushed, killed and away: every effect is done, once.

``ENISHI_TEST_LONG_RUN=4`` makes it 20 kills and 12 flushes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification, Outbox, User, WorkerHeartbeat
from accounts.selectors.heartbeats import worker_is_alive
from accounts.services import doorbell
from accounts.services.notifications import notify
from accounts.services.outbox import relay
from matching.services.invariants import check_invariants
from tests.support.beat import wait_until_settled
from tests.support.effects import INSIDE, owe_one
from tests.support.worker import OwnRedis, Worker, own_redis, running_worker
from tests.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TIMES = int(os.environ.get("ENISHI_TEST_LONG_RUN", "1"))
KILLS, FLUSHES = 5 * TIMES, 3 * TIMES
BETWEEN = 15
"""Effects owed for each kill or flush, so that each finds work in hand."""
EFFECTS = 60


@pytest.fixture
def broker(settings, tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        settings.CELERY_BROKER_URL = server.url
        settings.ENISHI_RING_AT_ONCE = True
        doorbell._silent_until = 0.0
        yield server
        doorbell._silent_until = 0.0


@pytest.fixture
def worker(broker: OwnRedis, child_environment: dict[str, str], tmp_path: Path) -> Iterator[Worker]:
    with running_worker(child_environment, broker_url=broker.url, log=tmp_path / "worker.log") as process:
        yield process


def tell(user: User, *numbers: int) -> None:
    """Owe messages, each in a transaction of its own."""
    for number in numbers:
        with transaction.atomic():
            notify(user=user, kind="match_asked", key=f"told:{number}", context={"need": "草刈り"})


def done() -> int:
    """Messages stored and sent, their rows closed."""
    return Outbox.objects.filter(topic="accounts.email").exclude(done_at=None).count()


def beats(seconds: int) -> None:
    """One tick of the relay, as the beat would ring it so many seconds from now."""
    relay(now=timezone.now() + timedelta(seconds=seconds))


def assert_each_told_once(number: int) -> None:
    keys = sorted(Notification.objects.exclude(emailed_at=None).values_list("key", flat=True))
    assert keys == sorted(f"told:{each}" for each in range(number))
    assert not Outbox.objects.open().exists()
    assert not Outbox.objects.dead().exists()
    assert check_invariants(now=timezone.now()) == []


def test_effect_follows_the_commit_at_once(hana: User, worker: Worker) -> None:
    tell(hana, 0)
    wait_for(lambda: done() == 1, seconds=30)  # the worker starts meanwhile
    tell(hana, 1)
    wait_for(lambda: done() == 2)  # no beat runs here: the commit itself rang
    assert_each_told_once(2)


def test_killed_worker_loses_nothing(hana: User, worker: Worker) -> None:
    owed = KILLS * BETWEEN
    tell(hana, *range(owed))
    killed_at = []
    for _ in range(KILLS):
        target = done() + 3
        wait_for(lambda target=target: done() >= target, seconds=30)
        worker.kill()
        killed_at.append(done())
        worker.start()
        beats(seconds=0)
    assert killed_at[-1] < owed  # it was killed with work in hand every time
    wait_until_settled()
    assert_each_told_once(owed)


def test_flushed_and_killed_broker_loses_nothing(hana: User, broker: OwnRedis, worker: Worker) -> None:
    forgotten = []
    for number in range(FLUSHES):
        first = number * BETWEEN
        tell(hana, *range(first, first + BETWEEN))
        forgotten.append(broker.rings())
        broker.client.flushall()
    broker.kill()
    owed = (FLUSHES + 1) * BETWEEN
    tell(hana, *range(owed - BETWEEN, owed))  # nobody is there to be rung
    broker.start()
    assert any(forgotten)  # at least once rings were lost
    wait_until_settled()
    assert_each_told_once(owed)


def test_closed_on_publish_loses_what_the_broker_forgets(broker: OwnRedis) -> None:
    """The guard of the test above: the usual outbox, whose relay closes a row when the broker took it, is caught."""
    rows = [owe_one(INSIDE, key=str(number)) for number in range(EFFECTS)]
    broker.client.flushall()
    for row in rows:
        doorbell.ring([row.pk])
        Outbox.objects.filter(pk=row.pk).update(done_at=timezone.now())
    assert broker.rings() == EFFECTS
    broker.client.flushall()
    beats(seconds=60)
    assert broker.rings() == 0
    assert not Outbox.objects.open().exists()  # it believes that everything was done


def test_worker_is_heard_of_by_its_own_name(broker: OwnRedis, worker: Worker) -> None:
    assert not worker_is_alive(timezone.now())
    with current_app.connection_for_write(broker.url) as link:
        for _ in range(4):
            current_app.send_task("accounts.beat_heartbeat", connection=link)
    wait_for(lambda: WorkerHeartbeat.objects.exists() and not broker.rings(), seconds=30)
    heartbeat = WorkerHeartbeat.objects.get()
    assert heartbeat.pid == worker.pid
    assert heartbeat.name.startswith("celery@")
    assert heartbeat.name.endswith(f":{worker.pid}")
    assert worker_is_alive(timezone.now())
