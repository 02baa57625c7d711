"""A run that is cancelled in the middle of any of its steps: the step comes to nothing, quietly, and nothing is left of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Outbox, User
from matching.enums import RunState
from matching.models import Match, MatchRun, NeedDiagnosis, RunShard
from matching.services import run_merge, run_plan, run_steps
from matching.services.invariants import check_invariants
from matching.services.run_cancel import cancel_run
from matching.services.run_proposals import close_run, write_proposals
from matching.services.run_queue import LEASE
from matching.services.run_recovery import begin_again, give_back, sweep_runs
from regions.models import Need
from tests.faults.test_runs import field, requested
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db]


__all__ = ["field"]


def started() -> MatchRun:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    return run


def scored() -> MatchRun:
    """A run whose shards are all done, but nobody has merged it."""
    run = started()
    run.refresh_from_db()
    prepared = run_plan.prepared_for(run)
    assert prepared is not None
    for shard in run.shards.all():
        blocks = run_steps.Shard(first_block=shard.first, last_block=shard.end)
        run_steps._write_result(shard, run_steps.score(prepared, blocks), now=timezone.now())
    return run


def planned() -> MatchRun:
    """A run whose plan is stored, and whose merge is claimed."""
    run = scored()
    assert run_merge._claim_next(run.pk, now=timezone.now())
    found = run_merge._planned_run(run.pk, now=timezone.now())
    assert found is not None
    return found


def cancel(run: MatchRun, admin: User) -> MatchRun:
    return cancel_run(actor=admin, run=run, now=timezone.now())


@contextmanager
def cancelled_before(statement: Callable[[str], bool], run: MatchRun, admin: User):
    """Cancel the run at the moment before the first statement of that kind, in whatever step sends it."""
    seen: list[str] = []

    def look(execute, sql, params, many, context):
        if not seen and statement(sql):
            seen.append(sql)
            cancel(run, admin)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert seen, "no such statement was sent"


def settled(run: MatchRun, caplog) -> None:
    """The run is cancelled, and stays so whatever is rung, swept or tried; nobody was alarmed."""
    later = timezone.now() + LEASE + timedelta(minutes=10)
    swept = sweep_runs(now=later)
    drain_outbox(now=later)
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.error) == (RunState.CANCELLED, None, "")
    assert (swept.returned, swept.rung) == (0, 0)
    assert not RunShard.objects.exists()
    assert not NeedDiagnosis.objects.exists()
    assert not Outbox.objects.open().filter(topic__startswith="matching.").exists()
    assert run.proposals_count == run.report["written"] == Match.objects.filter(run=run).count()
    assert [entry for entry in caplog.records if entry.levelno > logging.INFO] == []
    assert check_invariants(now=timezone.now()) == []


# Before a step is claimed.
@pytest.mark.parametrize("stage", [requested, started, scored, planned])
def test_steps_owed_before_it_was_cancelled_come_to_nothing(
    field: list[Need], admin, stage: Callable[[], MatchRun], caplog
) -> None:
    run = stage()
    shards = list(run.shards.values_list("pk", flat=True))
    cancel(run, admin)
    now = timezone.now() + LEASE
    assert run_steps.start_run(run_id=run.pk, now=now) is False
    assert not any(run_steps.run_shard(shard_id=shard_id, now=now) for shard_id in shards)
    assert run_steps.merge_run(run_id=run.pk, now=now) is False
    assert close_run(run_id=run.pk, now=now) is False
    settled(run, caplog)
    assert run.report["written"] == 0


# In the middle of a step.
def reads_needs(sql: str) -> bool:
    return sql.startswith("SELECT") and 'FROM "regions_need"' in sql


def test_start_at_work_writes_no_shards(field: list[Need], admin, caplog) -> None:
    run = requested()
    with cancelled_before(reads_needs, run, admin):
        assert run_steps.start_run(run_id=run.pk, now=timezone.now())
    settled(run, caplog)
    assert run.report["cancelled_in"] == "queued"


def test_shard_at_work_writes_no_result_and_merges_nothing(field: list[Need], admin, caplog) -> None:
    run = started()
    shard = run.shards.get(number=1)
    with cancelled_before(lambda sql: '"result" = ' in sql, run, admin):
        assert run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
    settled(run, caplog)
    assert run.report["cancelled_in"] == "scoring"


def test_shard_that_fails_after_it_is_not_tried_again(field: list[Need], admin, caplog) -> None:
    """Its row is gone with the run: there is nothing to give back, and nobody is told of a failure."""
    run = started()
    shard = run.shards.get(number=1)
    assert run_steps._claim_shard(shard.pk, now=timezone.now())
    cancel(run, admin)
    assert give_back(run_id=run.pk, shard_id=shard.pk, error="x", now=timezone.now(), failed=True) is False
    begin_again(run_id=run.pk, digest=MatchRun.objects.get().inputs_digest, now=timezone.now())
    settled(run, caplog)


def reads_shards(sql: str) -> bool:
    return sql.startswith("SELECT") and 'FROM "matching_runshard"' in sql and '"result"' in sql


@pytest.mark.parametrize("moment", [reads_needs, reads_shards])
def test_merge_at_work_makes_no_plan(field: list[Need], admin, moment: Callable[[str], bool], caplog) -> None:
    run = scored()
    run_plan._kept.clear()  # as in another process: the inputs are read again
    with cancelled_before(moment, run, admin):
        run_steps.merge_run(run_id=run.pk, now=timezone.now())
    settled(run, caplog)
    assert (run.report["cancelled_in"], run.report["planned"]) == ("merging", None)


def test_plan_made_meanwhile_is_not_stored(field: list[Need], admin, caplog) -> None:
    run = planned()
    plan = run_plan.Plan.from_json(run.report["plan"])
    cancel(run, admin)
    assert run_merge._store_plan(run.pk, plan) is None
    settled(run, caplog)


@pytest.mark.parametrize("written", [0, 1, 3])
def test_worker_at_work_stops_before_the_next_proposal(
    field: list[Need], admin, written: int, caplog
) -> None:
    run = planned()
    plan = run_plan.Plan.from_json(run.report["plan"])
    write_proposals(run, plan.proposals[:written], now=timezone.now())
    cancel(run, admin)
    assert len(plan.proposals) == 8
    skipped = write_proposals(run, plan.proposals, now=timezone.now())
    assert (dict(skipped), Match.objects.count()) == ({}, written)
    assert run_merge._turn_page(run.pk, first=0, end=8, skipped=skipped) is False
    settled(run, caplog)
    assert (run.report["written"], run.report["planned"]) == (written, 8)


def test_batch_at_work_stops_within_one_proposal(field: list[Need], admin, caplog) -> None:
    """The third proposal is begun when the run is cancelled; it is taken back, and no fourth one is begun."""
    run = planned()
    plan = run_plan.Plan.from_json(run.report["plan"])
    begun: list[str] = []

    def look(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"matching_match"' in sql.split("(")[0]:
            begun.append(sql)
            if len(begun) == 3:
                MatchRun.objects.filter(pk=run.pk).update(
                    state=RunState.CANCELLED, finished_at=timezone.now()
                )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        skipped = write_proposals(run, plan.proposals, now=timezone.now())
    # On one connection what was cancelled inside the transaction of the third proposal is taken back with it.
    assert len(begun) == 3
    assert (dict(skipped), Match.objects.count()) == ({}, 2)
    assert caplog.records == []


def test_run_cancelled_between_its_last_proposal_and_its_end_stays_cancelled(
    field: list[Need], admin, caplog
) -> None:
    run = planned()
    plan = run_plan.Plan.from_json(run.report["plan"])
    write_proposals(run, plan.proposals, now=timezone.now())
    assert run_merge._turn_page(run.pk, first=0, end=8, skipped={})
    cancel(run, admin)
    assert close_run(run_id=run.pk, now=timezone.now()) is False
    settled(run, caplog)
    assert (run.report["written"], run.report["planned"]) == (8, 8)
