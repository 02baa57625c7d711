"""Dates that are worth alike: the earliest with a place, and nobody is moved out of one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.edges import Edges
from matching.engine.singles import on_earliest_dates


def edges_of(rows: list[tuple[int, int, int, int]]) -> Edges:
    """Edges of single people from (need, slot, row, score)."""
    need, slot, row, score = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    one = np.ones(len(rows), dtype=np.int64)
    return Edges(
        need=need,
        slot=slot,
        row=row,
        rank=row,
        score=score,
        people=one,
        least=one,
        known=one == 0,
        tied=one == 0,
        left_out=0,
    )


def test_a_later_date_is_moved_to_the_earliest() -> None:
    edges = edges_of([(0, 0, 7, 500), (0, 1, 7, 500)])
    assert on_earliest_dates(edges=edges, taken=[1], places=[[1, 1]]) == [0]


def test_nobody_is_moved_out_and_a_date_worth_less_is_no_way_out() -> None:
    edges = edges_of([(0, 0, 1, 400), (0, 1, 1, 400), (0, 0, 2, 900), (0, 1, 2, 900)])
    assert on_earliest_dates(edges=edges, taken=[0, 3], places=[[1, 1]]) == [0, 3]
    unlike = edges_of([(0, 0, 1, 400), (0, 1, 1, 900)])
    assert on_earliest_dates(edges=unlike, taken=[1], places=[[1, 1]]) == [1]


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.data())
def test_places_are_kept_and_everybody_stays_at_the_need(places: list[int], data: st.DataObject) -> None:
    people = data.draw(st.integers(1, sum(places)))
    seats = [slot for slot, count in enumerate(places) for _ in range(count)]
    chosen = data.draw(st.permutations(seats))[:people]
    fits = [sorted(data.draw(st.sets(st.sampled_from(range(len(places)))))) for _ in range(people)]
    rows = [(0, slot, row, 500) for row in range(people) for slot in sorted({*fits[row], chosen[row]})]
    edges = edges_of(rows)
    taken = [rows.index((0, chosen[row], row, 500)) for row in range(people)]

    moved = on_earliest_dates(edges=edges, taken=taken, places=[places])

    assert sorted(int(edges.row[at]) for at in moved) == list(range(people))
    used = [sum(1 for at in moved if edges.slot[at] == slot) for slot in range(len(places))]
    assert all(count <= limit for count, limit in zip(used, places, strict=True))
