"""Steps of a run that are rung twice, lost, killed, overtaken or broken: the run ends as if nothing had happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Outbox, User, Volunteer
from matching.enums import RunState
from matching.models import Match, MatchRun, NeedDiagnosis, RunShard, WeightSet
from matching.services import run_merge, run_plan, run_steps
from matching.services.invariants import check_invariants
from matching.services.rescoring import look_again
from matching.services.run_queue import LEASE
from matching.services.run_recovery import ATTEMPTS_MAX, OVERTAKEN, SILENT, sweep_runs
from matching.services.runs import open_run, request_run
from regions.models import Need
from tests.cast import make_need
from tests.support.crowd import make_crowd
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def field(settings, saga, trails, mori) -> list[Need]:
    """Two needs and parties in three shards."""
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    make_crowd(600)
    return [make_need(saga, offers=[trails], places=places) for places in (30, 3)]


def requested() -> MatchRun:
    return request_run(actor=User.objects.system())


def in_another_process() -> None:
    """What one worker keeps in memory is not there for the next."""
    run_plan._kept.clear()


def outcome(run: MatchRun) -> dict[str, Any]:
    """What a run leaves behind, without ids, clock times and keys."""
    run.refresh_from_db()
    return {
        "state": run.state,
        "counts": (run.needs_count, run.parties_count, run.pairs_feasible, run.proposals_count),
        "report": run.report,
        "proposals": sorted(
            (match.need_id, match.volunteer_id, match.people, match.score_micro, match.explanation["phase"])
            for match in Match.objects.all()
        ),
        "diagnoses": list(NeedDiagnosis.objects.order_by("need").values_list("need", "feasible", "rules")),
        "invariants": check_invariants(now=timezone.now()),
    }


def undisturbed() -> dict[str, Any]:
    """What a run over the present tables leaves behind, undone again."""
    with transaction.atomic():
        run = requested()
        drain_outbox()
        found = outcome(run)
        transaction.set_rollback(True)
    in_another_process()
    return found


def scored() -> MatchRun:
    """A run whose shards are all done, but nobody has merged it."""
    run = requested()
    now = timezone.now()
    run_steps.start_run(run_id=run.pk, now=now)
    run.refresh_from_db()
    prepared = run_plan.prepared_for(run)
    assert prepared is not None
    for shard in run.shards.all():
        blocks = run_steps.Shard(first_block=shard.first, last_block=shard.end)
        run_steps._write_result(shard, run_steps.score(prepared, blocks), now=now)
    return run


def later(seconds: float = 0) -> datetime:
    """A moment at which every lease taken until now is over."""
    return timezone.now() + LEASE + timedelta(seconds=seconds)


# The same step more than once.
@pytest.mark.parametrize("times", [1, 2, 5])
def test_steps_done_several_times_leave_the_same(field: list[Need], times: int) -> None:
    expected = undisturbed()
    run = requested()
    for _ in range(times):
        run_steps.start_run(run_id=run.pk, now=timezone.now())
    shards = list(run.shards.order_by("number"))
    assert len(shards) == 3
    for shard in shards:
        for _ in range(times):
            run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
            in_another_process()
    for _ in range(times):
        run_steps.merge_run(run_id=run.pk, now=timezone.now())
    drain_outbox()
    assert outcome(run) == expected
    assert (expected["state"], len(expected["proposals"])) == (RunState.DONE, 8)
    assert expected["invariants"] == []


def test_shards_in_any_order_and_elsewhere_leave_the_same(field: list[Need]) -> None:
    expected = undisturbed()
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    for shard in run.shards.order_by("-number"):
        in_another_process()
        run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
    assert outcome(run) == expected


def test_three_shards_propose_what_one_does(field: list[Need], settings) -> None:
    expected = undisturbed()
    settings.ENISHI_BLOCKS_PER_SHARD = 16
    run = requested()
    drain_outbox()
    assert run.shards.count() == 1
    assert outcome(run) == expected


# Workers that die.
def claimed_and_killed(shard: RunShard) -> None:
    """A worker claims the shard and is killed: nothing of it is left but the claim."""
    shard.lease_until, shard.worker = timezone.now() + LEASE, "celery@dead"
    shard.save(update_fields=["lease_until", "worker"])


def test_shard_of_a_dead_worker_is_given_back_when_its_lease_ends(field: list[Need]) -> None:
    expected = undisturbed()
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    lost = run.shards.get(number=1)
    claimed_and_killed(lost)
    drain_outbox()
    run.refresh_from_db()
    assert run.state == RunState.SCORING
    assert list(run.shards.filter(done_at=None)) == [lost]
    early = sweep_runs(now=timezone.now() + LEASE / 2)
    assert early.returned == 0
    assert sweep_runs(now=later()).returned == 1
    assert sweep_runs(now=later()).returned == 0
    drain_outbox()
    lost.refresh_from_db()
    assert (lost.attempts, lost.done_at is not None) == (1, True)
    assert outcome(run) == expected


def test_acknowledged_early_a_shard_is_lost_without_the_sweep(field: list[Need]) -> None:
    """The guard of the test above: the message is gone, the ring closed, and nobody rings again."""
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    claimed_and_killed(run.shards.get(number=1))
    for _ in range(3):
        drain_outbox(now=later(600))
    run.refresh_from_db()
    assert run.state == RunState.SCORING
    assert not Outbox.objects.filter(topic="matching.run_shard").open().exists()


def test_start_of_a_dead_worker_is_given_back(field: list[Need]) -> None:
    expected = undisturbed()
    run = requested()
    MatchRun.objects.update(lease_until=timezone.now() + LEASE, started_at=timezone.now())
    drain_outbox()
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert sweep_runs(now=later()).returned == 1
    run.refresh_from_db()
    assert (run.attempts, run.error) == (1, SILENT)
    drain_outbox()
    assert outcome(run) == expected


def test_worker_killed_after_the_last_shard_leaves_the_merge_to_the_sweep(field: list[Need]) -> None:
    expected = undisturbed()
    run = scored()
    Outbox.objects.filter(topic="matching.run_shard").update(done_at=timezone.now())
    assert sweep_runs(now=later()).rung == 1
    drain_outbox()
    assert outcome(run) == expected


@pytest.mark.parametrize("written", [0, 1, 7])
def test_worker_killed_while_writing_leaves_the_same_proposals(field: list[Need], written: int) -> None:
    """The plan is kept, so that what was written already does not change what is still to be written."""
    expected = undisturbed()
    run = scored()
    Outbox.objects.open().update(done_at=timezone.now())
    now = timezone.now()
    assert run_merge._claim_next(run.pk, now=now)
    planned = run_merge._planned_run(run.pk, now=now)
    assert planned is not None
    plan = run_plan.Plan.from_json(planned.report["plan"])
    run_merge.write_proposals(planned, plan.proposals[:written], now=now)
    in_another_process()
    drain_outbox()
    assert Match.objects.count() == written
    assert sweep_runs(now=later()).returned == 1
    drain_outbox()
    assert outcome(run) == expected


def test_run_that_nobody_rang_for_is_rung(field: list[Need]) -> None:
    """As when the match command was interrupted before its first step."""
    expected = undisturbed()
    run = open_run(actor=User.objects.system())
    drain_outbox()
    assert sweep_runs(now=timezone.now()).rung == 0
    assert sweep_runs(now=later()).rung == 1
    assert sweep_runs(now=later()).rung == 1  # still nobody has claimed it: owed once all the same
    assert Outbox.objects.open().count() == 1
    drain_outbox()
    assert outcome(run) == expected


def test_ring_that_was_closed_without_effect_is_rung_anew(field: list[Need]) -> None:
    run = requested()
    Outbox.objects.open().update(dead_at=timezone.now(), last_error="the database was away")
    assert sweep_runs(now=later()).rung == 1
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DONE, 1)


def test_sweep_has_nothing_to_do_when_all_is_well(field: list[Need], django_assert_num_queries) -> None:
    requested()
    drain_outbox()
    with django_assert_num_queries(4):
        swept = sweep_runs(now=later(600))
    assert (swept.returned, swept.rung) == (0, 0)


# Steps that fail.
def test_step_that_always_fails_is_given_up_with_its_reason(mowing: Need) -> None:
    weights = WeightSet.objects.create(version=1, values={"top_k": 0}, is_active=True)
    run = requested()
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.QUEUED, 1)
    drain_outbox(now=later(600))
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.FAILED, ATTEMPTS_MAX)
    assert run.error == "ValueError: counts start at one"
    assert run.finished_at is not None
    WeightSet.objects.filter(pk=weights.pk).update(values={})
    again = requested()
    assert again != run
    drain_outbox()
    again.refresh_from_db()
    assert again.state == RunState.DONE


def test_shard_whose_worker_always_dies_ends_the_run(field: list[Need]) -> None:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    for _ in range(ATTEMPTS_MAX):
        claimed_and_killed(run.shards.get(number=0))
        sweep_runs(now=later())
    run.refresh_from_db()
    assert (run.state, run.error, run.shards.count()) == (RunState.FAILED, SILENT, 0)
    drain_outbox(now=later(600))
    assert not Match.objects.exists()


@pytest.mark.parametrize("changed", [True, False])
def test_change_seen_during_a_run_that_fails_is_looked_at_by_another(
    field: list[Need], changed: bool
) -> None:
    need = field[0]
    run = request_run(actor=User.objects.system(), target=need)
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    if changed:
        assert look_again(need) == run
    for _ in range(ATTEMPTS_MAX):
        claimed_and_killed(run.shards.get(number=0))
        sweep_runs(now=later())
    drain_outbox()
    states = MatchRun.objects.filter(scope=run.scope).order_by("pk").values_list("state", flat=True)
    assert list(states) == [RunState.FAILED, RunState.DONE][: 1 + changed]
    assert need.matches.exists() is changed


# Tables that change meanwhile.
def test_change_between_two_shards_begins_the_run_again(field: list[Need]) -> None:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    first, *others = run.shards.order_by("number")
    run_steps.run_shard(shard_id=first.pk, now=timezone.now())
    digest = MatchRun.objects.get().inputs_digest
    Volunteer.objects.order_by("pk")[0].wishes.all().delete()
    in_another_process()
    run_steps.run_shard(shard_id=others[0].pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.attempts, run.error) == (RunState.QUEUED, 1, OVERTAKEN)
    assert not run.shards.exists()
    run_steps.run_shard(shard_id=others[1].pk, now=timezone.now())  # rung for a shard that is no more
    drain_outbox()
    found = outcome(run)
    assert run.inputs_digest != digest
    assert run.shards.count() == 1
    assert found["state"] == RunState.DONE
    assert found["invariants"] == []


def test_run_that_was_removed_is_no_failure(field: list[Need]) -> None:
    run = requested()
    MatchRun.objects.all().delete()
    drain_outbox()
    assert run_steps.start_run(run_id=run.pk, now=timezone.now()) is False
    assert run_steps.run_shard(shard_id=10**9, now=timezone.now()) is False
    assert run_steps.merge_run(run_id=run.pk, now=timezone.now()) is False
    assert not Outbox.objects.open().exists()


# More proposals than one step may write.
def test_many_proposals_are_written_in_several_steps(field: list[Need], settings) -> None:
    expected = undisturbed()
    settings.ENISHI_PROPOSALS_PER_STEP = 3
    run = scored()
    for written in (3, 6):
        run_steps.merge_run(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        assert (run.state, run.report["next"], run.lease_until) == (RunState.MERGING, written, None)
        assert Match.objects.count() == written
    assert Outbox.objects.filter(topic="matching.merge_run").open().count() == 2
    drain_outbox()
    assert outcome(run) == expected
