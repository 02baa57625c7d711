"""Counts of people in steps of five, so that fewer than five are neither shown nor told by subtraction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

STEP = 5
"""The width of a step, in people. A count shown as ``n`` is one of ``n`` to ``n + STEP - 1``; 0 is «fewer than five»."""
SPREAD = STEP - 1
Counts = Mapping[str, Sequence[int]]
"""Rows of a table by name, each with one count a column. The rows of a table are disjoint, and so are its columns."""
Shown = dict[str, tuple[int, ...]]


def in_steps(tables: Mapping[str, Counts], *, silent: str = "unsaid") -> dict[str, Shown]:
    """The tables of the same people in different rows, every count rounded down to its step, and no sum of any.

    The columns of each table sum to the same numbers. Two tables side by side may therefore narrow a count below five, and so
    may a sum that somebody counted elsewhere: of all, or of who said anything (all rows but ``silent``). A table of which that
    is so is left out. In what is left every count below five could be each of 0 to 4 for who reads the tables, and for who
    knows the sums too it could be 0: nobody is told to be there. That holds for one set of tables; what two sets of
    different days tell beside each other is no matter of this function.
    """
    exact = {name: _columns(rows) for name, rows in tables.items() if rows}
    sums = [sum(cells) for cells in next(iter(exact.values()), [])]
    kept = {name: {row: tuple(map(_down, cells)) for row, cells in tables[name].items()} for name in exact}
    kept = {name: rows for name, rows in kept.items() if not _tells_who_spoke(rows, tables[name], silent)}
    while told := next(_told(kept, sums), None):
        del kept[told]
    return kept


def _down(count: int) -> int:
    return count - count % STEP


def _tells_who_spoke(shown: Shown, exact: Counts, silent: str) -> bool:
    """Whether a small count of those who said anything cannot be 0 for who knows how many they are."""
    spoke = [row for row in shown if row != silent]
    columns = zip(
        _columns({row: shown[row] for row in spoke}),
        _columns({row: exact[row] for row in spoke}),
        strict=True,
    )
    return any(_is_forced(cells, sum(counts)) for cells, counts in columns)


def _is_forced(cells: Sequence[int], total: int) -> bool:
    """Whether a small count cannot be 0, as the others together cannot reach the total."""
    return 0 in cells and total > _most(cells) - SPREAD


def _told(tables: Mapping[str, Shown], sums: Sequence[int]) -> Iterator[str]:
    """Names of tables with a small count that cannot be 0 for who knows the sums, or not 4 for who reads the other tables."""
    columns = [_columns(rows) for rows in tables.values()]
    for total, *column in zip(sums, *columns, strict=True):
        most = min((_most(cells) for cells in column), default=0)
        for name, cells in zip(tables, column, strict=True):
            if _is_forced(cells, total) or (0 in cells and most < sum(cells) + SPREAD):
                yield name


def _columns(rows: Counts) -> list[tuple[int, ...]]:
    return list(zip(*rows.values(), strict=True))


def _most(cells: Sequence[int]) -> int:
    return sum(cells) + SPREAD * len(cells)
