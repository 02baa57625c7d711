"""The best of a need side by side are the merged lists, with every part of their scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Merged, Passing, assess, best_of_need, recompute
from matching.engine.shards import EMPTY_SCORE
from tests.engine.small import need, party, slot, small
from tests.engine.world import World, compiled, random_world, scan, shuffled

SEEDS = st.integers(min_value=0, max_value=2**32)


def best_of(world: World, need_id: int, *, most: int, merged: Merged | None = None) -> tuple[Passing, ...]:
    snapshot, needs = compiled(world)
    return best_of_need(
        snapshot=snapshot, needs=needs, merged=merged or scan(world), need_id=need_id, most=most,
        minutes=world.minutes, weights=world.weights,
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, most=st.integers(1, 20), generous=st.booleans())
def test_best_of_a_need_are_those_of_the_merged_lists_judged_alone(seed, most, generous):
    world = random_world(seed, generous=generous)
    (snapshot, needs), merged = compiled(world), scan(world)
    for one in world.needs:
        found = best_of(world, one.id, most=most, merged=merged)
        scores = merged.need_scores[needs.number_of[one.id]]
        kept = [int(score) for score in scores if score > EMPTY_SCORE]
        assert [standing.score.score_micro for standing in found] == kept[:most]
        for standing in found:
            alone = assess(
                snapshot=snapshot, needs=needs, need_id=one.id, participant_id=standing.participant_id,
                minutes=world.minutes, weights=world.weights,
            )  # fmt: skip
            assert standing.score == alone.score
            assert recompute(standing.score) == standing.score.score_micro


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, order=SEEDS)
def test_best_of_a_need_ignore_the_order_of_the_input(seed, order):
    world = random_world(seed, generous=True)
    for one in world.needs:
        assert best_of(world, one.id, most=8) == best_of(shuffled(world, order), one.id, most=8)


def test_equals_come_in_the_order_of_their_public_ids_and_no_more_than_asked_for():
    twins = [party(number) for number in (3, 1, 2)]
    world = small([*twins, party(4, wishes=((0, 1), (7, 3)))], [need(7, slot(70, 6, places=4))])
    found = best_of(world, 7, most=8)
    assert [standing.participant_id for standing in found] == [1, 2, 3, 4]
    assert (found[0].score.g_num, found[0].score.g_den) == (12, 12)
    assert (found[3].score.g_num, found[3].score.g_den) == (4, 16)
    assert best_of(world, 7, most=2) == found[:2]


def test_score_is_that_of_the_best_date():
    """Beyond its limit for a day trip the party stays over: the longer date costs it less of its comfort."""
    far = party(1, day_trip_limit_minutes=60)
    day, stay = slot(70, 6), replace(slot(71, 13), nights=1)
    world = small([far], [need(7, day, stay, offers_stay=True)])
    world = replace(world, minutes=world.minutes * 0 + 60)
    (found,) = best_of(world, 7, most=8)
    assert (found.score.limit_minutes, found.score.travel_minutes) == (120, 60)


def test_who_fails_a_hard_rule_is_not_among_them():
    world = small([party(1, abilities=((5, 1),))], [need(7, slot(70, 6)), need(8)])
    assert best_of(world, 7, most=8) == best_of(world, 8, most=8) == ()
    with pytest.raises(KeyError):
        best_of(world, 9, most=8)
