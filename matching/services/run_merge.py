"""How a run goes on: name the snapshot when all is packed, merge and allocate when all is scored, write proposals, close.

Each waits for all pieces of its phase, but the writing, which has no pieces: it goes on by itself until all is written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.services.outbox import readable
from matching.enums import RunState
from matching.locks import lock_run
from matching.models import MatchRun, RunShard
from matching.services.run_advice import begin_advising
from matching.services.run_cut import begin_layers
from matching.services.run_plan import Plan, plan_of, prepared_for
from matching.services.run_prepared import results_of
from matching.services.run_proposals import close_run, write_proposals
from matching.services.run_queue import LEASE, by_now, owe_merge, unclaimed, worker_name
from matching.services.run_recovery import begin_again, returning
from matching.services.run_snapshots import SnapshotLost, seal
from matching.snapshots import is_about_one_need, looks_at_everybody, party_of_scope

PROPOSALS_PER_STEP = 200  # well within a task's time


def merge_run(*, run_id: int, now: datetime) -> bool:
    """Go on with a run that waits for no piece; whether this call claimed the step.

    Packed: name the snapshot and cut it. Scored: merge, allocate, write proposals; the plan is stored before anything is
    written, so that a second attempt writes the same, and of a large run or one over many pairs it is all that the step
    does; more than 200 proposals are written in several steps. Advised: close.
    """
    state = _claim_next(run_id, now=now)
    if state is None:
        return False
    with returning(run_id=run_id, now=now):
        if state == RunState.PACKING:
            _begin_packed(run_id, now=now)
        elif state == RunState.ADVISING:
            close_run(run_id=run_id, now=by_now(now))
        else:
            _merge(run_id, now=now)
    return True


def _begin_packed(run_id: int, *, now: datetime) -> None:
    """Name the snapshot and cut the run; where what was packed is damaged already, begin again with other parts."""
    run = MatchRun.objects.select_related("weights").get(pk=run_id)
    try:
        begin_layers(run, seal(run, now=by_now(now)), now=now)
    except SnapshotLost as error:
        begin_again(run_id=run_id, digest=run.inputs_digest, now=by_now(now), why=readable(error))


def _claim_next(run_id: int, *, now: datetime) -> RunState | None:
    """Claim what follows when all pieces of a phase are done, or the next proposals; the state in which the run then is."""
    undone = Exists(RunShard.objects.filter(run=OuterRef("pk"), done_at=None))
    claim = {"lease_until": now + LEASE, "worker": worker_name(), "worker_pid": os.getpid()}
    free = MatchRun.objects.filter(unclaimed(now), pk=run_id)
    for state in (RunState.PACKING, RunState.ADVISING):
        if free.filter(~undone, state=state).update(**claim):
            return state
    scored = Q(~undone, state=RunState.SCORING)
    if free.filter(scored | Q(state=RunState.MERGING)).update(state=RunState.MERGING, **claim):
        return RunState.MERGING
    return None


def _merge(run_id: int, *, now: datetime) -> None:
    run = _planned_run(run_id, now=now)
    if run is not None:
        _write_batch(run, now=now)


def _planned_run(run_id: int, *, now: datetime) -> MatchRun | None:
    """The run with its plan, made now if there is none; None when it had to begin again, or what follows is owed."""
    run = MatchRun.objects.select_related("weights").get(pk=run_id)
    if "plan" in run.report:
        return run
    prepared = prepared_for(run)
    if prepared is None:
        begin_again(run_id=run_id, digest=run.inputs_digest, now=now)
        return None
    plan = plan_of(
        prepared,
        results_of(run),
        diagnosed=looks_at_everybody(run.scope),
        is_asked=is_about_one_need(run.scope),
        about=party_of_scope(run.scope),
        haste=run.report.get("haste", 0),
    )
    planned = _store_plan(run_id, plan)
    return None if planned is None or planned.writes_apart else planned


@transaction.atomic
def _store_plan(run_id: int, plan: Plan) -> MatchRun | None:
    """Keep the plan on the run unless another worker was faster: then that one's is the same or is under way.

    A large run, or one over many pairs, is left to whoever is free to write.
    """
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return None
    if "plan" in run.report:
        return run
    run.report |= {"plan": plan.as_json(), "next": 0, "skipped": {}}
    run.pairs_feasible = plan.pairs_feasible
    if run.writes_apart:
        run.lease_until = None
        owe_merge(run)
    run.save(update_fields=["report", "pairs_feasible", "lease_until"])
    return run


def _write_batch(run: MatchRun, *, now: datetime) -> None:
    first, plan = run.report["next"], Plan.from_json(run.report["plan"])
    end = min(first + _proposals_per_step(), len(plan.proposals))
    skipped = write_proposals(run, plan.proposals[first:end], now=now)
    turned = _turn_page(run.pk, first=first, end=end, skipped=skipped)
    if turned and end == len(plan.proposals) and not begin_advising(run.pk):
        close_run(run_id=run.pk, now=by_now(now))


def _proposals_per_step() -> int:
    return int(getattr(settings, "ENISHI_PROPOSALS_PER_STEP", PROPOSALS_PER_STEP))


@transaction.atomic
def _turn_page(run_id: int, *, first: int, end: int, skipped: Mapping[str, int]) -> bool:
    """Note that the proposals from ``first`` to ``end`` are written and owe the next ones; whether it was this call."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING or run.report["next"] != first:
        return False
    run.report["next"] = end
    for code, count in skipped.items():
        run.report["skipped"][code] = run.report["skipped"].get(code, 0) + count
    if end < len(run.report["plan"]["proposals"]):
        run.lease_until = None
        owe_merge(run)
    run.save(update_fields=["report", "lease_until"])
    return True
