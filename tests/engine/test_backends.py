"""The compiled back end and the sieve give the bytes of the plain one: lists, counts, order of equal scores."""

from __future__ import annotations

from dataclasses import fields, replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Shard, ShardResult, scan, score_shard, shards_of
from matching.engine.condense import without
from matching.engine.fused.jit import ENGINE, KEPT, cache_folder
from matching.engine.sieve import Sieve
from tests.engine.world import World, random_world, spread
from tests.engine.world import compiled as compile_world

pytestmark = pytest.mark.slow
SEEDS = st.integers(min_value=0, max_value=2**32)
COUNTS = ("failed", "only")


def results(world: World, *, blocks_per_shard: int = 10_000, **how) -> list[ShardResult]:
    snapshot, needs = compile_world(world)
    return [
        score_shard(
            snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard, **how
        )
        for shard in shards_of(snapshot, blocks_per_shard=blocks_per_shard)
    ]


def assert_same_lists(one: ShardResult, other: ShardResult) -> None:
    for name in {field.name for field in fields(one)} - set(COUNTS):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS, generous=st.booleans())
def test_compiled_bytes_are_the_plain_ones(seed, generous):
    world = random_world(seed, generous=generous)
    plain, compiled_ = results(world, compiled=False), results(world, compiled=True)
    assert [result.to_bytes() for result in plain] == [result.to_bytes() for result in compiled_]


@pytest.mark.parametrize("seed", range(6))
def test_one_participant_before_many_needs_has_the_same_bytes(seed):
    world = random_world(seed, parties=1, needs=60, generous=seed % 2 == 0)
    (plain,), (compiled_,) = results(world, compiled=False), results(world, compiled=True)
    assert plain.to_bytes() == compiled_.to_bytes()


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, generous=st.booleans(), compiled=st.booleans())
def test_lists_without_counts_are_the_same(seed, generous, compiled):
    world = random_world(seed, generous=generous)
    (whole,), (lists,) = (results(world, compiled=False), results(world, compiled=compiled, count=False))
    assert_same_lists(whole, lists)
    assert not lists.failed.any()
    assert not lists.only.any()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keep", [1, 3])
def test_short_lists_of_several_shards_are_the_same(seed, keep):
    world = random_world(seed, parties=900, needs=6, generous=seed % 2 == 0)
    world = replace(world, weights=replace(world.weights, top_k=keep, slack=1, top_l=keep))
    for count in (True, False):
        plain = results(world, blocks_per_shard=2, compiled=False)
        fused = results(world, blocks_per_shard=2, compiled=True, count=count)
        assert len(plain) == 2
        for one, other in zip(plain, fused, strict=True):
            assert_same_lists(one, other)


@pytest.mark.parametrize("seed", range(6))
def test_kinds_in_two_words_are_the_same(seed):
    world = spread(random_world(seed, parties=60, generous=True))
    assert results(world, compiled=True)[0].to_bytes() == results(world, compiled=False)[0].to_bytes()


def test_nobody_and_no_need_are_no_trouble():
    world = random_world(3)
    for empty in (replace(world, participants=()), replace(world, needs=())):
        assert results(empty, compiled=True)[0].to_bytes() == results(empty, compiled=False)[0].to_bytes()


@pytest.mark.parametrize("compiled", [True, False])
def test_somebody_just_at_the_limit_is_found_without_counts(compiled):
    world = random_world(1, parties=200, needs=6, generous=True)
    near = tuple(replace(party, travel_limit_minutes=60 + at) for at, party in enumerate(world.participants))
    world = replace(world, participants=near, minutes=np.full_like(world.minutes, 100))
    (whole,) = results(world, compiled=False)
    assert 0 < whole.passed.sum() < len(near) * 6
    assert_same_lists(whole, results(world, compiled=compiled, count=False)[0])


@pytest.mark.parametrize("compiled", [True, False])
def test_for_a_blocked_need_nobody_is_listed_without_counts(compiled):
    world = random_world(6, parties=300, needs=6, generous=True)
    (before,) = results(world, compiled=compiled, count=False)
    most = int(before.passed.argmax())
    blocked_id = compile_world(world)[1].needs[most].row.id
    blocked = tuple(replace(need, employment_blocked=need.id == blocked_id) for need in world.needs)
    (after,) = results(replace(world, needs=blocked), compiled=compiled, count=False)
    assert before.passed[most] > 0 == after.passed[most]
    assert np.array_equal(np.delete(before.passed, most), np.delete(after.passed, most))


@pytest.mark.parametrize("compiled", [True, False])
def test_who_is_gone_is_on_no_list(compiled):
    world = random_world(6, parties=300, needs=6, generous=True)
    snapshot, needs = compile_world(world)
    rows = np.arange(0, 300, 3)
    how = {"needs": needs, "minutes": world.minutes, "weights": world.weights, "compiled": compiled}
    shard, gone = Shard(first_block=0, last_block=2), snapshot.columns.rank[rows]
    for count in (True, False):
        before = score_shard(snapshot=snapshot, shard=shard, count=count, **how)
        assert before.party_passed[rows].any()
        after = score_shard(snapshot=without(snapshot, rows), shard=shard, count=count, **how)
        assert not after.party_passed[rows].any()
        assert not np.isin(after.need_ranks, gone).any()
        assert after.passed.sum() == before.passed.sum() - before.party_passed[rows].sum()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("limits", "come"),
    [((300, 99), 150), ((300, 100), 300), ((300, 101), 300), ((300, 99, 50), 100), ((300, 100, 50), 200)],
)
def test_the_last_of_a_home_just_at_the_limit_is_found_without_counts(compiled, limits, come):
    world = random_world(2, parties=20, needs=6, generous=True)
    (before,) = results(world, compiled=False)
    ranked = sorted(world.participants, key=lambda party: party.public_id)
    fits = replace(ranked[int(before.party_passed.argmax())], zone=1, remote_ok=False)
    alike = tuple(
        replace(fits, id=at, public_id=f"p{at:04d}", travel_limit_minutes=limits[at % len(limits)])
        for at in range(300)
    )
    needs = tuple(replace(need, access_car_minutes=20, access_public_minutes=20) for need in world.needs)
    world = replace(world, participants=alike, needs=needs, minutes=np.full_like(world.minutes, 100))
    (lists,) = results(world, compiled=compiled, count=False)
    assert lists.passed.max() == come
    assert_same_lists(results(world, compiled=False)[0], lists)


def test_the_sieve_leaves_few_and_loses_nobody():
    world = random_world(11, parties=1500, needs=8)
    snapshot, needs = compile_world(world)
    (whole,) = results(world, compiled=False)
    sieve = Sieve.of(snapshot, minutes=world.minutes, weights=world.weights)
    left = [len(sieve.rows_of(need, first=0, last=1500)) for need in needs.needs]
    assert sum(left) < 1500 * 8 // 3
    assert all(passed <= rows for passed, rows in zip(whole.passed, left, strict=True))


@pytest.fixture
def compiled_scans(monkeypatch) -> list[tuple]:
    """What was handed to the compiled pass, which then does nothing."""
    called = []
    monkeypatch.setattr("matching.engine.fused.shard.scan_counting", lambda *args: called.append(args))
    return called


def test_many_pairs_are_compiled_and_few_are_not(compiled_scans, monkeypatch):
    world = random_world(5)  # 14 parties, 5 needs
    results(world)
    assert not compiled_scans
    monkeypatch.setattr(scan, "NEED_IN_PAIRS", 0)
    monkeypatch.setattr(scan, "COMPILED_FROM", 14 * 5)
    results(world)
    assert len(compiled_scans) == 1
    monkeypatch.setattr(scan, "HAS_COMPILER", False)
    results(world)
    assert len(compiled_scans) == 1


@pytest.mark.parametrize(
    ("parties", "needs", "is_compiled"), [(1, 500, True), (1, 400, False), (400, 1, False)]
)
def test_one_participant_before_many_needs_is_compiled(compiled_scans, parties, needs, is_compiled):
    results(random_world(5, parties=parties, needs=needs))
    assert bool(compiled_scans) is is_compiled


def test_a_shard_is_the_same_wherever_it_begins():
    world = random_world(8, parties=700, needs=5)
    snapshot, needs = compile_world(world)
    how = {"snapshot": snapshot, "needs": needs, "minutes": world.minutes, "weights": world.weights}
    last = Shard(first_block=2, last_block=3)
    assert (
        score_shard(**how, shard=last, compiled=True).to_bytes()
        == score_shard(**how, shard=last, compiled=False).to_bytes()
    )


def test_code_compiled_from_other_sources_is_not_used(tmp_path):
    engine = tmp_path / "engine"
    (engine / "fused").mkdir(parents=True)
    (engine / "fused" / "pair.py").write_text("a >= b")
    (engine / "policy.py").write_text("6")
    before = cache_folder(engine, base=tmp_path)
    assert before == cache_folder(engine, base=tmp_path)
    (engine / "fused" / "pair.py").write_text("a > b")
    after = cache_folder(engine, base=tmp_path)
    (engine / "policy.py").write_text("7")
    assert len({before, after, cache_folder(engine, base=tmp_path)}) == 3
    assert str(cache_folder(ENGINE, base=KEPT.parent)) == numba.config.CACHE_DIR
