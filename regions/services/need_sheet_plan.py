"""Rows of the sheet put together to needs, and what each would do: new, changed, as it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from regions.models import Need, Region
from regions.selectors.need_sheet import DATE_KEYS
from regions.services.need_sheet_values import Said

NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a need: as it is, and as the sheet says."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one need of the sheet does. ``is_public``: it is open, so that what changes is public at once."""

    kind: str
    title: str
    community: str
    rows: tuple[int, ...]
    differences: tuple[Difference, ...] = ()
    dates: tuple[str, ...] = ()
    is_public: bool = False


@dataclass
class Plan:
    """What a sheet would do, and what is wrong with which row. With one error nothing is done."""

    lines: list[Line] = field(default_factory=list)
    errors: dict[int, list[str]] = field(default_factory=dict)

    def blame(self, number: int, messages: Iterable[str]) -> None:
        """Note what is wrong with a row."""
        self.errors.setdefault(number, []).extend(messages)

    def count(self, kind: str) -> int:
        """How many needs are new, changed or as they were."""
        return sum(line.kind == kind for line in self.lines)

    @property
    def new(self) -> int:
        """How many needs are new."""
        return self.count(NEW)

    @property
    def changed(self) -> int:
        """How many needs change."""
        return self.count(CHANGED)

    @property
    def same(self) -> int:
        """How many needs stay as they are."""
        return self.count(SAME)

    @property
    def moving(self) -> list[Line]:
        """The needs that are new or change."""
        return [line for line in self.lines if line.kind != SAME]

    @property
    def in_order(self) -> list[tuple[int, list[str]]]:
        """What is wrong, by row."""
        return sorted(self.errors.items())

    @property
    def digest(self) -> str:
        """Names this very plan: another state of things, another digest."""
        told = [
            [line.kind, line.title, line.community, line.rows, line.dates, line.is_public,
             [[each.label, each.before, each.after] for each in line.differences]]
            for line in self.lines
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass
class Group:
    """The rows of one need."""

    rows: list[Said]
    region: Region | None = None
    need: Need | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its rows."""
        return tuple(row.number for row in self.rows)

    @property
    def is_wrong(self) -> bool:
        """Whether anything is wrong with one of its rows."""
        return any(row.errors for row in self.rows)


def grouped(rows: Sequence[Said]) -> list[Group]:
    """Rows of one number, else of one community and title, as one need; values from whichever row states them."""
    groups: dict[tuple[Any, ...], Group] = {}
    for row in rows:
        groups.setdefault(_key(row), Group([])).rows.append(row)
    for group in groups.values():
        _merge(group)
    return list(groups.values())


def _key(row: Said) -> tuple[Any, ...]:
    number = row.values.get("number")
    if number:
        return ("number", number)
    title = row.values.get("title")
    return ("title", row.values.get("community"), title) if title else ("row", row.number)


def _merge(group: Group) -> None:
    first: dict[str, int] = {}
    for row in group.rows:
        for key, value in row.values.items():
            if key in DATE_KEYS:
                continue
            if key not in group.values:
                group.values[key], first[key] = value, row.number
            elif group.values[key] != value:
                message = _("Row %(row)d says something else about the same need.") % {"row": first[key]}
                row.blame(key, message)
