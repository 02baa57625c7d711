"""A large run from the tables to the proposals, 100,000 × 500, with the share of each phase: ``make bench``. Asserts no time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import RunState, ShardKind
from matching.models import Match, MatchRun, NeedDiagnosis, SnapshotPart
from matching.services import run_plan, run_steps
from matching.services.run_snapshots import forget_opened
from matching.services.runs import open_run
from tests.support.nation import make_nation

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]


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


def whole_run(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> MatchRun:
    """Every step by itself: what would follow a step at once is done as the next one."""
    run = open_run(actor=User.objects.system())
    go_on = run_steps.merge_run
    monkeypatch.setattr(run_steps, "merge_run", lambda **_: False)
    clock.step("start", lambda: run_steps.start_run(run_id=run.pk, now=timezone.now()))
    do(clock, run, ShardKind.PACK)
    clock.step("seal and cut", lambda: go_on(run_id=run.pk, now=timezone.now()))
    do(clock, run, ShardKind.SCORE)
    phase = "allocate"  # with the first proposals
    while True:
        run.refresh_from_db()
        if run.state not in {RunState.SCORING, RunState.MERGING}:
            break
        clock.step(phase, lambda: go_on(run_id=run.pk, now=timezone.now()))
        phase = "write proposals"
    do(clock, run, ShardKind.ADVISE)
    clock.step("close", lambda: go_on(run_id=run.pk, now=timezone.now()))
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("parties", "needs"),
    [pytest.param(20_000, 200, id="town"), pytest.param(100_000, 500, id="region")],
)
def test_from_the_tables_to_the_proposals(
    parties: int,
    needs: int,
    settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    measured: Callable[[dict[str, Any]], None],
) -> None:
    settings.ENISHI_SNAPSHOT_DIR = tmp_path
    settings.ENISHI_LARGE_FROM = 1000
    forget_opened()
    run_plan._kept.clear()
    make_nation(participants=parties, needs=needs, matches=2_000)
    Volunteer.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    before, clock = Match.objects.count(), Clock()
    run = whole_run(clock, monkeypatch)
    assert (run.state, run.error, run.parties_count) == (RunState.DONE, "", parties)
    assert run.proposals_count == Match.objects.count() - before > 0
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
        }
    )
