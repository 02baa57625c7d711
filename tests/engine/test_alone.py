"""A run over one party tells of every need what looking at the pair alone tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import assess, only_reasons, only_scores
from tests.engine.small import need, party, slot, small
from tests.engine.world import compiled, random_world, scan


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), generous=st.booleans(), data=st.data())
def test_scores_and_reasons_are_those_of_the_pairs(seed, generous, data):
    world = random_world(seed, generous=generous)
    one = data.draw(st.sampled_from(world.participants))
    world = replace(world, participants=(one,))
    snapshot, needs = compiled(world)
    pairs = {
        row.id: assess(
            snapshot=snapshot, needs=needs, need_id=row.id, participant_id=one.id, minutes=world.minutes, weights=world.weights
        )
        for row in world.needs
    }  # fmt: skip
    merged = scan(world)
    scores = {number: pair.score.score_micro for number, pair in pairs.items() if pair.score}
    assert only_scores(needs=needs, merged=merged) == scores
    reasons = {number: pair.reasons for number, pair in pairs.items() if pair.reasons}
    assert only_reasons(needs=needs, merged=merged) == reasons


def test_of_several_parties_there_is_nothing_to_tell():
    world = small([party(1), party(2)], [need(7, slot(70, 6))])
    _snapshot, needs = compiled(world)
    for told in (only_scores, only_reasons):
        with pytest.raises(ValueError, match="one party"):
            told(needs=needs, merged=scan(world))
