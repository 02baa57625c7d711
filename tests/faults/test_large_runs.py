"""Pieces of a large run that are done twice, lost, killed or broken, in every phase: it ends as if nothing had happened."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Outbox, User, Volunteer
from matching.engine import beginning
from matching.enums import STATE_OF, RunState, ShardKind
from matching.models import MatchRun, PartySnapshot, RunInputs, RunShard, SnapshotPart
from matching.services import run_merge, run_snapshots, run_steps
from matching.services.run_given_up import GIVEN_UP
from matching.services.run_queue import LEASE, finish_shard
from matching.services.run_recovery import ATTEMPTS_MAX, OVERTAKEN, SILENT, sweep_runs
from matching.services.runs import request_run
from regions.models import Need
from tests.faults.test_runs import claimed_and_killed, later, requested
from tests.matching.services.test_large_runs import field, large, on_this_host, outcome, shelf
from tests.support.outbox import drain_outbox

__all__ = ["field", "shelf"]

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db]
KINDS = list(ShardKind)


@pytest.fixture
def expected(field: list[Need], settings) -> dict[str, Any]:
    """What an undisturbed large run leaves behind."""
    found = large(settings)
    settings.ENISHI_LARGE_FROM = 100
    assert found["state"] == RunState.DONE
    assert found["diagnoses"]
    return found


def pieces(run: MatchRun, kind: ShardKind) -> list[RunShard]:
    run.refresh_from_db()
    assert run.state == STATE_OF[kind]
    found = list(run.shards.filter(kind=kind).order_by("-number"))
    assert len(found) == 1 if kind == ShardKind.MEASURE else len(found) > 1
    return found


def begun() -> MatchRun:
    run = requested()
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    return run


def do(shard: RunShard) -> bool:
    done = run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
    on_this_host()
    return done


def until(run: MatchRun, phase: ShardKind) -> MatchRun:
    """Every phase before this one is done."""
    for kind in KINDS[: KINDS.index(phase)]:
        for shard in pieces(run, kind):
            assert do(shard)
        while run_steps.merge_run(run_id=run.pk, now=timezone.now()):
            on_this_host()
    return run


def lose_for_good(piece: RunShard) -> None:
    """Five workers die at it; it counts as done with the fifth."""
    for tries in range(1, ATTEMPTS_MAX + 1):
        claimed_and_killed(piece)
        sweep_runs(now=later())
        piece.refresh_from_db()
        assert (piece.attempts, piece.done_at is not None) == (tries, tries == ATTEMPTS_MAX)


def test_every_piece_done_three_times_leaves_the_same(expected: dict[str, Any]) -> None:
    run = begun()
    for kind in KINDS:
        for shard in pieces(run, kind):
            assert [do(shard), do(shard), do(shard)] == [True, False, False]
        for _ in range(3):
            run_steps.merge_run(run_id=run.pk, now=timezone.now())
    drain_outbox()
    assert outcome(run) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_lost_with_its_worker_is_given_back(expected: dict[str, Any], kind: ShardKind) -> None:
    run = until(begun(), kind)
    lost = pieces(run, kind)[0]
    claimed_and_killed(lost)
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, list(run.shards.filter(done_at=None))) == (STATE_OF[kind], [lost])
    assert sweep_runs(now=timezone.now() + LEASE / 2).returned == 0
    assert sweep_runs(now=later()).returned == 1
    drain_outbox()
    assert outcome(run) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_done_by_a_slow_worker_and_its_successor_counts_once(
    expected: dict[str, Any], kind: ShardKind
) -> None:
    run = until(begun(), kind)
    slow = RunShard.objects.select_related("run__weights", "run__snapshot").get(pk=pieces(run, kind)[0].pk)
    claimed_and_killed(slow)
    sweep_runs(now=later())
    assert do(slow)
    run_steps._do_shard(slow, now=timezone.now())  # the slow one gets to its end at last
    drain_outbox()
    assert outcome(run) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_step_after_the_last_piece_is_given_back(expected: dict[str, Any], kind: ShardKind) -> None:
    run = until(begun(), kind)
    *others, last = pieces(run, kind)
    for shard in others:
        do(shard)
    for shard in run.shards.filter(done_at=None).exclude(pk=last.pk):  # of the other kind of its phase
        do(shard)
    do(last)
    assert not run.shards.filter(done_at=None).exists()
    assert run_merge._claim_next(run.pk, now=timezone.now())
    Outbox.objects.open().update(done_at=timezone.now())
    assert sweep_runs(now=later()).returned == 1
    drain_outbox()
    assert outcome(run) == expected


def test_a_result_that_comes_second_is_thrown_away(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.MEASURE)
    (piece,) = pieces(run, ShardKind.MEASURE)
    first, second = GIVEN_UP, b'{"unfair_micro": 1}'
    assert [finish_shard(piece, said, now=timezone.now()) for said in (first, second)] == [True, False]
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.report["unmeasured"]) == (RunState.DONE, True)
    assert finish_shard(piece, second, now=timezone.now()) is False
    piece.refresh_from_db()
    assert bytes(piece.result) == b""


def test_the_writing_is_owed_after_a_merge_that_was_given_back(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.SCORE)
    for shard in pieces(run, ShardKind.SCORE):
        do(shard)
    Outbox.objects.open().update(done_at=timezone.now())
    assert run_merge._claim_next(run.pk, now=timezone.now()) == RunState.MERGING
    assert sweep_runs(now=later()).returned == 1
    drain_outbox()
    assert outcome(run) == expected
    assert (run.attempts, run.report["packing"]["haste"]) == (1, 1)


@pytest.mark.parametrize("tries", [0, 2])
def test_a_merge_that_came_to_nothing_is_done_in_more_haste_and_its_price_as_well(
    expected: dict[str, Any], monkeypatch, tries: int
) -> None:
    run = until(begun(), ShardKind.SCORE)
    for shard in pieces(run, ShardKind.SCORE):
        do(shard)
    for _ in range(tries):
        assert run_merge._claim_next(run.pk, now=timezone.now()) == RunState.MERGING
        assert sweep_runs(now=later()).returned == 1
    hastes, place = [], beginning.place_newcomers
    monkeypatch.setattr(
        beginning, "place_newcomers", lambda **asked: hastes.append(asked["haste"]) or place(**asked)
    )
    drain_outbox()
    assert outcome(run) == expected
    assert hastes == [tries, tries]  # placed, then once more without fairness
    assert run.report["packing"]["haste"] == tries


def test_a_price_that_cannot_be_measured_does_not_cost_the_run(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.MEASURE)
    (piece,) = pieces(run, ShardKind.MEASURE)
    lose_for_good(piece)
    drain_outbox()
    told = expected["report"]
    fairness = told["fairness"] | {"price_micro": None, "unfair_micro": None}
    assert outcome(run) == expected | {"report": told | {"fairness": fairness, "unmeasured": True}}


def test_advice_that_cannot_be_counted_does_not_cost_the_run(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.ADVISE)
    piece, *_others = pieces(run, ShardKind.ADVISE)
    lose_for_good(piece)
    drain_outbox()
    found = outcome(run)
    assert found["report"] == expected["report"] | {"unadvised": 1}
    left = [told for told in expected["diagnoses"] if told in found["diagnoses"]]
    assert (len(left), len(expected["diagnoses"])) == (1, 2)
    kept = expected.keys() - {"report", "diagnoses"}
    assert {name: found[name] for name in kept} == {name: expected[name] for name in kept}


def test_pieces_whose_inputs_are_lost_are_given_up_at_once(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.ADVISE)
    RunInputs.objects.all().delete()
    on_this_host()
    drain_outbox()
    found = outcome(run)
    assert (found["state"], found["proposals"]) == (RunState.DONE, expected["proposals"])
    assert (found["report"]["unmeasured"], found["report"]["unadvised"]) == (True, 2)
    assert (found["candidates"], found["diagnoses"]) == (expected["candidates"], [])
    assert {shard.attempts for shard in run.shards.all()} == {0}


def test_needs_are_still_advised_when_the_price_was_given_up(expected: dict[str, Any]) -> None:
    run = until(begun(), ShardKind.ADVISE)
    for _ in range(ATTEMPTS_MAX):
        claimed_and_killed(run.shards.get(kind=ShardKind.MEASURE))
        sweep_runs(now=later())
    run.refresh_from_db()
    assert (run.state, run.shards.filter(done_at=None).count()) == (RunState.ADVISING, 2)
    drain_outbox()
    found = outcome(run)
    assert (found["state"], found["diagnoses"]) == (RunState.DONE, expected["diagnoses"])


def test_a_part_that_fails_is_tried_again(expected: dict[str, Any], monkeypatch) -> None:
    run = begun()
    packed = run_snapshots.to_bytes

    def break_once(part):
        monkeypatch.setattr(run_snapshots, "to_bytes", packed)
        raise OSError("no room left")

    monkeypatch.setattr(run_snapshots, "to_bytes", break_once)
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.PACKING, "OSError: no room left")
    assert not SnapshotPart.objects.filter(number=0).exists()
    drain_outbox(now=later())
    assert outcome(run) == expected


def test_a_disk_without_room_for_the_snapshot_gives_the_step_back(
    expected: dict[str, Any], shelf: Path, monkeypatch
) -> None:
    shutil.rmtree(shelf)
    run, reserve = begun(), os.posix_fallocate

    def full_once(*_where: int) -> None:
        monkeypatch.setattr(os, "posix_fallocate", reserve)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full_once)
    drain_outbox()
    run.refresh_from_db()
    assert run.state == RunState.PACKING
    assert run.error.startswith("OSError: [Errno 28] the disk has no ")
    drain_outbox(now=later())
    assert outcome(run) == expected


def test_a_part_whose_worker_always_dies_ends_the_run_and_the_next_one_packs_anew(
    expected: dict[str, Any],
) -> None:
    run = begun()
    for _ in range(ATTEMPTS_MAX):
        claimed_and_killed(run.shards.get(number=0))
        sweep_runs(now=later())
    run.refresh_from_db()
    assert (run.state, run.error, run.shards.count()) == (RunState.FAILED, SILENT, 0)
    again = requested()
    drain_outbox()
    assert outcome(again) == expected
    assert PartySnapshot.objects.get() == again.snapshot


@pytest.mark.parametrize("is_withdrawn", [False, True], ids=["as it is named", "named and withdrawn before"])
def test_parts_damaged_before_they_have_a_name_are_packed_anew(
    expected: dict[str, Any], shelf: Path, is_withdrawn: bool
) -> None:
    shutil.rmtree(shelf)  # no host has a copy
    run = begun()
    for shard in pieces(run, ShardKind.PACK):
        do(shard)
    lost = run.snapshot
    SnapshotPart.objects.filter(number=1).update(data=b"x")
    if is_withdrawn:  # by a worker that died right after it
        PartySnapshot.objects.update(version="0" * 64, ready_at=None)
    run_merge.merge_run(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.attempts, run.snapshot) == (RunState.QUEUED, 1, None)
    assert run.error.startswith("SnapshotLost: ")
    drain_outbox(now=later())
    assert outcome(run) == expected
    assert run.snapshot != lost


def test_what_changes_while_it_is_scored_does_not_disturb_it(expected: dict[str, Any], field) -> None:
    run = until(begun(), ShardKind.SCORE)
    first, *others = pieces(run, ShardKind.SCORE)
    do(first)
    for party in Volunteer.objects.order_by("pk")[:3]:
        party.wishes.all().delete()
    field[0].work.all().update(weight=1)
    for shard in others:
        do(shard)
    drain_outbox()
    assert outcome(run) == expected
    assert (run.attempts, RunInputs.objects.count()) == (0, 0)


def test_a_large_run_that_lost_its_inputs_may_begin_again_as_a_small_one(
    expected: dict[str, Any], settings
) -> None:
    run = until(begun(), ShardKind.SCORE)
    RunInputs.objects.all().delete()
    on_this_host()
    do(pieces(run, ShardKind.SCORE)[0])
    run.refresh_from_db()
    assert (run.state, run.is_large, run.attempts, run.error) == (RunState.QUEUED, False, 1, OVERTAKEN)
    settings.ENISHI_LARGE_FROM = 10_000
    drain_outbox()
    assert outcome(run) == expected


def test_another_run_waits_for_what_is_being_packed(expected: dict[str, Any], field) -> None:
    run = begun()
    with transaction.atomic():
        other = request_run(actor=User.objects.system(), target=field[0])
    Outbox.objects.filter(payload={"run": other.pk}).update(done_at=timezone.now())
    run_steps.start_run(run_id=other.pk, now=timezone.now())
    other.refresh_from_db()
    assert (other.state, other.shards.count()) == (RunState.QUEUED, 0)
    sweep_runs(now=later())
    other.refresh_from_db()
    assert other.attempts == 0
    drain_outbox()
    other.refresh_from_db()
    assert other.state == RunState.QUEUED
    run.refresh_from_db()
    assert run.state == RunState.DONE
    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    other.refresh_from_db()
    assert (other.state, other.attempts) == (RunState.DONE, 0)
    assert PartySnapshot.objects.count() == 1
