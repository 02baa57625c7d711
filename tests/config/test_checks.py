"""The system checks and the schedule: what would lose or double work is refused before the start."""

from __future__ import annotations

import pytest
from celery import current_app
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config.broker import VISIBILITY_TIMEOUT_SECONDS, transport_options
from config.schedule import SWEEPS, beat_schedule


@pytest.fixture
def with_redis(settings):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = transport_options("redis://h")
    return settings


def test_checks_with_shipped_limits_pass(with_redis) -> None:
    assert with_redis.CELERY_TASK_TIME_LIMIT == 60
    assert (
        with_redis.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] == VISIBILITY_TIMEOUT_SECONDS == 300
    )
    call_command("check")


@pytest.mark.parametrize("limit", [None, 0, 151, 300, 301])
def test_check_with_time_limit_near_visibility_is_refused(with_redis, limit) -> None:
    with_redis.CELERY_TASK_TIME_LIMIT = limit
    with pytest.raises(SystemCheckError, match=r"config\.E001"):
        call_command("check")


@pytest.mark.parametrize("name", ["CELERY_TASK_ACKS_LATE", "CELERY_TASK_REJECT_ON_WORKER_LOST"])
def test_check_without_late_acknowledgement_is_refused(settings, name) -> None:
    setattr(settings, name, False)
    with pytest.raises(SystemCheckError, match=r"config\.E002"):
        call_command("check")


def test_every_task_of_the_schedule_exists() -> None:
    current_app.loader.import_default_modules()
    missing = {sweep.task for sweep in SWEEPS} - set(current_app.tasks)
    assert not missing


def test_schedule_drops_ticks_that_waited_for_the_next() -> None:
    for entry in beat_schedule().values():
        assert entry["options"] == {"expires": entry["schedule"]}
    assert len(beat_schedule()) == len(SWEEPS)


def test_celery_reads_the_measured_settings() -> None:
    conf = current_app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert (conf.worker_prefetch_multiplier, conf.result_backend, conf.timezone) == (1, None, "UTC")
