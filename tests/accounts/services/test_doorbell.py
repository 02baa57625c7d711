"""Ringing is quick, heard after the commit only, and never fails the act that rings."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import Outbox
from accounts.services import doorbell
from accounts.services.outbox import owe, relay
from tests.support import effects
from tests.support.effects import INSIDE, STEPWISE, owe_one
from tests.support.worker import OwnRedis, own_redis

AT_ONCE_SECONDS = 1.0


@pytest.fixture
def bell(settings, tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis of this test alone, as the broker of this process."""
    with own_redis(tmp_path) as server:
        settings.CELERY_BROKER_URL = server.url
        settings.ENISHI_RING_AT_ONCE = True
        doorbell._silent_until = 0.0
        yield server
        doorbell._silent_until = 0.0


def owe_many(number: int) -> float:
    """Owe so many effects in one transaction; returns the seconds that took, ringing included."""
    began = time.monotonic()
    with transaction.atomic():
        for each in range(number):
            owe(topic=INSIDE, key=str(each), payload={})
    return time.monotonic() - began


@pytest.mark.django_db(transaction=True)
def test_owe_rings_after_the_commit(bell: OwnRedis) -> None:
    with transaction.atomic():
        owe(topic=INSIDE, key="one", payload={})
        assert bell.rings() == 0
    assert bell.rings() == 1


@pytest.mark.django_db(transaction=True)
def test_owe_rolled_back_rings_for_nothing(bell: OwnRedis) -> None:
    with transaction.atomic():
        owe(topic=INSIDE, key="one", payload={})
        transaction.set_rollback(True)
    assert bell.rings() == 0


@pytest.mark.django_db(transaction=True)
def test_owe_for_later_does_not_ring(bell: OwnRedis) -> None:
    owe_one(not_before=timezone.now() + timedelta(seconds=10))
    assert bell.rings() == 0


@pytest.mark.django_db(transaction=True)
def test_owe_does_not_ring_where_only_the_relay_may(bell: OwnRedis, settings) -> None:
    settings.ENISHI_RING_AT_ONCE = False
    owe_one()
    assert bell.rings() == 0
    assert relay(now=timezone.now()) == 1
    assert bell.rings() == 1


def test_rings_at_once_except_in_one_process(settings) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    assert not doorbell.rings_at_once()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert doorbell.rings_at_once()
    settings.ENISHI_RING_AT_ONCE = False
    assert not doorbell.rings_at_once()


def test_rings_at_once_in_one_process_from_inside_a_task(db: None, settings) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    heard: list[bool] = []
    effects.on_step[:] = [lambda: heard.append(doorbell.rings_at_once())]
    tasks.deliver(owe_one(STEPWISE).pk)
    effects.on_step.clear()
    assert heard == [True]


@pytest.mark.django_db(transaction=True)
def test_owe_rings_from_a_thread_too(bell: OwnRedis) -> None:
    """Web requests run in threads, where Celery's current app is another one unless ours is the default."""
    thread = threading.Thread(target=doorbell.ring, args=([owe_one().pk],))
    thread.start()
    thread.join()
    assert bell.rings() == 2


@pytest.mark.django_db(transaction=True)
def test_owe_with_the_broker_dead_is_quick_and_loses_nothing(bell: OwnRedis) -> None:
    owe_one(key="before")  # the connection is in the pool
    bell.kill()
    assert owe_many(20) < AT_ONCE_SECONDS
    assert Outbox.objects.open().count() == 21


@pytest.mark.django_db(transaction=True)
def test_owe_with_the_broker_silent_is_quick_and_loses_nothing(bell: OwnRedis) -> None:
    """Worse than dead: it takes connections and never answers."""
    bell.signal(signal.SIGSTOP)
    try:
        assert owe_many(20) < AT_ONCE_SECONDS
    finally:
        bell.signal(signal.SIGCONT)
    assert Outbox.objects.open().count() == 20


@pytest.mark.django_db(transaction=True)
def test_owe_with_no_broker_there_is_quick(settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.ENISHI_RING_AT_ONCE = True
    doorbell._silent_until = 0.0
    assert owe_many(20) < AT_ONCE_SECONDS
    doorbell._silent_until = 0.0
    assert Outbox.objects.open().count() == 20


@pytest.mark.django_db(transaction=True)
def test_relay_with_the_broker_dead_marks_nothing_and_rings_the_next_time(bell: OwnRedis) -> None:
    owe_one(key="before")
    bell.kill()
    assert relay(now=timezone.now()) == 0
    assert not Outbox.objects.exclude(rung_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_relay_rings_again_after_the_broker_was_flushed(bell: OwnRedis) -> None:
    owe_many(30)
    bell.client.flushall()
    assert relay(now=timezone.now()) == 30
    bell.client.flushall()
    assert relay(now=timezone.now() + timedelta(seconds=20)) == 30
    assert bell.rings() == 30
