"""Pairs and capacities from CSV files of others: all of it in numbers, or every row that is wrong and why."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.core.management.base import CommandError

from matching.engine.policy import MICRO

SHOWN_MAX = 20
QUOTED_MAX = 40
SCORE_MAX = 1000.0
CAPACITY_MAX = 1_000_000_000
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]+")

I64 = npt.NDArray[np.int64]
Fault = tuple[int, str]


class _CellError(Exception):
    """Why a cell cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs sorted by (left id, right id): dense numbers into the sorted ids, and the columns asked for, as integers
    (likings and scores in micro-units)."""

    left_ids: tuple[str, ...]
    right_ids: tuple[str, ...]
    left: I64
    right: I64
    columns: dict[str, I64]


def liking(text: str) -> int:
    """A number from 0 to 1 in micro-units, to the nearest."""
    return _micro(text, highest=1.0)


def score(text: str) -> int:
    """A number from 0 to 1,000 in micro-units, to the nearest."""
    return _micro(text, highest=SCORE_MAX)


def outcome(text: str) -> int:
    """0 or 1."""
    if text not in {"0", "1"}:
        raise _CellError(f"{_quoted(text)} is not 0 or 1")
    return int(text)


def capacity(text: str) -> int:
    """A whole number from 0 to a milliard."""
    if not _WHOLE.fullmatch(text):
        raise _CellError(f"{_quoted(text)} is not a whole number")
    if text.startswith("-") and text.strip("-0"):
        raise _CellError(f"{text} is below 0")
    if len(text.lstrip("+-0")) > len(str(CAPACITY_MAX)) or int(text) > CAPACITY_MAX:
        raise _CellError(f"{_quoted(text)} is above {CAPACITY_MAX}")
    return int(text)


def read_pairs(path: str, columns: dict[str, Callable[[str], int]]) -> Pairs:
    """The pairs of a file with the columns `left`, `right` and those of `columns`, each read by its function.

    UTF-8, with or without byte order mark; columns in any order, others are ignored. The order of the rows
    does not matter.

    Raises:
        CommandError: the file cannot be used; every reason with its row (the header is row 1), up to `SHOWN_MAX`.
    """
    faults: list[Fault] = []
    left_of: dict[str, int] = {}
    right_of: dict[str, int] = {}
    kept: list[tuple[int, ...]] = []
    for number, cells in _records(path, ["left", "right", *columns], faults):
        wrong = [f"{name} is empty" for name, cell in zip(("left", "right"), cells, strict=False) if not cell]
        values = _values(cells[2:], columns, wrong)
        faults += [(number, reason) for reason in wrong]
        if not wrong:
            left = left_of.setdefault(cells[0], len(left_of))
            right = right_of.setdefault(cells[1], len(right_of))
            kept.append((number, left, right, *values))
    table = np.array(kept, dtype=np.int64).reshape(len(kept), 3 + len(columns))
    left_ids, right_ids = sorted(left_of), sorted(right_of)
    table[:, 1] = _renumbered(left_of, left_ids)[table[:, 1]]
    table[:, 2] = _renumbered(right_of, right_ids)[table[:, 2]]
    table = table[np.lexsort((table[:, 0], table[:, 2], table[:, 1]))]
    faults += _twice(table, left_ids, right_ids)
    _refuse(path, faults)
    return Pairs(
        left_ids=tuple(left_ids),
        right_ids=tuple(right_ids),
        left=table[:, 1].copy(),
        right=table[:, 2].copy(),
        columns={name: table[:, 3 + at].copy() for at, name in enumerate(columns)},
    )


def read_capacity(said: str, ids: Sequence[str]) -> I64:
    """Partners each of `ids` may have: `said` is a number for all, or a CSV file `id,capacity`; who is not in it has 1.

    Raises:
        CommandError: neither a whole number nor a usable file, or the file names an id that has no pair.
    """
    if re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", said):
        try:
            return np.full(len(ids), capacity(said), dtype=np.int64)
        except _CellError as error:
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
    _refuse(said, faults)
    return room


def _micro(text: str, *, highest: float) -> int:
    if not _NUMBER.fullmatch(text):
        if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
            raise _CellError(f"{_quoted(text)} is not a finite number")
        raise _CellError(f"{_quoted(text)} is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise _CellError(f"{_quoted(text)} is not a finite number")
    if not 0 <= value <= highest:
        raise _CellError(f"{_quoted(text)} is not between 0 and {highest:g}")
    return round(value * MICRO)


def _values(cells: Sequence[str], columns: dict[str, Callable[[str], int]], wrong: list[str]) -> list[int]:
    """The cells as integers; a reason is added to `wrong` for each that is none."""
    values = []
    for cell, (name, meaning) in zip(cells, columns.items(), strict=True):
        try:
            values.append(meaning(cell))
        except _CellError as reason:
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
        _refuse(path, [*faults, (number + 1, f"not CSV: {reason}")])
    if not filled:
        _refuse(path, [(1, "there is no row below the header")])


def _places(path: str, header: list[str], wanted: list[str]) -> list[int]:
    """Where the columns wanted are."""
    wrong = [f"the column {name} is missing" for name in wanted if name not in header]
    wrong += [f"the column {name} is there twice" for name in wanted if header.count(name) > 1]
    _refuse(path, [(1, reason) for reason in wrong])
    return [header.index(name) for name in wanted]


def _text(path: str) -> str:
    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as reason:
        raise CommandError(f"{path} cannot be read: {reason}. Nothing was done.") from reason
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        row = raw[: reason.start].count(b"\n") + 1
        _refuse(path, [(row, "not UTF-8; save the file as UTF-8 and try again")])
        raise


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
        pair = f"{_quoted(left_ids[table[at, 1]])}, {_quoted(right_ids[table[at, 2]])}"
        faults.append((int(table[at, 0]), f"the pair {pair} stands in row {table[at - 1, 0]} already"))
    return faults


def _id_fault(name: str, number_of: dict[str, int], first: dict[str, int]) -> str:
    if not name:
        return "id is empty"
    if name not in number_of:
        return f"the id {_quoted(name)} has no pair"
    return f"the id {_quoted(name)} stands in row {first[name]} already" if name in first else ""


def _quoted(text: str) -> str:
    return repr(text if len(text) <= QUOTED_MAX else f"{text[:QUOTED_MAX]}…")


def _refuse(path: str, faults: list[Fault]) -> None:
    """End here where anything is wrong."""
    if not faults:
        return
    lines = [f"row {number}: {reason}" for number, reason in sorted(faults)[:SHOWN_MAX]]
    if len(faults) > SHOWN_MAX:
        lines.append(f"and {len(faults) - SHOWN_MAX} more")
    raise CommandError(f"{path} cannot be used. Nothing was done.\n" + "\n".join(lines))
