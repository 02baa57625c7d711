"""A run is cancelled at the very moment at which workers are at it, on PostgreSQL: one of the two is first, never half of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import AuditEntry, Guide, Outbox, User
from accounts.services.outbox import deliver
from matching.enums import RUN_OPEN, RunState
from matching.locks import lock_open_run
from matching.models import Match, MatchEvent, MatchRun, RunShard
from matching.services import run_merge, run_steps
from matching.services.invariants import check_invariants
from matching.services.rescoring import look_again
from matching.services.run_cancel import cancel_run
from matching.services.run_open import require_open
from matching.services.run_plan import Plan
from matching.services.run_proposals import write_proposals
from matching.services.runs import request_run
from regions.models import Need
from tests.cast import make_need
from tests.faults.test_runs_at_once import together
from tests.support.crowd import make_crowd
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
]
WORKERS, ROUNDS = 6, 8
ENDED = {RunState.DONE, RunState.CANCELLED}


@pytest.fixture
def field(settings, saga, trails, mori) -> list[Need]:
    """Two needs and parties in two shards; a guide with time for all."""
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    Guide.objects.update(weekly_capacity=200)
    make_crowd(300)
    return [make_need(saga, offers=[trails], places=places) for places in (30, 3)]


def requested(target: Need | None = None) -> MatchRun:
    return request_run(actor=User.objects.system(), target=target)


def started() -> MatchRun:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    return run


def merging() -> MatchRun:
    """A run with its plan stored, whose merge is claimed."""
    run = started()
    for shard in run.shards.all():
        prepared = run_steps.prepared_for(MatchRun.objects.select_related("weights").get(pk=run.pk))
        assert prepared is not None
        blocks = run_steps.Shard(first_block=shard.first, last_block=shard.end)
        run_steps._write_result(shard, run_steps.score(prepared, blocks), now=timezone.now())
    assert run_merge._claim_next(run.pk, now=timezone.now())
    planned = run_merge._planned_run(run.pk, now=timezone.now())
    assert planned is not None
    return planned


def cancelling(run: MatchRun, admin: User) -> Callable[[], str]:
    """The act of cancelling: the state afterwards, or the code of the refusal."""

    def act() -> str:
        try:
            return str(cancel_run(actor=admin, run=run, now=timezone.now()).state)
        except Conflict as refusal:
            return refusal.code

    return act


def work_on_what_is_owed() -> None:
    """What the threads of a worker do until nothing is due."""
    for _done in range(300):
        due = Outbox.objects.due(timezone.now()).order_by("next_at", "pk").first()
        if due is None:
            return
        deliver(outbox_id=due.pk)
    raise AssertionError("the outbox is never empty")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def looks_ended(run: MatchRun, told: object) -> RunState:
    """Whoever was first, the run has one end, and it is the one that was told."""
    run.refresh_from_db()
    assert (run.state == RunState.CANCELLED) == (told == RunState.CANCELLED)
    assert run.proposals_count == Match.objects.filter(run=run).count()
    if run.state == RunState.CANCELLED:
        assert run.report["written"] == run.proposals_count
        assert not RunShard.objects.filter(run=run).exists()
        assert "plan" not in run.report
    else:
        assert told == "run_ended"
    assert run.lease_until is None
    return RunState(run.state)


def forget() -> None:
    MatchEvent.objects.all().delete()
    Match.objects.all().delete()


def test_two_who_cancel_at_once_cancel_once(field: list[Need], admin) -> None:
    for number in range(1, ROUNDS + 1):
        run = started()
        assert together(*[cancelling(run, admin)] * WORKERS) == [RunState.CANCELLED] * WORKERS
        assert AuditEntry.objects.filter(action="run.cancel").count() == number


def test_cancelled_while_a_shard_is_claimed_and_written(field: list[Need], admin) -> None:
    for _ in range(ROUNDS):
        run = started()
        shards = list(run.shards.order_by("number").values_list("pk", flat=True))
        acts = [lambda pk=pk: run_steps.run_shard(shard_id=pk, now=timezone.now()) for pk in shards]
        *_done, told = together(*acts, cancelling(run, admin))
        looks_ended(run, told)
        forget()


def test_cancelled_while_it_is_merged_and_written(field: list[Need], admin) -> None:
    for _ in range(ROUNDS):
        run = merging()
        MatchRun.objects.filter(pk=run.pk).update(lease_until=None)
        merge = lambda run=run: run_steps.merge_run(run_id=run.pk, now=timezone.now())  # noqa: E731
        *_done, told = together(merge, merge, cancelling(run, admin))
        looks_ended(run, told)
        forget()


def test_cancelled_anywhere_on_the_way_of_many_workers(field: list[Need], settings, admin) -> None:
    """From the request to the end, with pages of three proposals; whoever is cut off leaves nothing behind."""
    settings.ENISHI_PROPOSALS_PER_STEP = 3
    seen: Counter[str] = Counter()
    for number in range(2 * ROUNDS):
        run = requested()

        def cancel_at_some_point(run: MatchRun = run, share: int = number) -> str:
            begun = RunShard.objects.filter(run=run)
            written = Match.objects.filter(run=run)
            moments = [lambda: True, begun.exists, begun.exclude(done_at=None).exists, written.exists]
            ended = MatchRun.objects.filter(pk=run.pk).exclude(state__in=sorted(RUN_OPEN))
            wait_for(lambda: moments[share % 4]() or ended.exists(), every=0.001)
            return cancelling(run, admin)()

        *_done, told = together(*[work_on_what_is_owed] * 3, cancel_at_some_point)
        work_on_what_is_owed()
        assert looks_ended(run, told) in ENDED
        seen[str(run.report.get("cancelled_in", "done"))] += 1
        assert not Outbox.objects.open().filter(topic__startswith="matching.run").exists()
        assert check_invariants(now=timezone.now()) == []
        forget()
    assert len(seen) >= 3, seen


def test_who_cancels_waits_for_the_proposal_that_is_being_written(field: list[Need], admin) -> None:
    """What was told as written is all there is: no proposal comes after the word that the run is cancelled."""
    run = merging()
    plan = Plan.from_json(run.report["plan"])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert write_proposals(run, plan.proposals[:1], now=timezone.now()) == {}
            told = pool.submit(_closing, cancelling(run, admin))
            wait_for(somebody_waits)
            assert not told.done()
        assert told.result() == RunState.CANCELLED
    run.refresh_from_db()
    assert run.report["written"] == Match.objects.count() == 1
    assert write_proposals(run, plan.proposals, now=timezone.now()) == {}
    assert Match.objects.count() == 1


def test_proposal_written_while_it_is_cancelled_is_taken_back(field: list[Need], admin) -> None:
    """The worker comes to its check while the cancelling is not committed, and must look again afterwards."""
    run = merging()
    plan = Plan.from_json(run.report["plan"])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            cancel_run(actor=admin, run=run, now=timezone.now())
            writing = pool.submit(_closing, lambda: write_proposals(run, plan.proposals, now=timezone.now()))
            wait_for(somebody_waits)
        assert writing.result() == {}
    assert not Match.objects.exists()


def test_check_without_a_lock_is_seen_to_fail(field: list[Need], admin) -> None:
    """The guard of the two tests above: look whether the run is open, then write, and one comes after its end."""
    run = merging()
    has_looked, is_cancelled = Event(), Event()

    def naive_check() -> bool:
        with transaction.atomic():
            found = MatchRun.objects.filter(pk=run.pk, state__in=sorted(RUN_OPEN)).exists()
            has_looked.set()
            assert is_cancelled.wait(30)
            return found

    def cancel() -> str:
        assert has_looked.wait(30)
        state = cancelling(run, admin)()
        is_cancelled.set()
        return state

    assert together(naive_check, cancel) == [True, RunState.CANCELLED]
    with transaction.atomic():
        assert lock_open_run(run.pk) is False


def test_held_open_a_run_is_not_cancelled(field: list[Need], admin) -> None:
    run = started()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            require_open(run.pk)
            told = pool.submit(_closing, cancelling(run, admin))
            wait_for(somebody_waits)
            assert MatchRun.objects.get(pk=run.pk).state == RunState.SCORING
        assert told.result() == RunState.CANCELLED


def test_change_at_the_moment_of_cancelling_is_looked_at(field: list[Need], admin) -> None:
    """It is told to the run before its end, and then another follows; or it comes after, and has a run of its own."""
    need = field[0]
    for _ in range(ROUNDS):
        run = requested(need)
        MatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now())
        _looked, told = together(lambda: look_again(need), cancelling(run, admin))
        assert told == RunState.CANCELLED
        following = MatchRun.objects.filter(scope=run.scope, state__in=sorted(RUN_OPEN))
        assert following.count() == 1
        MatchRun.objects.filter(pk=following.get().pk).update(state=RunState.DONE)


def _closing(act: Callable[[], object]) -> object:
    try:
        return act()
    finally:
        connection.close()
