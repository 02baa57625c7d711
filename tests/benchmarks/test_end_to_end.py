"""A large run from the tables to the proposals, with the share of each phase: ``make bench``; the nation by ``pytest -m bench -k nation``."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from django.db.models import F, Sum
from django.db.models.functions import Length
from django.utils import timezone

from accounts.enums import PartyKind
from accounts.models import Guide, User, Volunteer
from matching.enums import RunState, ShardKind
from matching.models import Match, MatchRun, NeedDiagnosis, SnapshotPart
from matching.services import run_plan, run_steps
from matching.services.run_here import finish_run
from matching.services.run_snapshots import forget_opened
from matching.services.runs import open_run
from regions.models import Need
from regions.selectors.needs import needs_to_match
from tests.support.nation import make_nation

ONE_GROUP_IN = 50
PROPOSALS_A_WEEK = 60
"""Of each of fifty guides: enough that most needs with anybody in reach are proposed somebody."""
CHANGES = 5
pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
STEP_SECONDS = 60


class Clock:
    """Seconds by phase, and the longest single step of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.longest: dict[str, float] = {}

    def step(self, phase: str, act: Callable[[], Any]) -> None:
        begun = time.perf_counter()
        act()
        took = time.perf_counter() - begun
        self.seconds[phase] = self.seconds.get(phase, 0.0) + took
        self.longest[phase] = max(self.longest.get(phase, 0.0), took)


def do(clock: Clock, run: MatchRun, kind: ShardKind) -> None:
    for shard in run.shards.filter(kind=kind, done_at=None).order_by("number"):
        clock.step(kind, lambda shard=shard: run_steps.run_shard(shard_id=shard.pk, now=timezone.now()))


def go_on(clock: Clock, run: MatchRun, phase: str) -> None:
    clock.step(phase, lambda: run_steps.merge_run(run_id=run.pk, now=timezone.now()))
    run.refresh_from_db()


def whole_run(clock: Clock) -> MatchRun:
    """The steps in their order, as a single worker would do them."""
    run = open_run(actor=User.objects.system())
    clock.step("start", lambda: run_steps.start_run(run_id=run.pk, now=timezone.now()))
    do(clock, run, ShardKind.PACK)
    go_on(clock, run, "seal and cut")
    do(clock, run, ShardKind.SCORE)
    go_on(clock, run, "allocate")
    while run.state == RunState.MERGING:
        go_on(clock, run, "write proposals")
    do(clock, run, ShardKind.MEASURE)
    do(clock, run, ShardKind.ADVISE)
    go_on(clock, run, "close")
    return run


def changes() -> dict[str, float]:
    """Seconds of a whole run about one need, and about one party, from the tables to what is written: the median of five."""
    needs, parties = needs_to_match()[:CHANGES], Volunteer.objects.order_by("pk")[:CHANGES]
    return {
        "one_need_seconds": median(map(seconds_about, needs)),
        "one_participant_seconds": median(map(seconds_about, parties)),
    }


def seconds_about(target: Need | Volunteer) -> float:
    run, begun = open_run(actor=User.objects.system(), target=target), time.perf_counter()
    assert finish_run(run_id=run.pk).state == RunState.DONE
    return round(time.perf_counter() - begun, 2)


@pytest.mark.parametrize(
    ("parties", "needs"),
    [
        pytest.param(20_000, 200, id="town"),
        pytest.param(100_000, 500, id="region"),
        pytest.param(1_000_000, 2_000, id="nation"),
    ],
)
def test_from_the_tables_to_the_proposals(
    parties: int,
    needs: int,
    settings,
    tmp_path: Path,
    measured: Callable[[dict[str, Any]], None],
) -> None:
    settings.ENISHI_SNAPSHOT_DIR = tmp_path
    settings.ENISHI_LARGE_FROM = 1000
    forget_opened()
    run_plan._kept.clear()
    make_nation(participants=parties, needs=needs, matches=2_000)
    Guide.objects.update(weekly_capacity=PROPOSALS_A_WEEK)
    groups = Volunteer.objects.annotate(left=F("pk") % ONE_GROUP_IN).filter(left=0)
    groups.update(kind=PartyKind.GROUP, size=6, min_people=3)
    Volunteer.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    before, clock = Match.objects.count(), Clock()
    run = whole_run(clock)
    assert (run.state, run.error, run.parties_count) == (RunState.DONE, "", parties)
    assert run.proposals_count == Match.objects.count() - before > 0
    # No claim of speed: a step that takes a minute is stopped, and after five times so is the run.
    assert {phase: took for phase, took in clock.longest.items() if took >= STEP_SECONDS} == {}
    total = sum(clock.seconds.values())
    stored = SnapshotPart.objects.aggregate(bytes=Sum(Length("data")))["bytes"]
    measured(
        {
            "parties": parties,
            "needs": run.needs_count,
            "proposals": run.proposals_count,
            "needs_with_advice": NeedDiagnosis.objects.count(),
            "seconds": round(total, 1),
            "percent_by_phase": {name: round(100 * took / total, 1) for name, took in clock.seconds.items()},
            "longest_step_seconds": {name: round(took, 2) for name, took in clock.longest.items()},
            "snapshot_in_database_mb": round(stored / 1e6, 1),
            **changes(),
        }
    )
