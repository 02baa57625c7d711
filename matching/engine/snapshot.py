"""Rows packed into arrays, sorted by (zone, travel limit descending, public id), in blocks of 256.

Derived and disposable: built from the rows of a run, never changed. The order of the rows given does not
matter; ties are broken everywhere by `rank`, the place of a party's public id among all public ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from matching.engine.hours import Pieces, pieces_of
from matching.engine.slots import calendar, granted_months, needs_exact, pack_ring, ring, words_of
from matching.engine.types import AvailabilityRule, Horizon, ParticipantRow, Transport, Vocabulary
from matching.engine.vocabulary import (
    CreditTable,
    credit_table,
    kind_mask,
    mask_words,
    plane_width,
    weight_planes,
)

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
BLOCK = 256
FOREVER = 2**31 - 1
TRANSPORTS = (Transport.CAR, Transport.PUBLIC, Transport.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One value per party in the last axis of every array; `row` is its row in the snapshot."""

    row: I64
    rank: I64
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
    remaining_load: I64
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

    def take(self, rows: I64 | slice) -> Columns:
        """The same columns for some rows only."""
        return replace(self, **{field.name: getattr(self, field.name)[..., rows] for field in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparse:
    """Facts few parties have, as (row, …) lists sorted by row."""

    known: Mapping[int, I64]
    agreed: Mapping[int, I64]
    blocked: Mapping[int, I64]
    matched: Mapping[int, I64]
    busy: I64
    """(3, k): row, start, end in minutes."""
    qualified: Mapping[int, I64]
    """By qualification (3, k): row, people, last valid day."""
    shared: I64
    """(2, k): row, person of people who are in more than one party, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """All parties of a run, packed; `parties[row]` is the value a row was made of. Equal only to itself."""

    vocabulary: Vocabulary
    horizon: Horizon
    work: CreditTable
    assets: CreditTable
    parties: tuple[ParticipantRow, ...]
    columns: Columns
    sparse: Sparse
    pieces: Pieces
    """Availability by set of rules (`Columns.profile`), for the exact hours."""
    profile_exact: Bools
    row_of_rank: I64
    row_of_id: Mapping[int, int]

    @property
    def blocks(self) -> int:
        """Blocks of 256 parties, the last one may be short."""
        return (len(self.parties) + BLOCK - 1) // BLOCK


def build_snapshot(
    *, vocabulary: Vocabulary, horizon: Horizon, participants: Iterable[ParticipantRow]
) -> Snapshot:
    """Pack the parties of a run.

    Raises:
        ValueError: two parties with one id, a size below the minimum, or a broken vocabulary.
    """
    parties = tuple(sorted(participants, key=lambda p: (p.zone, -p.travel_limit_minutes, p.public_id)))
    _check(parties)
    work = credit_table(
        parents=vocabulary.work_parents, credit_from_parent=vocabulary.work_credit_from_parent
    )
    assets = credit_table(
        parents=vocabulary.asset_parents, credit_from_parent=vocabulary.asset_credit_from_parent
    )
    profiles = tuple(dict.fromkeys(party.availability for party in parties))
    columns = _columns(parties, vocabulary=vocabulary, horizon=horizon, work=work, profiles=profiles)
    return Snapshot(
        vocabulary=vocabulary,
        horizon=horizon,
        work=work,
        assets=assets,
        parties=parties,
        columns=columns,
        sparse=_sparse(parties),
        pieces=pieces_of(profiles),
        profile_exact=np.array([needs_exact(rules) for rules in profiles], dtype=np.bool_),
        row_of_rank=np.argsort(columns.rank).astype(np.int64),
        row_of_id={party.id: row for row, party in enumerate(parties)},
    )


def _check(parties: tuple[ParticipantRow, ...]) -> None:
    publics, ids = {party.public_id for party in parties}, {party.id for party in parties}
    if len(publics) != len(parties) or len(ids) != len(parties):
        raise ValueError("ids are unique")
    if any(not 1 <= party.min_people <= party.size for party in parties):
        raise ValueError("a party comes with between its minimum and its size")


def _ints(values: Iterable[int]) -> I64:
    return np.fromiter(values, dtype=np.int64)


def _bools(values: Iterable[bool]) -> Bools:
    return np.fromiter(values, dtype=np.bool_)


def _planes(values: Iterable[tuple[int, ...]], *, sets: int, kinds: int) -> U64:
    """(sets, words, n) words from one tuple of bit sets of a tree of so many kinds per party."""
    width = plane_width(kinds)
    rows = [[mask_words(mask, width=width) for mask in masks] for masks in values]
    return np.ascontiguousarray(np.array(rows, dtype=np.uint64).reshape(-1, sets, width).transpose(1, 2, 0))


def _columns(
    parties: tuple[ParticipantRow, ...],
    *,
    vocabulary: Vocabulary,
    horizon: Horizon,
    work: CreditTable,
    profiles: tuple[tuple[AvailabilityRule, ...], ...],
) -> Columns:
    number = {rules: index for index, rules in enumerate(profiles)}
    light = {limit: _light_mask(vocabulary, limit) for limit in {p.load_limit for p in parties}}
    planes = [work.planes(kind for kind, _ in p.abilities) for p in parties]
    borne = [plane.masked(light[p.load_limit]) for plane, p in zip(planes, parties, strict=True)]
    kinds = len(vocabulary.work_parents)
    place = {public: rank for rank, public in enumerate(sorted(p.public_id for p in parties))}
    return Columns(
        row=np.arange(len(parties), dtype=np.int64),
        rank=_ints(place[p.public_id] for p in parties),
        size=_ints(p.size for p in parties),
        min_people=_ints(p.min_people for p in parties),
        zone=_ints(p.zone for p in parties),
        transport=_ints(TRANSPORTS.index(p.transport) for p in parties),
        travel_limit=_ints(p.travel_limit_minutes for p in parties),
        day_limit=_ints(_day_limit(p) for p in parties),
        youngest=_ints(-1 if p.youngest_age is None else p.youngest_age for p in parties),
        has_minors=_bools(p.has_minors for p in parties),
        is_group=_bools(p.is_group for p in parties),
        load_limit=_ints(p.load_limit for p in parties),
        kept=_ints(p.kept_micro for p in parties),
        remote_ok=_bools(p.remote_ok for p in parties),
        beginner=_bools(p.beginner for p in parties),
        remaining_load=_ints(p.remaining_load for p in parties),
        can=_planes(((b.full, b.half, b.quarter) for b in borne), sets=3, kinds=kinds),
        can_any=_planes(((plane.any,) for plane in planes), sets=1, kinds=kinds)[0],
        abilities_stated=_bools(bool(p.abilities) for p in parties),
        wish=_planes((weight_planes(p.wishes) for p in parties), sets=2, kinds=len(vocabulary.asset_parents)),
        wish_den=_ints(4 * sum(weight for _, weight in p.wishes) for p in parties),
        ring=_ring_words(parties, horizon=horizon, profiles=profiles, number=number),
        months=_ints(granted_months(p.availability) for p in parties),
        profile=_ints(number[p.availability] for p in parties),
    )


def _light_mask(vocabulary: Vocabulary, limit: int) -> int:
    return kind_mask(kind for kind, load in enumerate(vocabulary.work_loads) if load <= limit)


def _day_limit(party: ParticipantRow) -> int:
    day_trip = party.day_trip_limit_minutes
    return party.travel_limit_minutes if day_trip is None else day_trip


def _ring_words(
    parties: tuple[ParticipantRow, ...],
    *,
    horizon: Horizon,
    profiles: tuple[tuple[AvailabilityRule, ...], ...],
    number: Mapping[tuple[AvailabilityRule, ...], int],
) -> U64:
    """(words, n): the rules of each party as bits, its except-days cleared."""
    days = calendar(horizon)
    tables = [ring(rules, days) for rules in profiles]
    packed = [pack_ring(table) for table in tables]
    words = np.zeros((len(parties), words_of(horizon)), dtype=np.uint64)
    for row, party in enumerate(parties):
        profile = number[party.availability]
        words[row] = packed[profile]
        lost = [day for day in party.except_days if 0 <= day < horizon.days]
        if lost:
            table = tables[profile].copy()
            table[lost] = False
            words[row] = pack_ring(table)
    return np.ascontiguousarray(words.T)


def _sparse(parties: tuple[ParticipantRow, ...]) -> Sparse:
    known: dict[int, list[int]] = {}
    agreed: dict[int, list[int]] = {}
    blocked: dict[int, list[int]] = {}
    matched: dict[int, list[int]] = {}
    busy: list[tuple[int, int, int]] = []
    qualified: dict[int, list[tuple[int, int, int]]] = {}
    for row, party in enumerate(parties):
        for index, keys in (
            (known, party.known_regions),
            (agreed, party.agreed_regions),
            (blocked, party.blocked_regions),
        ):
            for key in keys:
                index.setdefault(key, []).append(row)
        for need_id in party.live_need_ids:
            matched.setdefault(need_id, []).append(row)
        busy.extend((row, start, end) for start, end in party.busy)
        for kind, people, expires in party.qualifications:
            last = FOREVER if expires is None else expires
            qualified.setdefault(kind, []).append((row, people, last))
    return Sparse(
        known={key: _ints(rows) for key, rows in known.items()},
        agreed={key: _ints(rows) for key, rows in agreed.items()},
        blocked={key: _ints(rows) for key, rows in blocked.items()},
        matched={key: _ints(rows) for key, rows in matched.items()},
        busy=np.array(busy, dtype=np.int64).reshape(-1, 3).T.copy(),
        qualified={
            key: np.array(entries, dtype=np.int64).reshape(-1, 3).T.copy()
            for key, entries in qualified.items()
        },
        shared=_shared(parties),
    )


def _shared(parties: tuple[ParticipantRow, ...]) -> I64:
    """(2, k): row, person of those in more than one party."""
    seen = Counter(person for party in parties for person in party.people)
    found = sorted(
        (row, person) for row, party in enumerate(parties) for person in party.people if seen[person] > 1
    )
    return np.array(found, dtype=np.int64).reshape(-1, 2).T.copy()
