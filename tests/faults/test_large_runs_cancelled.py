"""A large run that is cancelled while it packs, scores, writes or looks for advice: nothing of it is left but what it proposed."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import RunState, ShardKind
from matching.models import Match, MatchRun, NeedDiagnosis, PartySnapshot, RunInputs, RunShard
from matching.selectors.run_progress import progress_of
from matching.services import run_plan
from matching.services.invariants import check_invariants
from matching.services.run_cancel import cancel_run
from matching.services.run_merge import merge_run
from matching.services.run_queue import LEASE
from matching.services.run_recovery import sweep_runs
from matching.services.run_snapshots import forget_opened
from matching.services.run_steps import run_shard, start_run
from matching.services.runs import request_run
from regions.models import Need
from tests.cast import make_need
from tests.matching.running import matched
from tests.support.crowd import make_crowd
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db]
PHASES = [RunState.PACKING, RunState.SCORING, RunState.MERGING, RunState.ADVISING]
COUNTS = {
    RunState.PACKING: (1, 4),
    RunState.SCORING: (1, 3),
    RunState.MERGING: (3, None),
    RunState.ADVISING: (1, 3),
}


@pytest.fixture
def field(settings, tmp_path: Path, saga, trails, mori) -> list[Need]:
    """Three needs, two of which find too few; 600 parties in four parts and three shards."""
    settings.ENISHI_SNAPSHOT_DIR = tmp_path / "shelf"
    settings.ENISHI_LARGE_FROM = 100
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    settings.ENISHI_PARTIES_PER_PART = 150
    settings.ENISHI_NEEDS_PER_STEP = 1
    settings.ENISHI_PROPOSALS_PER_STEP = 3
    forget_opened()
    make_crowd(600)
    Volunteer.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    return [
        make_need(saga, offers=[trails], places=30),
        make_need(saga, offers=[trails], qualifications=["brushcutter"]),
        make_need(saga, offers=[trails], places=700),
    ]


def came_to(state: RunState) -> MatchRun:
    """A run in which one step of that phase is done, and others are left."""
    run = request_run(actor=User.objects.system())
    start_run(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    while run.state != state:
        one_step(run)
        run.refresh_from_db()
    one_step(run)
    run.refresh_from_db()
    assert run.state == state
    assert run.report.get("next") == {RunState.MERGING: 3, RunState.ADVISING: 8}.get(state)
    return run


def one_step(run: MatchRun) -> None:
    shard = run.shards.filter(done_at=None).order_by("kind", "number").first()
    if shard is None:
        merge_run(run_id=run.pk, now=timezone.now())
    else:
        run_shard(shard_id=shard.pk, now=timezone.now())


def cancel(run: MatchRun, admin: User) -> MatchRun:
    return cancel_run(actor=admin, run=run, now=timezone.now())


def settled(run: MatchRun, caplog) -> None:
    later = timezone.now() + LEASE + timedelta(minutes=10)
    swept = sweep_runs(now=later)
    drain_outbox(now=later)
    run.refresh_from_db()
    assert (run.state, run.lease_until, swept.returned, swept.rung) == (RunState.CANCELLED, None, 0, 0)
    assert not RunShard.objects.exists()
    assert not RunInputs.objects.exists()
    assert run.report["written"] == Match.objects.filter(run=run).count()
    assert [entry for entry in caplog.records if entry.levelno > logging.INFO] == []
    assert check_invariants(now=timezone.now()) == []


@pytest.mark.parametrize("phase", PHASES)
def test_cancelled_in_any_phase_it_stops_and_the_next_one_is_whole(
    field: list[Need], admin, phase: RunState, caplog
) -> None:
    run = came_to(phase)
    seen = progress_of([run], now=timezone.now())[run.pk]
    done, total = COUNTS[phase]
    assert (seen.state, seen.steps_done) == (phase, done)
    assert seen.steps_total == (total or len(run.report["plan"]["proposals"])) > done
    left = list(run.shards.filter(done_at=None).values_list("pk", flat=True))
    cancel(run, admin)
    now = timezone.now() + LEASE
    assert not any(run_shard(shard_id=shard_id, now=now) for shard_id in left)
    assert merge_run(run_id=run.pk, now=now) is False
    settled(run, caplog)
    assert run.report["cancelled_in"] == phase
    following = matched()
    assert (following.state, following.error) == (RunState.DONE, "")
    assert NeedDiagnosis.objects.filter(run=following).count() == 2
    assert PartySnapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        (ShardKind.PACK, 'FROM "accounts_volunteer"'),
        (ShardKind.PACK, 'INTO "matching_snapshotpart"'),
        (ShardKind.SCORE, '"result" = '),
        (ShardKind.ADVISE, 'FROM "matching_runinputs"'),
        (ShardKind.ADVISE, "SAVEPOINT"),  # it has counted, and is about to write
        (ShardKind.MEASURE, 'FROM "matching_runinputs"'),
        (ShardKind.MEASURE, '"result" = '),
    ],
)
def test_piece_at_work_comes_to_nothing(
    field: list[Need], admin, kind: ShardKind, statement: str, caplog
) -> None:
    """Cancelled at the moment of a statement in the middle of the last piece of its kind."""
    phase = {ShardKind.PACK: RunState.PACKING, ShardKind.SCORE: RunState.SCORING}.get(kind, RunState.ADVISING)
    run = came_to(phase)
    while run.shards.filter(kind=kind, done_at=None).count() > 1:
        one_step(run)
    last = run.shards.get(kind=kind, done_at=None)
    if statement != "SAVEPOINT":
        run_plan._kept.clear()  # as in another process
    seen, diagnosed = [], NeedDiagnosis.objects.count()

    def look(execute, sql, params, many, context):
        is_claimed = any('UPDATE "matching_runshard"' in each for each in seen)
        seen.append(sql)
        if statement in sql and is_claimed and "now" not in seen:
            seen.append("now")
            cancel(run, admin)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        run_shard(shard_id=last.pk, now=timezone.now())
    assert "now" in seen
    settled(run, caplog)
    assert NeedDiagnosis.objects.count() == diagnosed


def test_who_waits_for_the_snapshot_of_a_cancelled_run_packs_one(field: list[Need], admin) -> None:
    packing = came_to(RunState.PACKING)
    waiting = request_run(actor=User.objects.system(), target=field[0])
    start_run(run_id=waiting.pk, now=timezone.now())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.snapshot) == (RunState.QUEUED, None)
    cancel(packing, admin)
    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == (RunState.DONE, "")
    assert PartySnapshot.objects.get() == waiting.snapshot
