"""A real worker does runs, is killed in the middle of them, and the runs end all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Outbox, User
from accounts.services import doorbell
from accounts.services.outbox import relay
from matching.enums import RUN_OPEN, RunState
from matching.models import Match, MatchRun
from matching.services.invariants import check_invariants
from matching.services.run_recovery import sweep_runs
from matching.services.runs import request_run
from regions.models import Need
from regions.services.rescoring import need_changed
from tests.cast import make_guide, make_need
from tests.support.crowd import make_crowd
from tests.support.worker import OwnRedis, Worker, own_redis, running_worker
from tests.waiting import wait_for

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
    """Eight needs and 400 parties, read by guides with time."""
    for _ in range(2):
        make_guide(organization, weekly_capacity=30)
    make_crowd(400)
    return [make_need(saga, offers=[trails], places=10) for _ in range(8)]


def tick() -> None:
    """The beat a minute later: leases are over, rings are due again."""
    soon = timezone.now() + timedelta(minutes=1)
    sweep_runs(now=soon)
    Outbox.objects.open().filter(next_at__gt=timezone.now()).update(next_at=timezone.now())
    relay(now=soon)


def settled() -> bool:
    return not (
        MatchRun.objects.filter(state__in=sorted(RUN_OPEN)).exists()
        or Outbox.objects.open().filter(topic__startswith="matching.").exists()
    )


def wait_until_settled() -> None:
    for _ in range(12):
        try:
            wait_for(settled, seconds=8)
        except AssertionError:
            tick()
            continue
        return
    raise AssertionError(f"open: {list(MatchRun.objects.values('scope', 'state', 'attempts', 'error'))}")


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


def test_killed_worker_loses_no_run(field: list[Need], worker: Worker) -> None:
    """Five times killed at another point of a run; places, pairs and guides' desks are never exceeded."""
    system = User.objects.system()
    killed_in = []
    for target in (None, *field[:4]):
        run = request_run(actor=system, target=target)
        reached = {RunState.SCORING, RunState.MERGING, RunState.DONE}
        wait_for(lambda run=run, reached=reached: state_of(run) in reached, seconds=30)
        worker.kill()
        killed_in.append(state_of(run))
        worker.start()
    wait_until_settled()
    runs = MatchRun.objects.order_by("pk")
    assert {run.state for run in runs} == {RunState.DONE}
    assert sum(run.proposals_count for run in runs) == Match.objects.count() > 0
    assert all(need.matches.count() <= 5 for need in field)
    assert check_invariants(now=timezone.now()) == []
    assert set(killed_in) != {RunState.DONE}  # at least once it was killed with work in hand


def state_of(run: MatchRun) -> RunState:
    return RunState(MatchRun.objects.values_list("state", flat=True).get(pk=run.pk))
