"""Several workers at one run, at the same moment, on PostgreSQL: every step is claimed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Guide, Outbox, User, Volunteer
from accounts.services.outbox import deliver
from matching.enums import LIVE, MatchState, RunState, ShardKind
from matching.models import Match, MatchEvent, MatchRun, PartySnapshot, RunShard, WeightSet
from matching.services import run_steps
from matching.services.invariants import check_invariants
from matching.services.run_plan import Plan
from matching.services.run_proposals import write_proposals
from matching.services.run_queue import LEASE, finish_shard
from matching.services.run_recovery import sweep_runs
from matching.services.runs import open_run, plan_only, request_run
from matching.services.weights import activate_weights, add_weights, ensure_weights
from regions.models import Need
from tests.cast import make_need, make_party
from tests.support.crowd import make_crowd
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
]
WORKERS, ROUNDS = 6, 8
T = TypeVar("T")


def together(*acts: Callable[[], T]) -> list[T]:
    """Every act in a thread of its own, all begun at once; what each returned."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        try:
            start.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def field(settings, saga, trails, mori) -> list[Need]:
    """Three needs and parties in two shards; one guide, who reads eight proposals a week."""
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    make_crowd(300)
    return [make_need(saga, offers=[trails], places=places) for places in (30, 30, 3)]


def requested(target: Need | None = None) -> MatchRun:
    return request_run(actor=User.objects.system(), target=target)


def cut_in_two() -> tuple[MatchRun, list[RunShard]]:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    return run, list(run.shards.order_by("number"))


def work_on_what_is_owed() -> int:
    """What the threads of a worker do until nothing is due; how many deliveries."""
    for done in range(200):
        due = Outbox.objects.due(timezone.now()).order_by("next_at", "pk").first()
        if due is None:
            return done
        deliver(outbox_id=due.pk)
    raise AssertionError("the outbox is never empty")


def test_many_requests_make_one_run(field: list[Need]) -> None:
    User.objects.system()
    for _ in range(ROUNDS):
        runs = together(*[requested] * WORKERS)
        assert len({run.pk for run in runs}) == 1
        MatchRun.objects.filter(pk=runs[0].pk).update(state=RunState.DONE)
    assert MatchRun.objects.count() == Outbox.objects.count() == ROUNDS
    assert WeightSet.objects.count() == 1


def test_one_worker_starts_a_run(field: list[Need]) -> None:
    run = requested()
    claimed = together(*[lambda: run_steps.start_run(run_id=run.pk, now=timezone.now())] * WORKERS)
    assert sorted(claimed) == [False] * (WORKERS - 1) + [True]
    assert list(run.shards.order_by("number").values_list("number", flat=True)) == [0, 1]


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def claimed_elsewhere(shard: RunShard) -> bool:
    try:
        return run_steps._claim_shard(shard.pk, now=timezone.now())
    finally:
        connection.close()


def test_worker_that_waited_for_a_claim_does_not_get_the_shard(field: list[Need]) -> None:
    """The second claim looks at the row while the first is not committed, and must look again afterwards."""
    _run, (shard, _other) = cut_in_two()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert run_steps._claim_shard(shard.pk, now=timezone.now())
            second = pool.submit(claimed_elsewhere, shard)
            wait_for(somebody_waits)
        assert second.result() is False


def test_one_worker_does_a_shard(field: list[Need]) -> None:
    run, shards = cut_in_two()
    done = together(*[lambda: run_steps.run_shard(shard_id=shards[0].pk, now=timezone.now())] * WORKERS)
    assert sorted(done) == [False] * (WORKERS - 1) + [True]
    assert list(run.shards.exclude(done_at=None)) == [shards[0]]


def test_claim_that_reads_before_it_writes_is_seen_to_fail(field: list[Need]) -> None:
    """The guard of the test above: look, then save, and both workers believe that the shard is theirs."""
    _run, (shard, _other) = cut_in_two()
    both_have_looked = Barrier(2)

    def naive_claim() -> bool:
        row = RunShard.objects.get(pk=shard.pk)
        is_free = row.lease_until is None
        both_have_looked.wait()
        if is_free:
            row.lease_until = timezone.now() + LEASE
            row.save(update_fields=["lease_until"])
        return is_free

    assert together(naive_claim, naive_claim) == [True, True]


def test_last_two_shards_at_once_are_merged_once(field: list[Need]) -> None:
    for _ in range(ROUNDS):
        run, shards = cut_in_two()
        acts = [
            lambda shard=shard: run_steps.run_shard(shard_id=shard.pk, now=timezone.now()) for shard in shards
        ]
        assert together(*acts) == [True, True]
        run.refresh_from_db()
        assert run.state == RunState.DONE
        assert run.report["planned"] == run.proposals_count
        assert run.report["skipped"] == {}
    assert Match.objects.count() == 8  # the first run filled the guide's desk; the others found it full


def test_merge_rung_for_many_workers_is_done_once(field: list[Need]) -> None:
    run, shards = cut_in_two()
    for shard in shards[:1]:
        run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
    RunShard.objects.filter(pk=shards[1].pk).update(lease_until=timezone.now() + LEASE)
    blocks = run_steps.Shard(first_block=shards[1].first, last_block=shards[1].end)
    prepared = run_steps.prepared_for(MatchRun.objects.select_related("weights").get(pk=run.pk))
    assert prepared is not None
    run_steps._write_result(shards[1], run_steps.score(prepared, blocks), now=timezone.now())
    claimed = together(*[lambda: run_steps.merge_run(run_id=run.pk, now=timezone.now())] * WORKERS)
    assert sorted(claimed) == [False] * (WORKERS - 1) + [True]
    run.refresh_from_db()
    assert (run.state, run.proposals_count, run.report["skipped"]) == (RunState.DONE, 8, {})


def test_last_pieces_done_at_once_owe_what_follows_once() -> None:
    snapshot = PartySnapshot.objects.create(frame={}, as_of=timezone.now())
    run = requested()
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.PACKING, snapshot=snapshot)
    for number in range(WORKERS):
        RunShard.objects.create(run=run, kind=ShardKind.PACK, number=number, first=number, end=number + 1)
    for _ in range(ROUNDS):
        RunShard.objects.update(done_at=None, result=None)
        Outbox.objects.all().delete()
        shards = RunShard.objects.select_related("run")
        finished = together(*[partial(finish_shard, shard, b"", now=timezone.now()) for shard in shards])
        assert finished == [True] * WORKERS
        assert [owed.payload for owed in Outbox.objects.all()] == [{"run": run.pk}]


def test_expired_lease_is_given_back_once(field: list[Need]) -> None:
    _run, (shard, _other) = cut_in_two()
    RunShard.objects.filter(pk=shard.pk).update(lease_until=timezone.now())
    swept = together(*[lambda: sweep_runs(now=timezone.now())] * WORKERS)
    assert sum(each.returned for each in swept) == 1
    shard.refresh_from_db()
    assert (shard.attempts, shard.lease_until) == (1, None)


def test_runs_of_all_scopes_at_once_keep_every_bound(field: list[Need]) -> None:
    """Each plans from the numbers before the others wrote; what is written is counted again."""
    Guide.objects.update(weekly_capacity=7)
    for target in (None, *field):
        requested(target)
    together(*[work_on_what_is_owed] * WORKERS)
    assert set(MatchRun.objects.values_list("state", flat=True)) == {RunState.DONE}
    waiting = Match.objects.filter(state=MatchState.PROPOSED)
    assert waiting.count() == 7
    assert all(need.matches.count() <= 5 for need in field)
    assert waiting.values("need", "volunteer").distinct().count() == 7
    skipped: dict[str, int] = {}
    for run in MatchRun.objects.all():
        for code, count in run.report["skipped"].items():
            skipped[code] = skipped.get(code, 0) + count
    assert set(skipped) <= {"already_matched", "guide_full", "need_full", "people_changed"}
    assert check_invariants(now=timezone.now()) == []


def planned_from_the_same_numbers(needs: list[Need]) -> list[tuple[MatchRun, Plan]]:
    """One run for each need, all planned before anything is written."""
    system, now = User.objects.system(), timezone.now()
    runs = [open_run(actor=system, target=need) for need in needs]
    return [
        (run, plan_only(actor=system, target=need, now=now)) for run, need in zip(runs, needs, strict=True)
    ]


def written(run: MatchRun, plan: Plan) -> Counter[str]:
    return write_proposals(run, plan.proposals, now=timezone.now())


def test_runs_at_once_give_a_party_no_more_than_it_wants(saga, trails, mori) -> None:
    """Every run has planned the same parties, who want one match at a time; each gets one."""
    Guide.objects.update(weekly_capacity=200)
    needs = [make_need(saga, offers=[trails]) for _ in range(WORKERS)]
    for _ in range(ROUNDS):
        parties = [make_party(live_limit=1) for _ in range(3)]
        planned = planned_from_the_same_numbers(needs)
        assert all(len(plan.proposals) == 3 for _run, plan in planned)
        skipped = together(*[lambda run=run, plan=plan: written(run, plan) for run, plan in planned])
        assert sum(skipped, Counter()) == {"party_full": 3 * (WORKERS - 1)}
        for party in parties:
            assert party.matches.filter(state__in=sorted(LIVE)).count() == 1
        MatchEvent.objects.all().delete()
        Match.objects.all().delete()
        MatchRun.objects.all().delete()
        Volunteer.objects.filter(pk__in=[party.pk for party in parties]).update(is_active=False)


def test_runs_at_once_ask_a_party_no_more_often_than_allowed(saga, trails, mori, admin) -> None:
    Guide.objects.update(weekly_capacity=200)
    weights = add_weights(actor=admin, values={"contacts_max": 2})
    activate_weights(actor=admin, version=weights.version)
    needs = [make_need(saga, offers=[trails]) for _ in range(WORKERS)]
    for _ in range(ROUNDS):
        party = make_party(live_limit=WORKERS + 1)
        planned = planned_from_the_same_numbers(needs)
        assert all(len(plan.proposals) == 1 for _run, plan in planned)
        skipped = together(*[lambda run=run, plan=plan: written(run, plan) for run, plan in planned])
        assert sum(skipped, Counter()) == {"asked_enough": WORKERS - 2}
        assert party.matches.count() == 2
        MatchEvent.objects.all().delete()
        Match.objects.all().delete()
        MatchRun.objects.all().delete()
        Volunteer.objects.filter(pk=party.pk).update(is_active=False)


def test_weights_activated_at_once_leave_one_active(admin) -> None:
    ensure_weights()
    versions = [add_weights(actor=admin, values={"top_l": number}).version for number in range(1, 5)]

    for _ in range(ROUNDS):
        acts = [
            lambda version=version: activate_weights(actor=admin, version=version) for version in versions
        ]
        assert [row.version for row in together(*acts)] == versions
        assert WeightSet.objects.filter(is_active=True).count() == 1
    assert AuditEntry.objects.filter(action="weights.activate").count() == ROUNDS * len(versions)


def test_weights_added_at_once_are_numbered_apart(admin) -> None:
    ensure_weights()
    rows = together(*[lambda: add_weights(actor=admin, values={"top_l": 7})] * WORKERS)
    assert sorted(row.version for row in rows) == list(range(2, 2 + WORKERS))
