"""A real worker does runs, is killed in the middle of them, and the runs end all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Guide, Notification, Outbox, User
from accounts.services import doorbell
from matching.enums import EndReason, MatchState, RunState
from matching.models import Match, MatchRun
from matching.services.invariants import check_invariants
from matching.services.review import approve_match, reject_match
from matching.services.runs import request_run
from regions.models import Need
from regions.services.rescoring import need_changed
from tests.cast import make_guide, make_need
from tests.support.beat import wait_until_settled
from tests.support.crowd import make_crowd
from tests.support.worker import OwnRedis, Worker, own_redis, running_worker
from tests.waiting import wait_for

CROWD = 17 * 256
"""More than one shard: the second one goes by the broker, to any process of the worker."""
pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


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


@pytest.fixture
def field(saga, trails, organization) -> list[Need]:
    """Eight needs and parties in two shards, so that scoring takes its time; read by guides with time."""
    for _ in range(2):
        make_guide(organization, weekly_capacity=30)
    make_crowd(CROWD)
    return [make_need(saga, offers=[trails], places=10) for _ in range(8)]


def test_run_is_done_by_the_worker_and_names_it(field: list[Need], worker: Worker) -> None:
    run = request_run(actor=User.objects.system())
    wait_until_settled()
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert run.worker.startswith("celery@")
    assert run.worker_pid not in {None, os.getpid()}
    assert run.proposals_count == Match.objects.count() > 0
    assert run.started_at < run.finished_at


def test_changed_need_is_matched_within_seconds(field: list[Need], worker: Worker) -> None:
    request_run(actor=User.objects.system())
    wait_until_settled()
    with transaction.atomic():
        need_changed(field[0])
    scope = f"need:{field[0].public_id}"
    wait_for(lambda: MatchRun.objects.filter(scope=scope, state=RunState.DONE).exists(), seconds=10)


def state_of(run: MatchRun) -> RunState:
    return RunState(MatchRun.objects.values_list("state", flat=True).get(pk=run.pk))


def wait_until_at_work(run: MatchRun) -> None:
    """Until the worker has cut the run and is scoring, or a step further."""
    wait_for(lambda: state_of(run) != RunState.QUEUED, seconds=60, every=0.005)


def assert_all_bounds_hold(field: list[Need]) -> None:
    runs = MatchRun.objects.order_by("pk")
    assert {run.state for run in runs} == {RunState.DONE}
    by_runs = Match.objects.filter(run__isnull=False)
    assert sum(run.proposals_count for run in runs) == by_runs.count() > 0
    waiting = Match.objects.filter(state=MatchState.PROPOSED)
    assert all(waiting.filter(need=need).count() <= 5 for need in field)
    assert not Outbox.objects.dead().exists()
    assert check_invariants(now=timezone.now()) == []


def test_killed_worker_loses_no_run(field: list[Need], worker: Worker) -> None:
    """Five times killed with a run in hand; places, pairs and guides' desks are never exceeded."""
    system = User.objects.system()
    killed_in = []
    for target in (None, *field[:4]):
        run = request_run(actor=system, target=target)
        wait_until_at_work(run)
        worker.kill()
        killed_in.append(state_of(run))
        worker.start()
    wait_until_settled()
    assert_all_bounds_hold(field)
    assert sum(state != RunState.DONE for state in killed_in) >= 3, killed_in


def test_flushed_broker_loses_no_run_and_no_move(field: list[Need], broker: OwnRedis, worker: Worker) -> None:
    """Three times flushed while a run is scored and a guide approves and rejects what an earlier one proposed."""
    system = User.objects.system()
    request_run(actor=system)
    wait_until_settled()
    flushed_in = []
    for need in field[:3]:
        guide, (first, second) = Guide.objects.all()[0].user, need.matches.order_by("pk")[:2]
        run = request_run(actor=system, target=need)
        wait_until_at_work(run)
        approve_match(match_id=first.pk, actor=guide)
        reject_match(match_id=second.pk, actor=guide, reason=EndReason.DATES)
        flushed_in.append(state_of(run))
        broker.client.flushall()
    wait_until_settled()
    assert_all_bounds_hold(field)
    assert any(state != RunState.DONE for state in flushed_in), flushed_in
    asked = Notification.objects.filter(kind="match_asked").exclude(emailed_at=None)
    assert asked.count() == 3 * 2  # both sides of each approval, once
    assert all(need.matches.count() > 5 for need in field[:3])  # what was rejected was replaced
