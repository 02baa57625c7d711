"""All parties of a run as arrays, sorted by (zone, travel limit descending, public id), in blocks of 256.

Derived and disposable: put together from packed parts, never changed. Neither the order of the rows nor the parts they
came in matter; ties are broken everywhere by `rank`, the place of a party's public id among all public ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.columns import U64, Bools, Columns, Positions
from matching.engine.facts import I64, ByKey, Facts, joined
from matching.engine.hours import Pieces
from matching.engine.packed import Packed, pack
from matching.engine.types import Horizon, ParticipantRow, Vocabulary
from matching.engine.vocabulary import CreditTable, credit_table

__all__ = [
    "BLOCK",
    "I64",
    "U64",
    "Bools",
    "Columns",
    "Positions",
    "Snapshot",
    "Sparse",
    "assemble",
    "build_snapshot",
]

I32 = npt.NDArray[np.int32]
Array = npt.NDArray[Any]
Allot = Callable[[str, tuple[int, ...], np.dtype[Any]], Array]
"""Gives an array of a name, a shape and a type to be filled: memory, or a file."""
BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparse:
    """`Facts` as the rules look them up."""

    known: ByKey
    agreed: ByKey
    blocked: ByKey
    matched: ByKey
    busy: I64
    qualified: ByKey

    @classmethod
    def of(cls, facts: Facts) -> Sparse:
        """The same tables, not copied."""
        return cls(
            known=ByKey(facts.known),
            agreed=ByKey(facts.agreed),
            blocked=ByKey(facts.blocked),
            matched=ByKey(facts.matched),
            busy=facts.busy,
            qualified=ByKey(facts.qualified),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """All parties of a run. Equal only to itself."""

    vocabulary: Vocabulary
    horizon: Horizon
    work: CreditTable
    assets: CreditTable
    public: npt.NDArray[np.bytes_]
    columns: Columns
    facts: Facts
    sparse: Sparse
    pieces: Pieces
    profile_exact: Bools
    row_of_rank: I64
    by_id: I64
    """Rows in the order of the parties' ids."""

    @property
    def count(self) -> int:
        """How many parties."""
        return len(self.columns.row)

    @property
    def present(self) -> int:
        """How many parties that are not gone."""
        return self.count - int(self.columns.gone.sum())

    @property
    def blocks(self) -> int:
        """Blocks of 256 parties, the last one may be short."""
        return (self.count + BLOCK - 1) // BLOCK

    def row_of(self, party_id: int) -> int:
        """The row of a party.

        Raises:
            KeyError: no such party in this snapshot.
        """
        (row,) = self.rows_of(np.array([party_id], dtype=np.int64)).tolist()
        if row < 0:
            raise KeyError(party_id)
        return int(row)

    def rows_of(self, ids: I64) -> I64:
        """The rows of some parties by their ids, -1 for those that are not in it."""
        if not self.count:
            return np.full(len(ids), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.columns.id, ids, sorter=self.by_id), self.count - 1)
        rows = self.by_id[place]
        return np.where(self.columns.id[rows] == ids, rows, -1)

    def is_newcomer(self, party_id: int) -> bool:
        """Whether a party has never promised anything. Raises as `row_of`."""
        return bool(self.columns.newcomer[self.row_of(party_id)])

    def arrays(self) -> dict[str, Array]:
        """Everything that was packed, by name; `restored` makes the snapshot of it again."""
        return (
            {f"column.{name}": array for name, array in self.columns.arrays().items()}
            | {f"fact.{name}": array for name, array in self.facts.tables().items()}
            | {f"piece.{field.name}": getattr(self.pieces, field.name) for field in fields(self.pieces)}
            | {"public": self.public, "profile_exact": self.profile_exact}
            | {"row_of_rank": self.row_of_rank, "by_id": self.by_id}
        )


def build_snapshot(
    *, vocabulary: Vocabulary, horizon: Horizon, participants: Iterable[ParticipantRow]
) -> Snapshot:
    """Pack the parties of a run.

    Raises:
        ValueError: two parties with one id, a size below the minimum, or a broken vocabulary.
    """
    part = pack(vocabulary=vocabulary, horizon=horizon, participants=participants)
    return assemble(vocabulary=vocabulary, horizon=horizon, parts=lambda: [part])


def assemble(
    *,
    vocabulary: Vocabulary,
    horizon: Horizon,
    parts: Callable[[], Iterable[Packed]],
    allot: Allot = lambda _name, shape, kind: np.empty(shape, kind),
) -> Snapshot:
    """Sort packed parts into one snapshot. `parts` is called twice, so that only one of them need be in memory.

    Raises:
        ValueError: two parties with one id.
    """
    places = _Places.of(parts())
    arrays: dict[str, Array] = {}

    def put(name: str, array: Array, rows: I64) -> None:
        if name not in arrays:
            arrays[name] = allot(name, (*array.shape[:-1], places.count), array.dtype)
        arrays[name][..., rows] = array

    facts: list[Facts] = []
    pieces: list[Pieces] = []
    exact: list[Bools] = [np.zeros(0, dtype=np.bool_)]
    first = 0
    for part in parts():
        rows = places.row[first : first + len(part.public)]
        first += len(part.public)
        columns = replace(
            part.columns,
            row=rows,
            rank=places.rank[rows],
            profile=part.columns.profile + sum(map(len, exact)),
        )
        for name, array in columns.arrays().items():
            put(f"column.{name}", array, rows)
        put("public", part.public.astype(places.width), rows)
        facts.append(part.facts.at(rows))
        pieces.append(part.pieces)
        exact.append(part.profile_exact)
    arrays["row_of_rank"] = np.argsort(places.rank).astype(np.int64)
    arrays["by_id"] = np.argsort(arrays["column.id"]).astype(np.int64)
    arrays["profile_exact"] = np.concatenate(exact)
    arrays |= {f"fact.{name}": table for name, table in joined(facts).tables().items()}
    arrays |= {f"piece.{name}": table for name, table in _side_by_side(pieces).items()}
    return restored(vocabulary=vocabulary, horizon=horizon, arrays=arrays)


def restored(*, vocabulary: Vocabulary, horizon: Horizon, arrays: dict[str, Array]) -> Snapshot:
    """The snapshot whose `arrays` these are.

    Raises:
        KeyError: one of them is missing.
    """
    facts = Facts(**{field.name: arrays[f"fact.{field.name}"] for field in fields(Facts)})
    return Snapshot(
        vocabulary=vocabulary,
        horizon=horizon,
        work=credit_table(
            parents=vocabulary.work_parents, credit_from_parent=vocabulary.work_credit_from_parent
        ),
        assets=credit_table(
            parents=vocabulary.asset_parents, credit_from_parent=vocabulary.asset_credit_from_parent
        ),
        public=arrays["public"],
        columns=Columns(**{field.name: arrays[f"column.{field.name}"] for field in fields(Columns)}),
        facts=facts,
        sparse=Sparse.of(facts),
        pieces=Pieces(**{field.name: arrays[f"piece.{field.name}"] for field in fields(Pieces)}),
        profile_exact=arrays["profile_exact"],
        row_of_rank=arrays["row_of_rank"],
        by_id=arrays["by_id"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where every party of the parts goes: its row, in the order in which the parts name them; ranks by row."""

    count: int
    row: I64
    rank: I64
    width: np.dtype[Any]

    @classmethod
    def of(cls, parts: Iterable[Packed]) -> _Places:
        keys = [
            (part.public, part.columns.id, part.columns.zone, part.columns.travel_limit) for part in parts
        ]
        public = np.concatenate([key[0] for key in keys]) if keys else np.zeros(0, dtype="S1")
        ids, zone, limit = (
            np.concatenate([np.zeros(0, dtype=np.int64), *(key[line] for key in keys)]) for line in (1, 2, 3)
        )
        if len(np.unique(public)) != len(public) or len(np.unique(ids)) != len(ids):
            raise ValueError("ids are unique")
        order = np.lexsort((public, -limit, zone))
        return cls(
            count=len(public),
            row=_inverse(order),
            rank=_inverse(np.argsort(public[order])),
            width=public.dtype,
        )


def _inverse(order: I64) -> I64:
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order), dtype=np.int64)
    return places


def _side_by_side(pieces: list[Pieces]) -> dict[str, I64]:
    """The pieces of all parts, as deep as the deepest; what is added grants nothing."""
    names = [field.name for field in fields(Pieces)]
    depth = max((len(part.weekdays) for part in pieces), default=0)
    return {
        name: np.concatenate(
            [
                np.zeros((depth, 0), dtype=np.int64),
                *(np.pad(getattr(part, name), ((0, depth - len(part.weekdays)), (0, 0))) for part in pieces),
            ],
            axis=1,
        )
        for name in names
    }
