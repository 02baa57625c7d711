"""Blocking pairs, counted as one would by hand: every pair of every date, looked at closely."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.beginning import Beginning
from matching.engine.edges import Edges
from matching.engine.room import Phase, Room
from matching.engine.stability import blocking_pairs
from tests.engine.world import World, random_world, scan
from tests.engine.world import compiled as compile_world

pytestmark = pytest.mark.slow


def placed(world: World) -> tuple[Room, Edges]:
    snapshot, needs = compile_world(world)
    begun = Beginning.of(
        snapshot=snapshot, needs=needs, merged=scan(world), minutes=world.minutes, weights=world.weights,
        guide_capacity=world.guide_capacity,
    )  # fmt: skip
    return begun.newcomers(world.weights).room, begun.edges


def by_hand(room: Room, edges: Edges) -> set[tuple[int, int]]:
    return {
        (int(edges.need[at]), int(edges.row[at])) for at in range(len(edges.need)) if blocks(room, edges, at)
    }


def blocks(room: Room, edges: Edges, at: int) -> bool:
    need, slot, row, score, least = (
        int(column[at]) for column in (edges.need, edges.slot, edges.row, edges.score, edges.least)
    )
    has = room.placed.get(row)
    if has is not None and (has.need == need or has.phase is Phase.RELATION or has.score >= score):
        return False
    elsewhere, left = set(room.elsewhere(row, need, slot)), room.places[need][slot]
    if room.need_left[need] and room.guide_left[room.guide_of[need]] and left >= least and not elsewhere:
        return True
    return any(
        other.need == need
        and other.phase is not Phase.RELATION
        and other.score < score
        and not elsewhere - {other.row}
        and left + other.people * (slot in other.slots) >= least
        for other in room.placed.values()
    )


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_blocking_pairs_are_those_found_by_hand(seed):
    room, edges = placed(random_world(seed, parties=30, needs=6, generous=True))
    assert blocking_pairs(room=room, edges=edges) == len(by_hand(room, edges))


def test_some_worlds_have_blocking_pairs_and_some_rooms_are_full():
    found = [placed(random_world(seed, parties=30, needs=6, generous=True)) for seed in range(20)]
    assert sum(blocking_pairs(room=room, edges=edges) > 0 for room, edges in found) > 3
    assert any(0 in room.need_left for room, _edges in found)
