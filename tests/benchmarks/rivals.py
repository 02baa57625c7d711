"""Other ways to the same lists: Python sets, and blocked matrix products with masks. Exact, so they must agree.

Both know no exact hours, no busy days, no work from afar and no blocks; `country` draws none of these.
"""

from __future__ import annotations

import numpy as np

from matching.engine import NeedRow
from matching.engine.fit import BOTH, PUBLIC, travel_of
from matching.engine.score import (
    comfort_micro,
    comfort_vector,
    kept_term,
    mutual_micro,
    mutual_vector,
    wait_term,
)
from matching.engine.slots import demand
from tests.benchmarks.country import Country

MICRO = 1_000_000
CREDITS = (4, 2, 1)
PARTS = 3
ROWS_AT_ONCE = 4096
Lists = list[list[tuple[int, int]]]
"""By need: (score, rank), best first."""


# -- sets ----------------------------------------------------------------------------------------------


class Sets:
    """Every party as sets and dictionaries, made once."""

    def __init__(self, country: Country) -> None:
        self.country, snapshot = country, country.snapshot
        columns = snapshot.columns
        by_id = {party.id: party for party in country.parties}
        self.parties = parties = [by_id[number] for number in columns.id.tolist()]
        self.rank = columns.rank.tolist()
        self.can = [_credits(columns.can[:, :, row]) for row in range(len(parties))]
        self.wishes = [dict(party.wishes) for party in parties]
        self.held = [{kind for kind, _, _ in party.qualifications} for party in parties]
        days = [frozenset(np.flatnonzero(_bits(ring[:, None])[0]).tolist()) for ring in _distinct(columns)]
        self.days = [days[number] for number in columns.profile.tolist()]
        self.kept = [kept_term(kept_micro=party.kept_micro, weights=country.weights) for party in parties]

    def best_of(self, number: int) -> list[tuple[int, int]]:
        """The best of one need."""
        country, need = self.country, self.country.needs.needs[number]
        row, weights = need.row, country.weights
        ways = travel_of(
            need=need, columns=country.snapshot.columns, minutes=country.minutes, weights=weights
        ).tolist()
        covered = _credits_of(need.offers)
        asked = [({day * PARTS + _part(at) for day, at, _ in demand(slot.row)}, slot) for slot in need.slots]
        work, held = dict(row.work), {kind for kind, _ in row.hard_qualifications}
        terms, found = wait_term(wait_days=row.wait_days, weights=weights), []
        for at, party in enumerate(self.parties):
            way, limit = ways[at], party.travel_limit_minutes
            if way < 0 or way * 5 > limit * weights.near_limit_fifths:
                continue
            known = row.region in party.known_regions
            if party.min_people > (party.size if known else row.first_visit_max) or not held <= self.held[at]:
                continue
            days = self.days[at]
            if not any(parts <= days and party.min_people <= slot.row.places_free for parts, slot in asked):
                continue
            can = self.can[at]
            f = sum(weight * can.get(kind, 0) for kind, weight in work.items())
            g = sum(weight * covered.get(kind, 0) for kind, weight in self.wishes[at].items())
            if not f or not g:
                continue
            den = 4 * sum(self.wishes[at].values())
            mutual = mutual_micro(f_num=f, f_den=need.work_den, g_num=g, g_den=den)
            comfort = comfort_micro(
                mutual=mutual, travel_minutes=way, limit_minutes=limit, quarters=weights.comfort_quarters
            )
            relation = weights.relation_bonus if known else 0
            found.append((comfort + terms + relation + self.kept[at], self.rank[at]))
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        return found[: weights.top_k + weights.slack]


def _distinct(columns) -> list[np.ndarray]:
    """The ring of every set of availability rules."""
    _, first = np.unique(columns.profile, return_index=True)
    return [columns.ring[:, row] for row in first.tolist()]


def _part(minute: int) -> int:
    return 0 if minute < 720 else 1 if minute < 1020 else 2


def _credits(planes: np.ndarray) -> dict[int, int]:
    masks = [sum(int(word) << (64 * at) for at, word in enumerate(plane)) for plane in planes]
    return _by_kind(masks)


def _credits_of(planes) -> dict[int, int]:
    return _by_kind([planes.full, planes.half, planes.quarter])


def _by_kind(masks: list[int]) -> dict[int, int]:
    return {
        kind: credit
        for credit, mask in zip(CREDITS, masks, strict=True)
        for kind in range(mask.bit_length())
        if mask >> kind & 1
    }


# -- matrix products -----------------------------------------------------------------------------------


class Products:
    """Weights of all needs as float32 matrices: sums of small integers, exact in single precision."""

    def __init__(self, country: Country) -> None:
        self.country = country
        rows = [need.row for need in country.needs.needs]
        kinds, assets = (
            len(country.snapshot.vocabulary.work_parents),
            len(country.snapshot.vocabulary.asset_parents),
        )
        self.work = np.zeros((kinds, len(rows)), dtype=np.float32)
        self.offers = np.zeros((assets, len(rows)), dtype=np.float32)
        for number, need in enumerate(country.needs.needs):
            for kind, weight in need.row.work:
                self.work[kind, number] = weight
            for kind, credit in _credits_of(need.offers).items():
                self.offers[kind, number] = credit
        self._dates()
        self.zones = np.array([row.zone for row in rows])
        weights = country.weights
        self.access = np.array(
            [[[weights.access_car_minutes_default]], [[weights.access_public_minutes_default]]]
        )
        self.first_visit = np.array([row.first_visit_max for row in rows])
        self.need_of = {row.region: number for number, row in enumerate(rows)}
        terms = [wait_term(wait_days=row.wait_days, weights=country.weights) for row in rows]
        self.terms = np.array(terms, dtype=np.int64)
        self.work_den = np.array([need.work_den for need in country.needs.needs], dtype=np.int64)

    def _dates(self) -> None:
        slots = [slot for need in self.country.needs.needs for slot in need.slots]
        asked = [{day * PARTS + _part(at) for day, at, _ in demand(slot.row)} for slot in slots]
        self.parts = sorted(set().union(*asked))
        place = {part: at for at, part in enumerate(self.parts)}
        self.demand = np.zeros((len(self.parts), len(slots)), dtype=np.float32)
        for number, parts in enumerate(asked):
            self.demand[[place[part] for part in parts], number] = 1
        self.asked = self.demand.sum(axis=0)
        self.places = np.array([slot.row.places_free for slot in slots])
        self.starts = np.cumsum([0] + [len(need.slots) for need in self.country.needs.needs])[:-1]

    def best(self) -> tuple[np.ndarray, np.ndarray]:
        """(needs, k) scores and ranks, best first, unused places (-1, 2^31 - 1)."""
        weights, needs = self.country.weights, self.work.shape[1]
        keep = weights.top_k + weights.slack
        scores = np.full((needs, keep), -1, dtype=np.int64)
        ranks = np.full((needs, keep), 2**31 - 1, dtype=np.int64)
        for first in range(0, len(self.country.parties), ROWS_AT_ONCE):
            found = self._block(slice(first, min(first + ROWS_AT_ONCE, len(self.country.parties))))
            scores, ranks = _kept(np.hstack([scores, found[0].T]), np.hstack([ranks, found[1].T]), keep)
        return scores, ranks

    def _block(self, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        """(rows, needs) scores, -1 where a rule fails, and ranks."""
        columns, weights = self.country.snapshot.columns.take(rows), self.country.weights
        can = sum(
            credit * _bits(plane).astype(np.int16) for credit, plane in zip(CREDITS, columns.can, strict=True)
        )
        wish = _bits(columns.wish[0]) + 2 * _bits(columns.wish[1])
        f = can.astype(np.float32)[:, : len(self.work)] @ self.work
        g = wish.astype(np.float32)[:, : len(self.offers)] @ self.offers
        free = _bits(columns.ring)[:, self.parts].astype(np.float32) @ self.demand == self.asked
        free &= columns.min_people[:, None] <= self.places
        passes = np.logical_or.reduceat(free, self.starts, axis=1)
        known = np.zeros(passes.shape, dtype=np.bool_)
        ways = self._ways(columns)
        for number, need in enumerate(self.country.needs.needs):
            known[:, number] = self._rows(self.country.snapshot.sparse.known.get(need.row.region), rows)
            passes[:, number] &= self._qualified(need.row, rows)
        passes &= (ways >= 0) & (ways * 5 <= columns.travel_limit[:, None] * weights.near_limit_fifths)
        passes &= known | (columns.min_people[:, None] <= self.first_visit)
        at, number = np.nonzero(passes & (f > 0) & (g > 0))
        limit = columns.travel_limit[at]
        mutual = mutual_vector(
            f_num=f[at, number].astype(np.int64), f_den=self.work_den[number],
            g_num=g[at, number].astype(np.int64), g_den=columns.wish_den[at],
        )  # fmt: skip
        comfort = comfort_vector(
            mutual=mutual,
            travel_minutes=ways[at, number],
            limit_minutes=limit,
            quarters=weights.comfort_quarters,
        )
        kept = columns.kept[at] * weights.kept_max // MICRO
        scores = np.full(passes.shape, -1, dtype=np.int64)
        scores[at, number] = comfort + self.terms[number] + kept + known[at, number] * weights.relation_bonus
        return scores, np.broadcast_to(columns.rank[:, None], passes.shape)

    def _ways(self, columns) -> np.ndarray:
        """(rows, needs) minutes by each party's own transport, -1 = no way."""
        minutes = self.country.minutes[:, self.zones][:, :, columns.zone].transpose(0, 2, 1).astype(np.int64)
        car, public = np.where(minutes < 0, -1, minutes + self.access)
        quicker = np.where((car >= 0) & ((public < 0) | (car <= public)), car, public)
        chosen = np.where(columns.transport[:, None] == PUBLIC, public, car)
        return np.where(columns.transport[:, None] == BOTH, quicker, chosen)

    def _rows(self, marked: np.ndarray | None, rows: slice) -> np.ndarray:
        found = np.zeros(rows.stop - rows.start, dtype=np.bool_)
        if marked is not None:
            found[marked[(marked >= rows.start) & (marked < rows.stop)] - rows.start] = True
        return found

    def _qualified(self, need: NeedRow, rows: slice) -> np.ndarray:
        held = np.ones(rows.stop - rows.start, dtype=np.bool_)
        for kind, _ in need.hard_qualifications:
            entries = self.country.snapshot.sparse.qualified.get(kind)
            held &= self._rows(None if entries is None else entries[0], rows)
        return held


def _bits(words: np.ndarray) -> np.ndarray:
    """(words, n) 64-bit words as an (n, bits) table of 0 and 1."""
    as_bytes = np.ascontiguousarray(words.T).astype("<u8").view(np.uint8)
    return np.unpackbits(as_bytes, axis=1, bitorder="little")


def _kept(scores: np.ndarray, ranks: np.ndarray, keep: int) -> tuple[np.ndarray, np.ndarray]:
    """The best of every line: one number holds score and rank, so that a partition is exact."""
    order = np.where(scores < 0, 2**62, (2**31 - 1 - scores) * 2**31 + ranks)
    best = np.sort(np.partition(order, keep - 1, axis=1)[:, :keep], axis=1)
    found = best < 2**62
    return np.where(found, 2**31 - 1 - best // 2**31, -1), np.where(found, best % 2**31, 2**31 - 1)
