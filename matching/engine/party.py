"""One party of a snapshot as values again, for who explains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.engine.columns import U64
from matching.engine.snapshot import Snapshot
from matching.engine.vocabulary import WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What an explanation looks at. `abilities` (kind, people), `wishes` (kind, weight)."""

    row: int
    size: int
    load_limit: int
    travel_limit_minutes: int
    abilities: tuple[tuple[int, int], ...]
    wishes: tuple[tuple[int, int], ...]


def party_of(snapshot: Snapshot, party_id: int) -> Party:
    """A party by its id.

    Raises:
        KeyError: no such party in this snapshot.
    """
    row = snapshot.row_of(party_id)
    columns = snapshot.columns
    able = snapshot.facts.able
    begin, end = np.searchsorted(able[0], (row, row + 1))
    people = dict(zip(able[1, begin:end].tolist(), able[2, begin:end].tolist(), strict=True))
    low, high = (set(_kinds(columns.wish[plane, :, row])) for plane in (0, 1))
    return Party(
        row=row,
        size=int(columns.size[row]),
        load_limit=int(columns.load_limit[row]),
        travel_limit_minutes=int(columns.travel_limit[row]),
        abilities=tuple((kind, people.get(kind, 1)) for kind in _kinds(columns.held[:, row])),
        wishes=tuple((kind, (kind in low) + 2 * (kind in high)) for kind in sorted(low | high)),
    )


def knows(snapshot: Snapshot, *, row: int, region: int) -> bool:
    """Whether the party of a row has a relation with a community."""
    rows = snapshot.sparse.known.get(region)
    if rows is None:
        return False
    place = int(np.searchsorted(rows, row))
    return place < len(rows) and int(rows[place]) == row


def _kinds(words: U64) -> Iterator[int]:
    """Numbers of the bits that are set, rising."""
    for number, word in enumerate(words.tolist()):
        yield from (WORD * number + bit for bit in range(WORD) if word >> bit & 1)
