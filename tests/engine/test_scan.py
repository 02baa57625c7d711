"""The numpy back end equals a brute force over sets, in one shard or many, in any order."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import ShardResult, Weights, merge, score_shard, shards_of
from matching.engine.shards import Shard
from tests.engine.oracles import check_scan, lists_of
from tests.engine.world import compiled, random_world, scan, shuffled, spread

pytestmark = pytest.mark.slow

SEEDS = st.integers(min_value=0, max_value=2**32)


def assert_same(one, other) -> None:
    for field in fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_scan_equals_brute_force(seed):
    world = random_world(seed)
    check_scan(world, scan(world))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_scan_equals_brute_force_when_most_pairs_pass(seed):
    world = random_world(seed, generous=True)
    check_scan(world, scan(world))


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, keep=st.integers(1, 3))
def test_scan_keeps_the_best_when_lists_are_short(seed, keep):
    world = random_world(seed, generous=True)
    short = type(world)(**{**vars(world), "weights": Weights(top_k=keep, slack=1, top_l=keep)})
    check_scan(short, scan(short))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, order=SEEDS)
def test_scan_ignores_the_order_of_its_input(seed, order):
    world = random_world(seed)
    assert_same(scan(world), scan(shuffled(world, order)))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_scan_of_kinds_spread_over_two_words_is_the_same(seed):
    world = random_world(seed, generous=True)
    assert_same(scan(spread(world)), scan(world))


@pytest.mark.parametrize("seed", range(3))
def test_merge_of_many_shards_equals_one_run(seed):
    world = random_world(seed, parties=1100, needs=4)
    snapshot, needs = compiled(world)
    assert snapshot.blocks == 5
    parts = [
        score_shard(snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard)
        for shard in shards_of(snapshot, blocks_per_shard=2)
    ]
    carried = [ShardResult.from_bytes(part.to_bytes()) for part in reversed(parts)]
    assert len(parts) == 3
    assert_same(merge(carried), scan(world))


def test_merge_refuses_missing_and_repeated_shards():
    world = random_world(1, parties=600)
    snapshot, needs = compiled(world)
    parts = [
        score_shard(snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard)
        for shard in shards_of(snapshot, blocks_per_shard=1)
    ]
    for wrong in ([], parts[:-1], parts[1:], [*parts, parts[0]]):
        with pytest.raises(ValueError, match="shard"):
            merge(wrong)


def test_shard_result_refuses_damaged_bytes():
    world = random_world(2)
    snapshot, needs = compiled(world)
    result = score_shard(
        snapshot=snapshot,
        needs=needs,
        minutes=world.minutes,
        weights=world.weights,
        shard=Shard(first_block=0, last_block=1),
    )
    data = result.to_bytes()
    for wrong in (b"", data[:-1], data + b"x", b"X" + data[1:]):
        with pytest.raises(ValueError, match="shard result"):
            ShardResult.from_bytes(wrong)


def test_scan_of_nobody_and_of_no_need_is_empty():
    world = random_world(3)
    nobody = scan(type(world)(**{**vars(world), "participants": ()}))
    nothing = scan(type(world)(**{**vars(world), "needs": ()}))
    assert (nobody.need_scores == -1).all()
    assert nobody.compared == 0
    assert lists_of(world, nobody) == {need.public_id: [] for need in world.needs}
    assert nothing.need_scores.shape[0] == 0
    assert (nothing.party_passed == 0).all()
