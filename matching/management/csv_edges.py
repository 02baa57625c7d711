"""Pairs and capacities from CSV files of others: all of it in numbers, or every row that is wrong and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.management.base import CommandError

from matching.management.cells import CellError, capacity, quoted

SHOWN_MAX = 20

I64 = npt.NDArray[np.int64]
Fault = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs sorted by (left id, right id): dense numbers into the sorted ids, the columns asked for, and in which row
    of the file each stands (the header is row 1)."""

    left_ids: tuple[str, ...]
    right_ids: tuple[str, ...]
    left: I64
    right: I64
    columns: dict[str, npt.NDArray[Any]]
    rows: I64


def read_pairs(path: str, columns: dict[str, Callable[[str], Any]]) -> Pairs:
    """The pairs of a file with the columns `left`, `right` and those of `columns`, each read by its function.

    UTF-8, with or without byte order mark; columns in any order, others are ignored. The order of the rows
    does not matter.

    Raises:
        CommandError: the file cannot be used; every reason with its row (the header is row 1), up to `SHOWN_MAX`.
    """
    faults: list[Fault] = []
    left_of: dict[str, int] = {}
    right_of: dict[str, int] = {}
    kept: list[tuple[int, int, int]] = []
    read: list[list[Any]] = []
    for number, cells in _records(path, ["left", "right", *columns], faults):
        wrong = [f"{name} is empty" for name, cell in zip(("left", "right"), cells, strict=False) if not cell]
        values = _values(cells[2:], columns, wrong)
        faults += [(number, reason) for reason in wrong]
        if not wrong:
            left = left_of.setdefault(cells[0], len(left_of))
            right = right_of.setdefault(cells[1], len(right_of))
            kept.append((number, left, right))
            read.append(values)
    table = np.array(kept, dtype=np.int64).reshape(len(kept), 3)
    left_ids, right_ids = sorted(left_of), sorted(right_of)
    table[:, 1] = _renumbered(left_of, left_ids)[table[:, 1]]
    table[:, 2] = _renumbered(right_of, right_ids)[table[:, 2]]
    order = np.lexsort((table[:, 0], table[:, 2], table[:, 1]))
    table = table[order]
    faults += _twice(table, left_ids, right_ids)
    refuse(path, faults)
    return Pairs(
        left_ids=tuple(left_ids),
        right_ids=tuple(right_ids),
        left=table[:, 1].copy(),
        right=table[:, 2].copy(),
        columns={name: np.array([read[row][at] for row in order]) for at, name in enumerate(columns)},
        rows=table[:, 0].copy(),
    )


def read_capacity(said: str, ids: Sequence[str]) -> I64:
    """Partners each of `ids` may have: `said` is a number for all, or a CSV file `id,capacity`; who is not in it has 1.

    Raises:
        CommandError: neither a whole number nor a usable file, or the file names an id that has no pair.
    """
    if re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", said):
        try:
            return np.full(len(ids), capacity(said), dtype=np.int64)
        except CellError as error:
            raise CommandError(f"Capacity: {error}. Nothing was done.") from error
    faults: list[Fault] = []
    room = np.ones(len(ids), dtype=np.int64)
    number_of = {name: at for at, name in enumerate(ids)}
    first: dict[str, int] = {}
    for number, (name, text) in _records(said, ["id", "capacity"], faults):
        wrong = [reason] if (reason := _id_fault(name, number_of, first)) else []
        values = _values([text], {"capacity": capacity}, wrong)
        faults += [(number, reason) for reason in wrong]
        if not wrong:
            first[name] = number
            room[number_of[name]] = values[0]
    refuse(said, faults)
    return room


def refuse(path: str, faults: list[Fault]) -> None:
    """End here where anything is wrong.

    Raises:
        CommandError: the faults by row, up to `SHOWN_MAX`.
    """
    if not faults:
        return
    lines = [f"row {number}: {reason}" for number, reason in sorted(faults)[:SHOWN_MAX]]
    if len(faults) > SHOWN_MAX:
        lines.append(f"and {len(faults) - SHOWN_MAX} more")
    raise CommandError(f"{path} cannot be used. Nothing was done.\n" + "\n".join(lines))


def _values(cells: Sequence[str], columns: dict[str, Callable[[str], Any]], wrong: list[str]) -> list[Any]:
    """What the cells mean; a reason is added to `wrong` for each that cannot be used."""
    values = []
    for cell, (name, meaning) in zip(cells, columns.items(), strict=True):
        try:
            values.append(meaning(cell))
        except CellError as reason:
            wrong.append(f"{name}: {reason}")
    return values


def _records(path: str, wanted: list[str], faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Row number and stripped cells of the columns wanted; rows of a wrong length become faults, empty lines nothing."""
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    number, filled = 0, False
    try:
        header = [cell.strip() for cell in next(lines, [])]
        number = 1
        places = _places(path, header, wanted)
        for number, cells in enumerate(lines, start=2):
            filled = filled or bool(cells)
            if cells and len(cells) != len(header):
                faults.append((number, f"{len(cells)} cells, but the header has {len(header)}"))
            elif cells:
                yield number, [cells[place].strip() for place in places]
    except csv.Error as reason:
        refuse(path, [*faults, (number + 1, f"not CSV: {reason}")])
    if not filled:
        refuse(path, [(1, "there is no row below the header")])


def _places(path: str, header: list[str], wanted: list[str]) -> list[int]:
    """Where the columns wanted are."""
    wrong = [f"the column {name} is missing" for name in wanted if name not in header]
    wrong += [f"the column {name} is there twice" for name in wanted if header.count(name) > 1]
    refuse(path, [(1, reason) for reason in wrong])
    return [header.index(name) for name in wanted]


def _text(path: str) -> str:
    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as reason:
        raise CommandError(f"{path} cannot be read: {reason}. Nothing was done.") from reason
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        refuse(path, [(_row_of(reason), "not UTF-8; save the file as UTF-8 and try again")])
        raise


def _row_of(wrong: UnicodeDecodeError) -> int:
    """The row in which the first byte that is not UTF-8 stands, by the same reader as all other rows."""
    before = wrong.object[: wrong.start].decode("utf-8") + "?"  # for the byte itself
    row = 0
    try:
        for _ in csv.reader(io.StringIO(before, newline="")):
            row += 1
    except csv.Error:
        row += 1
    return row


def _renumbered(number_of: dict[str, int], ids: list[str]) -> I64:
    """From numbers by first appearance to numbers by sorted id."""
    numbers = np.zeros(len(ids), dtype=np.int64)
    numbers[[number_of[name] for name in ids]] = np.arange(len(ids))
    return numbers


def _twice(table: I64, left_ids: list[str], right_ids: list[str]) -> list[Fault]:
    """Rows whose pair stands in an earlier row; `table` is sorted by left, right, row."""
    same = np.flatnonzero((np.diff(table[:, 1]) == 0) & (np.diff(table[:, 2]) == 0)) + 1
    faults = []
    for at in same:
        pair = f"{quoted(left_ids[table[at, 1]])}, {quoted(right_ids[table[at, 2]])}"
        faults.append((int(table[at, 0]), f"the pair {pair} stands in row {table[at - 1, 0]} already"))
    return faults


def _id_fault(name: str, number_of: dict[str, int], first: dict[str, int]) -> str:
    if not name:
        return "id is empty"
    if name not in number_of:
        return f"the id {quoted(name)} has no pair"
    return f"the id {quoted(name)} stands in row {first[name]} already" if name in first else ""
