"""Snapshot and needs as flat arrays that compiled code can read: a list of lists becomes offsets and values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.needs import CompiledSlot, NeedSet
from matching.engine.policy import MICRO, Weights
from matching.engine.score import wait_term
from matching.engine.snapshot import I64, U64, Bools, Snapshot
from matching.engine.vocabulary import mask_words

I32 = npt.NDArray[np.int32]


class Parties(NamedTuple):
    """`Columns` by row, and the facts few parties have by offset: those of row r are [`…_at[r]`, `…_at[r + 1]`)."""

    rank: I64
    gone: Bools
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
    kept_term: I64
    remote_ok: Bools
    beginner: Bools
    remaining_load: I64
    can: U64
    can_any: U64
    borne: U64
    """(words, n): wanted kinds of work covered at all, and light enough."""
    unstated: U64
    """1 where no ability is stated, else 0."""
    wish: U64
    wish_any: U64
    unwished: U64
    """1 where no wish is stated, else 0."""
    wish_den: I64
    ring: U64
    months: I64
    profile: I64
    profile_exact: Bools
    piece_weekdays: I64
    piece_months: I64
    piece_start: I64
    piece_end: I64
    known_at: I64
    known: I64
    blocked_at: I64
    blocked: I64
    matched_at: I64
    matched: I64
    busy_at: I64
    busy_start: I64
    busy_end: I64
    held_at: I64
    held_kind: I64
    held_people: I64
    held_last: I64


Ways = I32
"""Minutes from door to community, (2: car, public; zones of homes; needs), -1 = no way."""


class Needs(NamedTuple):
    """One value per need; its slots are [`slot_at[m]`, `slot_at[m + 1]`), its qualifications [`asked_at[m]`, …)."""

    id: I64
    region: I64
    work: U64
    """(needs, 2, words): weight planes."""
    work_mask: U64
    work_den: I64
    lightest: I64
    offers: U64
    """(needs, 3, words): asset kinds covered fully, half, a quarter."""
    offers_any: U64
    offers_unstated: Bools
    offers_waiting: Bools
    min_age: I64
    children_ok: Bools
    group_ok: Bools
    beginner_ok: Bools
    local_hands: I64
    first_visit_max: I64
    some_remote: Bools
    wait_term: I64
    employment_blocked: Bools
    slot_at: I64
    asked_at: I64
    asked_kind: I64
    asked_people: I64


class Slots(NamedTuple):
    """One value per slot; words of hours [`word_at[s]`, …), stretches to the minute [`stretch_at[s]`, …)."""

    is_window: Bools
    remote: Bools
    long_limit: Bools
    too_soon: Bools
    months: I64
    last_day: I64
    start: I64
    end: I64
    places: I64
    word_at: I64
    word: I64
    bits: U64
    stretch_at: I64
    stretch_weekday: I64
    stretch_month: I64
    stretch_start: I64
    stretch_end: I64


@lru_cache(maxsize=1)
def parties_of(snapshot: Snapshot, *, first: int, last: int, weights: Weights) -> Parties:
    """The parties of rows [first, last), counted from 0, their zones from that of the first; planes are not copied.

    The last answer is kept for the next need that is looked at alone.
    """
    columns, facts, pieces = snapshot.columns.take(slice(first, last)), snapshot.facts, snapshot.pieces
    part = _Part(first=first, last=last)
    known_at, (known,) = part.facts(facts.known)
    blocked_at, (blocked,) = part.facts(facts.blocked)
    matched_at, (matched,) = part.facts(facts.matched)
    busy_at, (busy_start, busy_end) = part.facts(facts.busy)
    held_at, (held_kind, held_people, held_last) = part.facts(facts.qualified)
    return Parties(
        rank=columns.rank, gone=columns.gone, size=columns.size, min_people=columns.min_people,
        zone=columns.zone - columns.zone[:1].sum(),
        transport=columns.transport, travel_limit=columns.travel_limit, day_limit=columns.day_limit,
        youngest=columns.youngest, has_minors=columns.has_minors, is_group=columns.is_group,
        load_limit=columns.load_limit, kept_term=columns.kept * weights.kept_max // MICRO,
        remote_ok=columns.remote_ok, beginner=columns.beginner, remaining_load=columns.remaining_load,
        can=columns.can, can_any=columns.can_any,
        borne=columns.can[0] | columns.can[1] | columns.can[2], unstated=(~columns.abilities_stated).astype(np.uint64),
        wish=columns.wish, wish_any=columns.wish[0] | columns.wish[1],
        unwished=(columns.wish_den == 0).astype(np.uint64), wish_den=columns.wish_den,
        ring=columns.ring, months=columns.months, profile=columns.profile,
        profile_exact=snapshot.profile_exact, piece_weekdays=pieces.weekdays, piece_months=pieces.months,
        piece_start=pieces.start, piece_end=pieces.end,
        known_at=known_at, known=known, blocked_at=blocked_at, blocked=blocked,
        matched_at=matched_at, matched=matched, busy_at=busy_at, busy_start=busy_start, busy_end=busy_end,
        held_at=held_at, held_kind=held_kind, held_people=held_people, held_last=held_last,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows [first, last) of a snapshot, and what few of them have, as offsets and values."""

    first: int
    last: int

    def facts(self, table: I64) -> tuple[I64, I64]:
        """Offsets by row, and the other lines of a table in the order of its first, the row."""
        table = table[:, (table[0] >= self.first) & (table[0] < self.last)]
        table = table[:, np.argsort(table[0], kind="stable")]
        rows = np.arange(self.first, self.last + 1)
        return np.searchsorted(table[0], rows).astype(np.int64), np.ascontiguousarray(table[1:])


@lru_cache(maxsize=1)
def needs_of(needs: NeedSet, *, words: tuple[int, int], weights: Weights) -> Needs:
    """The needs of a run. The last answer is kept.

    `words`: how many 64-bit words a set of kinds of work takes, and one of kinds of offers.
    """
    listed, rows = needs.needs, [need.row for need in needs.needs]
    kinds, assets = words
    offers = [(need.offers.full, need.offers.half, need.offers.quarter) for need in listed]
    asked = [row.hard_qualifications for row in rows]
    return Needs(
        id=_ints(row.id for row in rows),
        region=_ints(row.region for row in rows),
        work=_words([need.work for need in listed], sets=2, width=kinds),
        work_mask=_words([(need.work_mask,) for need in listed], sets=1, width=kinds)[:, 0],
        work_den=_ints(max(need.work_den, 1) for need in listed),
        lightest=_ints(need.lightest for need in listed),
        offers=_words(offers, sets=3, width=assets),
        offers_any=_words([(need.offers.any,) for need in listed], sets=1, width=assets)[:, 0],
        offers_unstated=_bools(need.offers_unstated for need in listed),
        offers_waiting=_bools(need.offers_waiting for need in listed),
        min_age=_ints(row.min_age for row in rows),
        children_ok=_bools(row.children_ok for row in rows),
        group_ok=_bools(row.group_ok for row in rows),
        beginner_ok=_bools(row.beginner_ok for row in rows),
        local_hands=_ints(row.local_hands for row in rows),
        first_visit_max=_ints(row.first_visit_max for row in rows),
        some_remote=_bools(any(slot.remote for slot in need.slots) for need in listed),
        wait_term=_ints(wait_term(wait_days=row.wait_days, weights=weights) for row in rows),
        employment_blocked=_bools(row.employment_blocked for row in rows),
        slot_at=_ends(need.slots for need in listed),
        asked_at=_ends(asked),
        asked_kind=_ints(kind for each in asked for kind, _ in each),
        asked_people=_ints(max(1, people) for each in asked for _, people in each),
    )


def ways_of(needs: NeedSet, *, minutes: I32, homes: slice, weights: Weights) -> Ways:
    """From some zones to every need; a need that states no way in has the default of the weights."""
    zones, access = _doors(needs, weights=weights)
    office = minutes[:, :, homes][:, zones].transpose(0, 2, 1)
    return np.ascontiguousarray(np.where(office < 0, -1, office + access[:, None]), dtype=np.int32)


@lru_cache(maxsize=1)
def _doors(needs: NeedSet, *, weights: Weights) -> tuple[I64, I32]:
    """The zone of every need, and the minutes from there to its door, (2: car, public; needs). The last answer is kept."""
    rows = [need.row for need in needs.needs]
    car, public = weights.access_car_minutes_default, weights.access_public_minutes_default
    access = [
        [car if row.access_car_minutes is None else row.access_car_minutes for row in rows],
        [public if row.access_public_minutes is None else row.access_public_minutes for row in rows],
    ]
    return _ints(row.zone for row in rows), np.array(access, dtype=np.int32)


@lru_cache(maxsize=1)
def slots_of(needs: NeedSet) -> Slots:
    """The slots of all needs, one after the other. The last answer is kept."""
    slots: list[CompiledSlot] = [slot for need in needs.needs for slot in need.slots]
    stretches = [stretch for slot in slots for stretch in slot.asked]
    return Slots(
        is_window=_bools(slot.row.is_window for slot in slots),
        remote=_bools(slot.remote for slot in slots),
        long_limit=_bools(slot.long_limit for slot in slots),
        too_soon=_bools(slot.row.too_soon for slot in slots),
        months=_ints(slot.months for slot in slots),
        last_day=_ints(slot.last_day for slot in slots),
        start=_ints(slot.row.start_minute for slot in slots),
        end=_ints(slot.row.end_minute for slot in slots),
        places=_ints(slot.row.places_free for slot in slots),
        word_at=_ends(slot.words for slot in slots),
        word=_ints(word for slot in slots for word, _ in slot.words),
        bits=np.array([bits for slot in slots for _, bits in slot.words], dtype=np.uint64),
        stretch_at=_ends(slot.asked for slot in slots),
        stretch_weekday=_ints(stretch.weekday for stretch in stretches),
        stretch_month=_ints(stretch.month for stretch in stretches),
        stretch_start=_ints(stretch.start for stretch in stretches),
        stretch_end=_ints(stretch.end for stretch in stretches),
    )


def _words(sets_of: Sequence[tuple[int, ...]], *, sets: int, width: int) -> U64:
    """(needs, sets, words) from one tuple of bit sets per need."""
    words = [[mask_words(mask, width=width) for mask in masks] for masks in sets_of]
    return np.array(words, dtype=np.uint64).reshape(len(sets_of), sets, width)


def _ends(lists: Iterable[Sequence[Any]]) -> I64:
    """Offsets of lists laid one after the other, from 0."""
    return np.cumsum([0, *(len(each) for each in lists)], dtype=np.int64)


def _ints(values: Iterable[int]) -> I64:
    return np.fromiter(values, dtype=np.int64)


def _bools(values: Iterable[bool]) -> npt.NDArray[np.bool_]:
    return np.fromiter(values, dtype=np.bool_)
