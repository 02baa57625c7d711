"""Counts in steps of five: who subtracts, within a table or from one to another, learns nothing of a small count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.reports.steps import STEP, Counts, Shown, in_steps

SMALL = set(range(STEP))
Bounds = Mapping[str, Mapping[str, Sequence[tuple[int, int]]]]
"""Of each cell of each table what a reader knows of its true count: the least and the most it can be."""


def known(tables: Mapping[str, Mapping[str, Sequence[int]]]) -> Bounds:
    """What is read off tables in steps."""
    return {
        name: {row: [(cell, cell + STEP - 1) for cell in cells] for row, cells in rows.items()}
        for name, rows in tables.items()
    }


def subtracted(tables: Bounds, name: str, row: str, column: int) -> set[int]:
    """The counts below five that a cell can have, of the same people standing in every table. By trying every sum and every count."""

    def sums(of: Mapping[str, Sequence[tuple[int, int]]], without: str = "") -> range:
        cells = [cells[column] for other, cells in of.items() if other != without]
        return range(sum(least for least, _most in cells), sum(most for _least, most in cells) + 1)

    rest = sums(tables[name], without=row)
    others = [sums(rows) for other, rows in tables.items() if other != name]
    most_people = max(sums(rows).stop for rows in tables.values())
    return {
        count
        for count in SMALL
        for total in range(most_people)
        if total - count in rest and all(total in possible for possible in others)
    }


def hidden(tables: Mapping[str, Mapping[str, Sequence[int]]]) -> list[tuple[str, str, int]]:
    return [
        (name, row, column)
        for name, rows in tables.items()
        for row, cells in rows.items()
        for column, cell in enumerate(cells)
        if cell == 0
    ]


def require_nothing_told(shown: Mapping[str, Shown], exact: Mapping[str, Counts]) -> None:
    sums = [sum(cells) for cells in zip(*next(iter(exact.values())).values(), strict=True)]
    with_sums = {**known(shown), "sum": {"all": [(total, total) for total in sums]}}
    for name, row, column in hidden(shown):
        assert subtracted(known(shown), name, row, column) == SMALL
        assert 0 in subtracted(with_sums, name, row, column)


def counted(
    people: Sequence[tuple[int, int, int, int]], groups: tuple[int, ...]
) -> dict[str, dict[str, list[int]]]:
    """The same people in three tables; the last of the four says in which column they stand."""
    found = Counter((table, person[table], person[-1]) for person in people for table in range(len(groups)))
    return {
        f"table {table}": {
            f"row {row}": [found[table, row, column] for column in range(2)] for row in range(count)
        }
        for table, count in enumerate(groups)
    }


def in_groups(first: Sequence[int], second: Sequence[int]) -> dict[str, dict[str, list[int]]]:
    """Two tables of one column."""
    return {
        name: {f"{name}{number}": [count] for number, count in enumerate(counts)}
        for name, counts in (("a", first), ("b", second))
    }


GROUPS = (3, 4, 6)
PEOPLE = st.lists(
    st.tuples(*(st.sampled_from([0, 0, 0, *range(count)]) for count in GROUPS), st.integers(0, 1)),
    max_size=150,
)


@settings(max_examples=200, deadline=None)
@given(PEOPLE)
def test_every_small_count_could_be_any(people: list[tuple[int, int, int, int]]) -> None:
    tables = counted(people, GROUPS)
    shown = in_steps(tables)

    require_nothing_told(shown, tables)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 14), min_size=1, max_size=5), st.lists(st.integers(0, 14), min_size=1, max_size=5)
)
@example([20, 20], [9, 9, 9, 9, 4])
@example([14, 14], [10, 10, 5, 3])
@example([9, 9, 1], [10, 9])
def test_rows_at_the_edge_of_their_steps_tell_nothing(first: list[int], second: list[int]) -> None:
    more = sum(first) - sum(second)
    tables = in_groups([*first, -more] if more < 0 else first, [*second, more] if more > 0 else second)
    shown = in_steps(tables)

    require_nothing_told(shown, tables)


def test_exact_numbers_beside_their_sum_would_tell() -> None:
    exact: Bounds = {
        "sum": {"all": [(23, 23)]},
        "sex": {"female": [(12, 12)], "male": [(9, 9)], "other": [(0, 4)]},
    }
    assert subtracted(exact, "sex", "other", 0) == {2}


@pytest.mark.parametrize(
    ("first", "second", "row", "told"),
    [([20, 20], [9, 9, 9, 9, 4], "b4", {4}), ([14, 14], [10, 10, 5, 3], "b3", {0, 1, 2, 3})],
)
def test_table_that_steps_alone_would_tell_is_left_out(
    first: list[int], second: list[int], row: str, told: set[int]
) -> None:
    steps_alone = in_groups(*([count - count % STEP for count in counts] for counts in (first, second)))
    assert subtracted(known(steps_alone), "b", row, 0) == told

    assert list(in_steps(in_groups(first, second))) == ["a"]


def test_counts_are_rounded_down_and_nothing_below_five_is_left() -> None:
    shown = in_steps({"sex": {"female": [4, 5, 9, 10], "male": [0, 23, 24, 101]}})
    assert shown == {"sex": {"female": (0, 5, 5, 10), "male": (0, 20, 20, 100)}}


def test_table_without_rows_is_left_out() -> None:
    assert in_steps({"home": {}, "sex": {"female": [7]}}) == {"sex": {"female": (5,)}}


def test_table_in_which_the_number_of_answers_would_tell_is_left_out() -> None:
    # Who knows that 40 people answered subtracts four times nine: 4 at least.
    age = {"20s": [9], "30s": [9], "40s": [9], "50s": [9], "60s": [4], "unsaid": [10]}
    sex = {"female": [20], "male": [20], "unsaid": [10]}

    assert list(in_steps({"age": age, "sex": sex})) == ["sex"]
    assert list(in_steps({"age": age | {"50s": [5]}, "sex": sex | {"male": [16]}})) == ["age", "sex"]
