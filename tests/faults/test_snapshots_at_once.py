"""Snapshots that are taken, packed and forgotten at the same moment, on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from matching.enums import RunState
from matching.models import MatchRun, PartySnapshot, RunShard
from matching.services.run_snapshots import begin_packing, seal, take_snapshot
from matching.snapshots.layers import read_frame
from regions.models import Need
from tests.cast import make_need, make_party
from tests.faults.test_runs_at_once import ROUNDS, requested, together
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
]
SECONDS = 20


@pytest.fixture
def field(saga, trails, mori) -> list[Need]:
    make_party()
    return [make_need(saga, offers=[trails]) for _ in range(4)]


def snapshot(*, as_of: datetime, sealed: bool = True) -> PartySnapshot:
    frame = read_frame(now=as_of).as_json()
    version, ready_at = ("a" * 64, as_of) if sealed else ("", None)
    return PartySnapshot.objects.create(frame=frame, as_of=as_of, version=version, ready_at=ready_at)


def packer(need: Need) -> MatchRun:
    """A run all of whose parts are packed: its snapshot waits for its name."""
    run = requested(need)
    run.snapshot, run.state = snapshot(as_of=timezone.now(), sealed=False), RunState.PACKING
    run.save(update_fields=["snapshot", "state"])
    return run


def taken(run: MatchRun) -> PartySnapshot | None:
    return take_snapshot(run, now=timezone.now())


def forget_everything() -> None:
    MatchRun.objects.update(state=RunState.DONE)
    RunShard.objects.all().delete()
    PartySnapshot.objects.all().delete()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def in_a_thread(pool: ThreadPoolExecutor, act):
    def acted():
        try:
            return act()
        finally:
            connection.close()

    return pool.submit(acted)


def test_what_a_run_takes_is_there_as_long_as_it_is_open(field: list[Need]) -> None:
    for _ in range(ROUNDS):
        snapshot(as_of=timezone.now() - timedelta(hours=1))
        packing, *runs = [packer(field[3]), *map(requested, field[:3])]
        acts = [lambda run=run: taken(run) for run in runs]
        _sealed, *chosen = together(lambda run=packing: seal(run, now=timezone.now()), *acts)
        for run, row in zip(runs, chosen, strict=True):
            run.refresh_from_db()
            assert row is not None
            assert run.snapshot == row
        forget_everything()


def test_a_snapshot_that_is_just_being_taken_is_not_waited_for_and_stays(field: list[Need]) -> None:
    old = snapshot(as_of=timezone.now() - timedelta(hours=1))
    run, packing = requested(field[0]), packer(field[1])
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert taken(run) == old
        sealing = in_a_thread(pool, lambda: seal(packing, now=timezone.now()))
        assert sealing.result(SECONDS) == packing.snapshot
    run.refresh_from_db()
    assert run.snapshot == old


def test_a_snapshot_forgotten_between_choice_and_lock_is_passed_over(field: list[Need]) -> None:
    snapshot(as_of=timezone.now() - timedelta(hours=1))
    run, packing = requested(field[0]), packer(field[1])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            sealed = seal(packing, now=timezone.now())
            taking = in_a_thread(pool, lambda: taken(run))
            wait_for(lambda: taking.done() or somebody_waits())
        assert taking.result(SECONDS) == sealed
    run.refresh_from_db()
    assert run.snapshot == sealed
    assert list(PartySnapshot.objects.all()) == [sealed]


def test_a_run_that_has_ended_takes_nothing(field: list[Need]) -> None:
    snapshot(as_of=timezone.now() - timedelta(hours=1))
    run = requested(field[0])
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    taken(run)
    run.refresh_from_db()
    assert run.snapshot is None


def test_of_many_runs_one_packs(field: list[Need]) -> None:
    for _ in range(ROUNDS):
        runs = [requested(need) for need in field]
        began = together(*[lambda run=run: begin_packing(run.pk, now=timezone.now()) for run in runs])
        assert sorted(began) == [False, False, False, True]
        packing = MatchRun.objects.get(state=RunState.PACKING)
        assert [packing.snapshot] == list(PartySnapshot.objects.all())
        forget_everything()


def test_a_run_does_not_pack_what_another_one_has_just_packed(field: list[Need]) -> None:
    snapshot(as_of=timezone.now() - timedelta(hours=1))
    run = requested(field[0])
    assert not begin_packing(run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, PartySnapshot.objects.count()) == (RunState.QUEUED, 1)
