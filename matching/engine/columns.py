"""What is known of every party, one array for each fact, the parties along the last axis."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.types import Transport

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
TRANSPORTS = (Transport.CAR, Transport.PUBLIC, Transport.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One value per party in the last axis of every array; `row` is its row in the snapshot."""

    row: I64
    rank: I64
    """Place of the public id among all."""
    id: I64
    gone: Bools
    """No longer there, or changed since and to be found in an overlay: never judged."""
    size: I64
    min_people: I64
    zone: I64
    transport: I64
    travel_limit: I64
    day_limit: I64
    youngest: I64
    has_minors: Bools
    is_group: Bools
    load_limit: I64
    kept: I64
    remote_ok: Bools
    beginner: Bools
    newcomer: Bools
    """Has never promised anything, so that nobody can say it kept its word."""
    remaining_load: I64
    since_turn: I64
    """Days since the party was last asked or last came; FOREVER = never."""
    held: U64
    """(words, n): kinds of work stated."""
    can: U64
    """(3, words, n): wanted kinds of work covered fully, half, a quarter, and light enough."""
    can_any: U64
    """(words, n): wanted kinds covered at all, however heavy."""
    abilities_stated: Bools
    wish: U64
    """(2, words, n): weight planes of the wishes."""
    wish_den: I64
    """4 * sum of weights; 0 = no wish stated."""
    ring: U64
    """(words, n): day parts in which the party can come."""
    months: I64
    profile: I64
    """Which set of availability rules, for the exact hours."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, rows: I64 | slice) -> Columns:
        """The same columns for some rows only."""
        return replace(self, **{name: array[..., rows] for name, array in self.arrays().items()})
