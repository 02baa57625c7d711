"""How far a run has come: counted from its shards, estimated from when they were done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import User
from matching.enums import STATE_OF, RunState, ShardKind
from matching.models import MatchRun, RunShard
from matching.selectors.run_progress import Progress, planned_proposals, progress_line, progress_of
from matching.services.run_merge import merge_run
from matching.services.run_steps import run_shard, start_run
from matching.services.runs import request_run
from matching.services.weights import ensure_weights
from tests.cast import make_need
from tests.support.crowd import make_crowd

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BEGAN = NOW - timedelta(seconds=60)
SHARDS = 4
# Parties in four shards of two blocks, the last one short: 512 + 512 + 512 + 364.
PARTIES, NEEDS = 1_900, 10


def made(state: RunState = RunState.SCORING, *, scope: str = "all", **fields) -> MatchRun:
    return MatchRun.objects.create(
        scope=scope, state=state, requested_by=User.objects.system(), weights=ensure_weights(),
        parties_count=PARTIES, needs_count=NEEDS, started_at=BEGAN - timedelta(seconds=30), **fields,
    )  # fmt: skip


def cut(
    run: MatchRun,
    *,
    done: Sequence[float | None] = (),
    at_work: Sequence[str] = (),
    kind: ShardKind = ShardKind.SCORE,
) -> MatchRun:
    """Four shards: the first ones done so many seconds after the beginning, the last ones held by these workers."""
    for number in range(SHARDS):
        after = done[number] if number < len(done) else None
        holder = at_work[number - SHARDS] if number >= SHARDS - len(at_work) else ""
        RunShard.objects.create(
            run=run, number=number, kind=kind, first=2 * number, end=min(2 * number + 2, 8), created_at=BEGAN,
            done_at=None if after is None else BEGAN + timedelta(seconds=after),
            result=None if after is None else b"", worker=holder,
            lease_until=NOW + timedelta(seconds=9) if holder else None,
        )  # fmt: skip
    return run


def found(run: MatchRun, *, now: datetime = NOW) -> Progress:
    return progress_of([run], now=now)[run.pk]


def test_run_that_waits_knows_nothing_yet() -> None:
    assert found(made(RunState.QUEUED)) == Progress(
        state=RunState.QUEUED, steps_done=0, steps_total=0, pairs_done=None, pairs_total=None, pairs_per_second=None,
        seconds_left=None, workers=0,
    )  # fmt: skip


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.MERGING])
def test_run_that_is_read_or_merged_has_its_worker(state: RunState) -> None:
    run = made(state, lease_until=NOW + timedelta(seconds=1), worker="a")
    assert found(run).workers == 1
    assert found(run, now=NOW + timedelta(seconds=1)).workers == 0


def test_word_of_the_last_phase_is_true_of_both_its_kinds_of_piece() -> None:
    kinds = {kind for kind, state in STATE_OF.items() if state == RunState.ADVISING}
    assert kinds == {ShardKind.ADVISE, ShardKind.MEASURE}
    with translation.override("ja"):
        assert str(RunState.ADVISING.label) == "仕上げの計算中"


@pytest.mark.parametrize(
    ("kind", "state"), [(ShardKind.PACK, RunState.PACKING), (ShardKind.ADVISE, RunState.ADVISING)]
)
def test_other_phases_count_their_own_pieces(kind: ShardKind, state: RunState) -> None:
    """Two of four pieces took 50 s, and 10 s have gone since: 40 s are left. What was scored before is not counted again."""
    run = cut(made(state), done=[1, 2, 3, 4])
    cut(run, done=[20, 50], at_work=["a", "b"], kind=kind)
    seen = found(run)
    assert (seen.steps_done, seen.steps_total, seen.seconds_left, seen.workers) == (2, 4, 40, 2)
    pairs = (19_000, 19_000) if state == RunState.ADVISING else (None, None)
    assert (seen.pairs_done, seen.pairs_total, seen.pairs_per_second) == (*pairs, None)


def test_a_phase_counts_its_pieces_of_both_kinds_and_each_worker_once() -> None:
    run = cut(made(RunState.ADVISING), done=[1, 2, 3, 4])
    cut(run, done=[20, 50], at_work=["a", "b"], kind=ShardKind.ADVISE)
    cut(run, done=[50], at_work=["b"], kind=ShardKind.MEASURE)
    seen = found(run)
    assert (seen.steps_done, seen.steps_total, seen.workers) == (3, 8, 2)
    assert seen.seconds_left == 74  # three in 50 seconds, five left, ten seconds gone
    assert (seen.pairs_done, seen.pairs_total) == (19_000, 19_000)


def test_pieces_of_other_phases_do_not_count_as_scored() -> None:
    run = cut(cut(made(), done=[1, 2, 3, 4], at_work=[], kind=ShardKind.PACK), done=[20], at_work=["a"])
    seen = found(run)
    assert (seen.steps_done, seen.steps_total, seen.pairs_done, seen.workers) == (1, 4, 5_120, 1)


def test_what_is_laid_over_a_snapshot_is_counted_with_the_last_piece() -> None:
    """Ten more parties than eight blocks hold, and then fewer than are in them."""
    run = cut(made(), done=[10, 20, 30, 40])
    for parties in (8 * 256 + 10, PARTIES - 10):
        MatchRun.objects.update(parties_count=parties)
        run.refresh_from_db()
        assert found(run).pairs_done == found(run).pairs_total == parties * NEEDS


def test_before_the_first_shard_is_done_no_time_is_known() -> None:
    assert found(cut(made(), at_work=["a", "b", "a"])) == Progress(
        state=RunState.SCORING, steps_done=0, steps_total=4, pairs_done=0, pairs_total=19_000, pairs_per_second=None,
        seconds_left=None, workers=2,
    )  # fmt: skip


def test_rate_and_time_left_follow_from_the_shards_that_are_done() -> None:
    """10,240 pairs in 50 s are 204.8 a second; the other 8,760 take 42.8 s, of which 10 have gone."""
    assert found(cut(made(), done=[20, 50], at_work=["a"])) == Progress(
        state=RunState.SCORING, steps_done=2, steps_total=4, pairs_done=10_240, pairs_total=19_000,
        pairs_per_second=205, seconds_left=33, workers=1,
    )  # fmt: skip


def test_short_last_block_is_counted_by_its_parties() -> None:
    done = found(cut(made(), done=[10, 20, 30, 40]))
    assert (done.steps_done, done.pairs_done, done.pairs_total) == (4, 19_000, 19_000)
    assert done.seconds_left is None


def test_time_that_is_used_up_is_no_time() -> None:
    """Whoever worked at it may be gone: no number is more honest than a wrong one."""
    run = cut(made(), done=[20, 50])
    assert found(run, now=NOW + timedelta(seconds=32)).seconds_left == 1
    late = found(run, now=NOW + timedelta(seconds=33))
    assert (late.seconds_left, late.pairs_per_second, late.workers) == (None, 205, 0)


def test_lease_that_has_run_out_is_nobodys_work() -> None:
    run = cut(made(), at_work=["a", "b"])
    assert found(run).workers == 2
    assert found(run, now=NOW + timedelta(seconds=9)).workers == 0


def test_without_needs_there_is_nothing_to_compare() -> None:
    run = made()
    MatchRun.objects.filter(pk=run.pk).update(needs_count=0)
    run.refresh_from_db()
    nothing = found(cut(run, done=[20]))
    assert (nothing.pairs_done, nothing.pairs_total, nothing.seconds_left) == (0, 0, None)
    assert nothing.pairs_per_second is None


def test_shards_of_the_same_moment_give_no_rate() -> None:
    assert found(cut(made(), done=[0])).pairs_per_second is None


def test_run_that_allocates_counts_what_it_writes() -> None:
    run = cut(made(RunState.MERGING), done=[10, 20, 30, 40])
    before = found(run)
    assert (before.steps_done, before.steps_total, before.pairs_done) == (0, 0, 19_000)
    run.report = {"plan": {"proposals": [{}] * 7}, "next": 5}
    after = found(run)
    assert (after.steps_done, after.steps_total, after.pairs_per_second, after.seconds_left) == (
        5,
        7,
        None,
        None,
    )
    assert (planned_proposals(run), planned_proposals(made(scope="x"))) == (7, None)


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED, RunState.CANCELLED])
def test_run_that_has_ended_has_no_progress(state: RunState, django_assert_num_queries) -> None:
    run = cut(made(state), done=[10, 20, 30, 40])
    with django_assert_num_queries(0):
        assert progress_of([run], now=NOW) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_progress_of_many_takes_one_query(count: int, django_assert_num_queries) -> None:
    runs = [cut(made(scope=f"need:{number}"), done=[10] * number) for number in range(count)]
    with django_assert_num_queries(1):
        found = progress_of(runs, now=NOW)
    assert [found[run.pk].steps_done for run in runs] == list(range(count))


@pytest.mark.slow
def test_progress_of_a_real_run_ends_at_all_its_pairs(settings, saga, trails, mori) -> None:
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    settings.ENISHI_PROPOSALS_PER_STEP = 1
    make_crowd(300)
    make_need(saga, offers=[trails], places=30)
    run = request_run(actor=User.objects.system())
    start_run(run_id=run.pk, now=timezone.now())
    for number in (0, 1):
        run.refresh_from_db()
        seen = found(run, now=timezone.now())
        assert (seen.steps_done, seen.steps_total, seen.pairs_done, seen.pairs_total) == (
            number, 2, number * 256, 300,
        )  # fmt: skip
        assert (seen.pairs_per_second is not None) == bool(number)
        run_shard(shard_id=run.shards.get(number=number).pk, now=timezone.now())
    run.refresh_from_db()
    seen = found(run, now=timezone.now())
    assert (seen.state, seen.steps_done, seen.pairs_done) == (RunState.MERGING, 1, 300)
    assert seen.steps_total == planned_proposals(run) > 1
    while merge_run(run_id=run.pk, now=timezone.now()):
        pass
    run.refresh_from_db()
    assert (run.state, progress_of([run], now=timezone.now())) == (RunState.DONE, {})


# In words.
def said(**fields) -> str:
    facts = {
        "state": RunState.SCORING, "steps_done": 12, "steps_total": 64, "pairs_done": 1, "pairs_total": 2,
        "pairs_per_second": 1, "seconds_left": None, "workers": 1,
    } | fields  # fmt: skip
    with translation.override("ja"):
        return progress_line(Progress(**facts))


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (None, "採点中 12 / 64"), (1, "採点中 12 / 64、あと約10秒"), (31, "採点中 12 / 64、あと約40秒"),
        (90, "採点中 12 / 64、あと約90秒"), (91, "採点中 12 / 64、あと約2分"), (5_400, "採点中 12 / 64、あと約90分"),
        (5_401, "採点中 12 / 64、あと約2時間"),
    ],
)  # fmt: skip
def test_line_says_phase_steps_and_time(seconds: int | None, line: str) -> None:
    assert said(seconds_left=seconds) == line


def test_line_of_what_is_not_known_is_the_phase_alone() -> None:
    assert said(state=RunState.QUEUED, steps_done=0, steps_total=0) == "順番待ち"
    assert said(state=RunState.MERGING, steps_done=200, steps_total=1_400) == "割り当て中 200 / 1,400"
