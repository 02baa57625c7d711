"""Three workers that share a database and a broker and nothing else do one large run, though they are killed, slow and deaf."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import RunState, ShardKind
from matching.models import Match, MatchRun, NeedDiagnosis, PartySnapshot
from matching.services.invariants import check_invariants
from matching.services.run_queue import LEASE
from matching.services.runs import plan_only, request_run
from regions.models import Need
from tests.cast import make_guide, make_need
from tests.faults.test_runs_worker import broker
from tests.support.beat import ticking, wait_until_settled
from tests.support.crowd import make_crowd
from tests.support.worker import OwnRedis, Worker, running_worker
from tests.waiting import wait_for

__all__ = ["broker"]

HOSTS = ("kita", "naka", "minami")
CROWD = 12 * 256
pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def field(saga, trails, organization) -> list[Need]:
    """Twelve needs, half of them hard to fill, and parties in twenty parts."""
    for _ in range(2):
        make_guide(organization, weekly_capacity=30)
    make_crowd(CROWD)
    Volunteer.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    easy = [make_need(saga, offers=[trails], places=10) for _ in range(6)]
    return [*easy, *(make_need(saga, offers=[trails], qualifications=["brushcutter"]) for _ in range(6))]


@pytest.fixture
def hosts(broker: OwnRedis, child_environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, Worker]]:
    """One worker each, with a name, a run folder and a snapshot folder of its own."""
    with ExitStack() as stack:
        workers = {}
        for host in HOSTS:
            folder = tmp_path / host
            folder.mkdir()
            told = child_environment | {
                "ENISHI_TEST_HOST": f"celery@{host}",
                "ENISHI_TEST_LARGE_FROM": "100",
                "ENISHI_RUN_DIR": str(folder),
                "ENISHI_SNAPSHOT_DIR": str(folder / "snapshots"),
            }
            workers[host] = stack.enter_context(
                running_worker(told, broker_url=broker.url, log=folder / "worker.log")
            )
        yield workers


def expected_proposals() -> set[tuple[int, int, int]]:
    plan = plan_only(actor=User.objects.system())
    return {(row.need, row.party, row.score_micro) for row in plan.proposals}


def made() -> set[tuple[int, int, int]]:
    return set(Match.objects.values_list("need_id", "volunteer_id", "score_micro"))


def workers_of(run: MatchRun) -> set[str]:
    return set(run.shards.exclude(worker="").values_list("worker", flat=True))


def test_one_run_is_shared_by_three_hosts(
    field: list[Need], hosts: dict[str, Worker], tmp_path: Path
) -> None:
    expected = expected_proposals()
    run = request_run(actor=User.objects.system())
    wait_until_settled()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.DONE, "")
    assert made() == expected
    assert NeedDiagnosis.objects.count() == 6
    assert workers_of(run) == {f"celery@{host}" for host in HOSTS}
    assert {kind: run.shards.filter(kind=kind).count() for kind in ShardKind} == {
        ShardKind.PACK: 21, ShardKind.SCORE: 12, ShardKind.ADVISE: 6, ShardKind.MEASURE: 1
    }  # fmt: skip
    version = PartySnapshot.objects.get().version
    reached = [host for host in HOSTS if (tmp_path / host / "snapshots" / version).is_dir()]
    scorers = set(run.shards.filter(kind=ShardKind.SCORE).values_list("worker", flat=True))
    assert set(reached) >= {name.removeprefix("celery@") for name in scorers}
    assert check_invariants(now=timezone.now()) == []


def test_killed_slow_and_deaf_hosts_change_nothing(
    field: list[Need], broker: OwnRedis, hosts: dict[str, Worker]
) -> None:
    expected = expected_proposals()
    run = request_run(actor=User.objects.system())
    wait_for(ticking(lambda: run.shards.exclude(done_at=None).count() >= 3), seconds=60, every=0.005)
    hosts["kita"].kill()
    broker.client.flushall()
    wait_for(ticking(lambda: run.shards.filter(kind=ShardKind.SCORE).exists()), seconds=120, every=0.01)
    hosts["naka"].signal(signal.SIGSTOP)
    wait_until_settled(seconds=200)
    hosts["naka"].signal(signal.SIGCONT)
    hosts["kita"].start()
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert made() == expected
    assert NeedDiagnosis.objects.count() == 6
    assert check_invariants(now=timezone.now()) == []


def test_a_step_that_would_take_a_minute_is_stopped_and_given_back(
    field: list[Need], broker: OwnRedis, child_environment: dict[str, str], tmp_path: Path
) -> None:
    told = child_environment | {
        "ENISHI_TEST_LARGE_FROM": "100", "ENISHI_TEST_SLOW_STEPS": "1", "ENISHI_TEST_STEP_SECONDS": "2",
    }  # fmt: skip
    with running_worker(told, broker_url=broker.url, log=tmp_path / "worker.log"):
        run = request_run(actor=User.objects.system())
        wait_for(lambda: run.shards.filter(attempts__gte=1).exists(), seconds=40)
    run.refresh_from_db()
    assert run.error.startswith("SoftTimeLimitExceeded")
    assert not run.shards.exclude(done_at=None).exists()


def test_no_step_may_take_a_minute(settings) -> None:
    assert settings.ENISHI_STEP_SECONDS < settings.CELERY_TASK_TIME_LIMIT <= 60
    assert timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT) < LEASE
