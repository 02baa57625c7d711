"""Shards of a run, their results as bytes, and the exact merge."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.snapshot import I64, Snapshot

I32 = npt.NDArray[np.int32]
EMPTY_SCORE = -1
EMPTY_RANK = 2**31 - 1
MAGIC = b"ENSHARD1"
HEADER = struct.Struct("<8s7q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Blocks [first_block, last_block) of a snapshot."""

    first_block: int
    last_block: int


def shards_of(snapshot: Snapshot, *, blocks_per_shard: int) -> tuple[Shard, ...]:
    """Cut a snapshot into shards; one (possibly empty) shard at least."""
    starts = range(0, max(snapshot.blocks, 1), blocks_per_shard)
    return tuple(
        Shard(first_block=start, last_block=min(start + blocks_per_shard, snapshot.blocks))
        for start in starts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardResult:
    """M needs × K best (score, rank of the party), n parties × L best (score, need number), and counts.

    Unused places hold score -1 and rank 2**31 - 1. Counts are in the order of `HARD_RULES`.
    """

    first_row: int
    total_rows: int
    need_scores: I32
    need_ranks: I32
    party_ranks: I32
    party_scores: I32
    party_needs: I32
    party_passed: I32
    failed: I64
    only: I64
    passed: I64

    def to_bytes(self) -> bytes:
        """Little-endian header and arrays, written whole."""
        m, k = self.need_scores.shape
        n, wide = self.party_scores.shape
        head = HEADER.pack(MAGIC, self.first_row, self.total_rows, m, k, n, wide, self.failed.shape[1])
        return head + b"".join(
            np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
            for array in self._arrays()
        )

    def _arrays(self) -> Iterator[npt.NDArray[np.generic]]:
        for field in fields(self)[2:]:
            yield getattr(self, field.name)

    @classmethod
    def from_bytes(cls, data: bytes) -> ShardResult:
        """The value `to_bytes` was called on.

        Raises:
            ValueError: another format, or bytes missing or left over.
        """
        if len(data) < HEADER.size or data[: len(MAGIC)] != MAGIC:
            raise ValueError("not a shard result")
        _, first, total, m, k, n, wide, rules = HEADER.unpack_from(data)
        take = _Cursor(data=data, at=HEADER.size)
        result = cls(
            first_row=first,
            total_rows=total,
            need_scores=take.small(m, k),
            need_ranks=take.small(m, k),
            party_ranks=take.small(n),
            party_scores=take.small(n, wide),
            party_needs=take.small(n, wide),
            party_passed=take.small(n),
            failed=take.large(m, rules),
            only=take.large(m, rules),
            passed=take.large(m),
        )
        if take.at != len(data):
            raise ValueError("a shard result has bytes left over")
        return result


@dataclass(slots=True, kw_only=True)
class _Cursor:
    """Reads arrays one after the other."""

    data: bytes
    at: int

    def small(self, *shape: int) -> I32:
        return self._next("<i4", shape).astype(np.int32)

    def large(self, *shape: int) -> I64:
        return self._next("<i8", shape).astype(np.int64)

    def _next(self, kind: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        size = math.prod(shape) * np.dtype(kind).itemsize
        if self.at + size > len(self.data):
            raise ValueError("a shard result is cut off")
        flat = np.frombuffer(self.data, dtype=kind, count=math.prod(shape), offset=self.at)
        self.at += size
        return flat.reshape(shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The whole run: as one shard over everything would have given it. Party arrays are by rank.

    `reserve_scores`, `reserve_ranks`: as the lists of needs, but of who else may be proposed (see `reserve`); no column
    where nobody was looked for.
    """

    compared: int
    need_scores: I32
    need_ranks: I32
    party_scores: I32
    party_needs: I32
    party_passed: I32
    failed: I64
    only: I64
    passed: I64
    reserve_scores: I32
    reserve_ranks: I32


def merge(results: Iterable[ShardResult]) -> Merged:
    """Exact top lists of all shards together, in any order.

    Raises:
        ValueError: a shard is missing or there twice, or shards of different runs were mixed.
    """
    parts = sorted(results, key=lambda part: (part.first_row, len(part.party_ranks)))
    _check_cover(parts)
    scores = np.concatenate([part.need_scores for part in parts], axis=1)
    ranks = np.concatenate([part.need_ranks for part in parts], axis=1)
    keep = parts[0].need_scores.shape[1]
    best = np.lexsort((ranks, -scores), axis=1)[:, :keep]
    by_rank = np.argsort(np.concatenate([part.party_ranks for part in parts]))
    return Merged(
        compared=parts[0].total_rows,
        need_scores=np.take_along_axis(scores, best, axis=1),
        need_ranks=np.take_along_axis(ranks, best, axis=1),
        party_scores=np.concatenate([part.party_scores for part in parts])[by_rank],
        party_needs=np.concatenate([part.party_needs for part in parts])[by_rank],
        party_passed=np.concatenate([part.party_passed for part in parts])[by_rank],
        failed=_total([part.failed for part in parts]),
        only=_total([part.only for part in parts]),
        passed=_total([part.passed for part in parts]),
        reserve_scores=scores[:, :0],
        reserve_ranks=ranks[:, :0],
    )


def _total(arrays: list[I64]) -> I64:
    return np.asarray(np.sum(np.stack(arrays), axis=0), dtype=np.int64)


def _check_cover(parts: list[ShardResult]) -> None:
    """Each row once, and the same needs and widths everywhere."""
    if not parts:
        raise ValueError("a run has at least one shard")
    row = 0
    for part in parts:
        if part.first_row != row:
            raise ValueError("a shard is missing or there twice")
        row += len(part.party_ranks)
    kinds = {(part.total_rows, part.need_scores.shape, part.party_scores.shape[1]) for part in parts}
    if len(kinds) > 1 or row != parts[0].total_rows:
        raise ValueError("shards of one run only, and all of them")
