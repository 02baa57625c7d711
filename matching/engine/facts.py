"""Facts that few parties have, as flat sorted tables: found by binary search, so that they may lie in a mapped file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


class ByKey(Mapping[int, I64]):
    """Entries by a key, each key's by row: the rows alone where that is all, else (lines, entries), rows first."""

    def __init__(self, table: I64) -> None:
        """`table` is (2 or more, k), sorted by its second line, the key, then by its first, the row."""
        self.table = table

    def __getitem__(self, key: int) -> I64:
        begin, end = np.searchsorted(self.table[1], (key, key + 1))
        if begin == end:
            raise KeyError(key)
        if len(self.table) == 2:  # noqa: PLR2004  # row and key
            return np.asarray(self.table[0, begin:end])
        return np.concatenate([self.table[:1, begin:end], self.table[2:, begin:end]])

    def __iter__(self) -> Iterator[int]:
        return iter(np.unique(self.table[1]).tolist())

    def __len__(self) -> int:
        return len(np.unique(self.table[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One table for each kind of fact, the party's row in the first line. Days and minutes as the horizon counts them."""

    known: I64
    """(2, k): row, region that the party knows."""
    agreed: I64
    """(2, k): row, region that it has a promise with."""
    blocked: I64
    """(2, k): row, region that it is not to be matched with."""
    matched: I64
    """(2, k): row, need that it is or was matched with."""
    busy: I64
    """(3, k): row, start, end in minutes."""
    qualified: I64
    """(4, k): row, qualification, people, last valid day."""
    asked: I64
    """(2, k): row, days since it was asked for a community new to it."""
    able: I64
    """(3, k): row, kind of work, people who can do it, where that is not one."""
    people: I64
    """(2, k): row, person known to be inside."""

    def tables(self) -> dict[str, I64]:
        """Every table by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def at(self, rows: I64) -> Facts:
        """The same facts of parties whose rows are now others: `rows` by the old row, -1 = left out."""
        moved = {}
        for name, table in self.tables().items():
            placed = rows[table[0]]
            kept = placed >= 0
            moved[name] = np.concatenate([placed[None, kept], table[1:, kept]])
        return Facts(**moved)


KEYED = frozenset({"known", "agreed", "blocked", "matched", "qualified"})
"""Tables that are looked up by their second line; the others by row."""


def joined(parts: list[Facts]) -> Facts:
    """All entries, each table sorted."""
    return Facts(
        **{
            name: _sorted(
                np.concatenate([getattr(part, name) for part in parts], axis=1), keyed=name in KEYED
            )
            for name in (field.name for field in fields(Facts))
        }
    )


def _sorted(table: I64, *, keyed: bool) -> I64:
    lines = table[::-1]
    order = np.lexsort(np.concatenate([lines[:-2], table[:1], table[1:2]]) if keyed else lines)
    return np.ascontiguousarray(table[:, order])
