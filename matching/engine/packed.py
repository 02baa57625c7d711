"""Rows of some parties packed into arrays, in the order given: a part of a snapshot, made and sent apart from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.engine.columns import TRANSPORTS, U64, Bools, Columns
from matching.engine.facts import I64, Facts
from matching.engine.hours import Pieces, pieces_of
from matching.engine.slots import calendar, granted_months, needs_exact, pack_ring, ring, words_of
from matching.engine.types import AvailabilityRule, Horizon, ParticipantRow, Vocabulary
from matching.engine.vocabulary import (
    CreditTable,
    credit_table,
    kind_mask,
    mask_words,
    plane_width,
    weight_planes,
)

FOREVER = 2**31 - 1
Profile = tuple[AvailabilityRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """`columns.rank` is not known yet; rows of `facts` count within this part. `public`: ids as bytes (n)."""

    public: npt.NDArray[np.bytes_]
    columns: Columns
    facts: Facts
    pieces: Pieces
    """Availability by set of rules (`Columns.profile`), for the exact hours."""
    profile_exact: Bools


def pack(*, vocabulary: Vocabulary, horizon: Horizon, participants: Iterable[ParticipantRow]) -> Packed:
    """Pack some parties.

    Raises:
        ValueError: a size below the minimum, a public id that is not ASCII, or a broken vocabulary.
    """
    parties = tuple(participants)
    if any(not 1 <= party.min_people <= party.size for party in parties):
        raise ValueError("a party comes with between its minimum and its size")
    profiles = tuple(dict.fromkeys(party.availability for party in parties))
    return Packed(
        public=np.array([party.public_id.encode("ascii") for party in parties], dtype=np.bytes_),
        columns=_columns(parties, vocabulary=vocabulary, horizon=horizon, profiles=profiles),
        facts=_facts(parties),
        pieces=pieces_of(profiles),
        profile_exact=_bools(needs_exact(rules) for rules in profiles),
    )


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
    parties: Sequence[ParticipantRow],
    *,
    vocabulary: Vocabulary,
    horizon: Horizon,
    profiles: tuple[Profile, ...],
) -> Columns:
    number = {rules: index for index, rules in enumerate(profiles)}
    return Columns(
        row=np.arange(len(parties), dtype=np.int64),
        rank=np.zeros(len(parties), dtype=np.int64),
        id=_ints(p.id for p in parties),
        gone=np.zeros(len(parties), dtype=np.bool_),
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
        newcomer=_bools(p.newcomer for p in parties),
        remaining_load=_ints(p.remaining_load for p in parties),
        since_turn=_ints(_since_turn(p) for p in parties),
        **_kinds(parties, vocabulary),
        abilities_stated=_bools(bool(p.abilities) for p in parties),
        wish_den=_ints(4 * sum(weight for _, weight in p.wishes) for p in parties),
        ring=_ring_words(parties, horizon=horizon, profiles=profiles, number=number),
        months=_ints(granted_months(p.availability) for p in parties),
        profile=_ints(number[p.availability] for p in parties),
    )


def _kinds(parties: Sequence[ParticipantRow], vocabulary: Vocabulary) -> dict[str, Any]:
    """The planes of work and wishes."""
    work: CreditTable = credit_table(
        parents=vocabulary.work_parents, credit_from_parent=vocabulary.work_credit_from_parent
    )
    light = {limit: _light_mask(vocabulary, limit) for limit in {p.load_limit for p in parties}}
    planes = [work.planes(kind for kind, _ in p.abilities) for p in parties]
    borne = [plane.masked(light[p.load_limit]) for plane, p in zip(planes, parties, strict=True)]
    kinds, assets = len(vocabulary.work_parents), len(vocabulary.asset_parents)
    return {
        "held": _planes(((kind_mask(k for k, _ in p.abilities),) for p in parties), sets=1, kinds=kinds)[0],
        "can": _planes(((b.full, b.half, b.quarter) for b in borne), sets=3, kinds=kinds),
        "can_any": _planes(((plane.any,) for plane in planes), sets=1, kinds=kinds)[0],
        "wish": _planes((weight_planes(p.wishes) for p in parties), sets=2, kinds=assets),
    }


def _light_mask(vocabulary: Vocabulary, limit: int) -> int:
    return kind_mask(kind for kind, load in enumerate(vocabulary.work_loads) if load <= limit)


def _day_limit(party: ParticipantRow) -> int:
    day_trip = party.day_trip_limit_minutes
    return party.travel_limit_minutes if day_trip is None else day_trip


def _since_turn(party: ParticipantRow) -> int:
    came = () if party.came_days_ago is None else (party.came_days_ago,)
    return min((*party.asked_days_ago, *came), default=FOREVER)


def _ring_words(
    parties: Sequence[ParticipantRow],
    *,
    horizon: Horizon,
    profiles: tuple[Profile, ...],
    number: Mapping[Profile, int],
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


def _facts(parties: Sequence[ParticipantRow]) -> Facts:
    rows = list(enumerate(parties))
    return Facts(
        known=_table(2, ((row, key) for row, p in rows for key in p.known_regions)),
        agreed=_table(2, ((row, key) for row, p in rows for key in p.agreed_regions)),
        blocked=_table(2, ((row, key) for row, p in rows for key in p.blocked_regions)),
        matched=_table(2, ((row, key) for row, p in rows for key in p.live_need_ids)),
        busy=_table(3, ((row, start, end) for row, p in rows for start, end in p.busy)),
        qualified=_table(
            4,
            (
                (row, kind, people, FOREVER if expires is None else expires)
                for row, p in rows
                for kind, people, expires in p.qualifications
            ),
        ),
        asked=_table(2, ((row, days) for row, p in rows for days in p.asked_days_ago)),
        able=_table(3, ((row, k, people) for row, p in rows for k, people in p.abilities if people != 1)),
        people=_table(2, ((row, person) for row, p in rows for person in p.people)),
    )


def _table(lines: int, entries: Iterable[tuple[int, ...]]) -> I64:
    return np.ascontiguousarray(np.array(list(entries), dtype=np.int64).reshape(-1, lines).T)
