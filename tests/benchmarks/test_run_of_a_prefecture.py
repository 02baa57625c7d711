"""How long a worker takes for 400 parties and 40 needs: ``make bench``. Asserts no time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Ability, Outbox, User
from matching.enums import RunState
from matching.models import Match, MatchEvent, MatchRun
from matching.services.run_here import finish_run
from matching.services.run_plan import cut, plan_of, prepare, score
from matching.services.run_proposals import write_proposals
from matching.services.runs import open_run
from matching.services.weights import weights_of
from matching.snapshots import ALL, read_inputs
from regions.models import Need
from tests.builders import make_guide, make_need, make_offer, make_region, make_work_kind
from tests.support.crowd import make_crowd

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
PARTIES, NEEDS, GUIDES = 400, 40, 4
WORK = (
    "grass_hand",
    "waterway",
    "farm_rice",
    "sea_gear",
    "festival_carry",
    "care_visit",
    "design_web",
    "office",
)


class Clock:
    """Seconds, seconds of this process's own work, and statements of each phase, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.own_seconds: dict[str, float] = {}
        self.statements: dict[str, int] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.statements[name] = 0

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            self.statements[name] += 1
            return execute(*args)

        begun, own = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(count):
            yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)
        self.own_seconds[name] = round(time.process_time() - own, 3)


@pytest.fixture
def prefecture(organization) -> list[Need]:
    """One pair of eight fits, and the guides have time for all that may be proposed: the most there is to write."""
    for _ in range(GUIDES):
        make_guide(organization, weekly_capacity=5 * NEEDS)
    crowd, needs = make_crowd(PARTIES), []
    for number, code in enumerate(WORK):
        Ability.objects.filter(volunteer__in=crowd[number :: len(WORK)]).update(
            work_kind=make_work_kind(code)
        )
        region = make_region()
        offer = make_offer(region)
        needs += [
            make_need(region, work=((code, 3),), offers=[offer], places=10) for _ in range(NEEDS // len(WORK))
        ]
    return needs


def forget_all() -> None:
    for model in (MatchEvent, Match, Outbox, MatchRun):
        model.objects.all().delete()


def whole_run(clock: Clock) -> MatchRun:
    """As the worker does it, from the request to the end."""
    run = open_run(actor=User.objects.system())
    with clock.phase("run"):
        return finish_run(run_id=run.pk)


def by_phase(clock: Clock) -> None:
    """The same steps one after another."""
    run, now = open_run(actor=User.objects.system()), timezone.now()
    with clock.phase("read"):
        prepared = prepare(read_inputs(scope=ALL, weights=weights_of(run.weights), now=now))
    with clock.phase("score"):
        results = [score(prepared, shard) for shard in cut(prepared, whole=False)]
    with clock.phase("allocate"):
        plan = plan_of(prepared, results, diagnosed=True)
    with clock.phase("write"):
        write_proposals(run, plan.proposals, now=now)


def test_run_of_a_prefecture(prefecture: list[Need], measured: Callable[[dict[str, Any]], None]) -> None:
    clock = Clock()
    run = whole_run(clock)
    assert (run.state, run.parties_count, run.needs_count) == (RunState.DONE, PARTIES, NEEDS)
    proposals = run.proposals_count
    assert proposals == Match.objects.count() == 5 * NEEDS
    forget_all()
    by_phase(clock)
    assert Match.objects.count() == proposals
    seconds = clock.seconds.pop("run")
    measured(
        {
            "parties": PARTIES,
            "needs": NEEDS,
            "proposals": proposals,
            "seconds": seconds,
            "worker_cpu_seconds": clock.own_seconds["run"],
            "proposals_per_second": round(proposals / seconds, 1),
            "queries_per_proposal": round(clock.statements["write"] / proposals, 1),
            "seconds_by_phase": clock.seconds,
        }
    )
