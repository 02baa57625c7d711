"""Whom of a block of 256 parties a need might suit, compiled: a set of rows is four words, one bit for each party.

A bit of a plane (a day part, a kind of work) is turned into the set of rows that have it once per block, and only if a
need asks for it: after that a need is a few ANDs and ORs. Nobody is lost who passes every hard rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from matching.engine.fit import BOTH, PUBLIC
from matching.engine.fused.arrays import Needs, Parties, Slots, Ways
from matching.engine.fused.jit import inlined
from matching.engine.fused.pair import NO_WORD, ones
from matching.engine.policy import WHOLE_FIFTHS
from matching.engine.snapshot import BLOCK, I64, U64, Bools

WORD = 64
WORDS = BLOCK // WORD
MONTHS = 12
ALL_BITS = np.uint64(2**64 - 1)
BELOW = np.packbits(np.tri(BLOCK + 1, BLOCK, -1, dtype=np.bool_), axis=1, bitorder="little").view(np.uint64)
ONE = np.uint64(1)
TAKING, ALONE, VERSED, REMOTE, BY_CAR, BY_PUBLIC, UNSTATED, UNWISHED = range(8)
"""Sets of rows of a block that are not gone: with load left; no group; no beginners; would work from afar; come by car, by
public transport; stated no ability, no wish."""


class Having(NamedTuple):
    """For every bit of some planes the rows of this block that have it, (bits, 4), and whether that was worked out."""

    made: Bools
    rows: U64


class Desk(NamedTuple):
    """Room to work in.

    Of a block: the rows that have a part of the day, a month, a kind; the sets named above; where the rows of each zone begin.
    Of a need: who is near enough, who suits a question, who suits each slot, who is still open. Of a pair: the failed rules of
    each slot.
    """

    parts: Having
    months: Having
    work: Having
    wishes: Having
    sets: U64
    zones: I64
    near: U64
    suits: U64
    slots: U64
    open: U64
    masks: I64
    below: U64
    """(257, 4): the rows before each row of a block."""


def desk(*, ring: int, kinds: int, assets: int, slots: int) -> Desk:
    """Room for planes of so many words each, and for needs of so many slots at most."""

    def having(bits: int) -> Having:
        return Having(made=np.zeros(bits, dtype=np.bool_), rows=np.zeros((bits, WORDS), dtype=np.uint64))

    return Desk(
        parts=having(ring * WORD),
        months=having(MONTHS),
        work=having(kinds * WORD),
        wishes=having(assets * WORD),
        sets=np.zeros((UNWISHED + 1, WORDS), dtype=np.uint64),
        zones=np.zeros(BLOCK + 1, dtype=np.int64),
        near=np.zeros(WORDS, dtype=np.uint64),
        suits=np.zeros(WORDS, dtype=np.uint64),
        slots=np.zeros((max(slots, 1), WORDS), dtype=np.uint64),
        open=np.zeros(WORDS, dtype=np.uint64),
        masks=np.zeros(max(slots, 1), dtype=np.int64),
        below=BELOW,
    )


@inlined
def lay(p: Parties, d: Desk, start: int, end: int) -> int:
    """Put a block on the desk; how many zones it has."""
    d.parts.made[:], d.months.made[:], d.work.made[:], d.wishes.made[:] = False, False, False, False
    d.sets[:] = NO_WORD
    zones = 0
    for row in range(start, end):
        if row == start or p.zone[row] != p.zone[row - 1]:
            d.zones[zones] = row - start
            zones += 1
        if p.gone[row]:
            continue
        _put(d, TAKING, row - start, p.remaining_load[row] > 0)
        _put(d, ALONE, row - start, not p.is_group[row])
        _put(d, VERSED, row - start, not p.beginner[row])
        _put(d, REMOTE, row - start, p.remote_ok[row])
        _put(d, BY_CAR, row - start, p.transport[row] != PUBLIC)
        _put(d, BY_PUBLIC, row - start, p.transport[row] == PUBLIC or p.transport[row] == BOTH)
        _put(d, UNSTATED, row - start, p.unstated[row] != NO_WORD)
        _put(d, UNWISHED, row - start, p.unwished[row] != NO_WORD)
    d.zones[zones] = end - start
    return zones


@inlined
def _put(d: Desk, kind: int, at: int, belongs: bool) -> None:
    if belongs:
        d.sets[kind, at // WORD] |= ONE << np.uint64(at % WORD)


@inlined
def sieve(
    p: Parties, n: Needs, s: Slots, ways: Ways, fifths: int, d: Desk, start: int, zones: int, need: int
) -> bool:
    """Leave open whom the way, a date, the work and the wishes might suit; whether that is anybody."""
    if n.employment_blocked[need]:
        return False
    near = n.local_hands[need] >= 1 and _near(p, ways, fifths, d, start, zones, need)
    if not near and not n.some_remote[need]:
        return False
    for word in range(WORDS):
        d.open[word] = NO_WORD
    end, first = start + d.zones[zones], n.slot_at[need]
    for slot in range(first, n.slot_at[need + 1]):
        closed = s.too_soon[slot] or not (near or s.remote[slot])
        if not closed:
            _free(p, s, d, start, end, slot)
        for word in range(WORDS):
            place = d.sets[REMOTE, word] if s.remote[slot] else d.near[word]
            d.slots[slot - first, word] = NO_WORD if closed else d.suits[word] & place
            d.open[word] |= d.slots[slot - first, word]
    _only(d, d.sets[TAKING])
    if not _anybody(d):
        return False
    if not n.group_ok[need]:
        _only(d, d.sets[ALONE])
    if not n.beginner_ok[need]:
        _only(d, d.sets[VERSED])
    _only_having(d.work, p.borne, n.work_mask[need], d, UNSTATED, start, end)
    if not n.offers_unstated[need]:
        _only_having(d.wishes, p.wish_any, n.offers_any[need], d, UNWISHED, start, end)
    return _anybody(d)


@inlined
def _anybody(d: Desk) -> bool:
    left = NO_WORD
    for word in range(WORDS):
        left |= d.open[word]
    return left != NO_WORD


@inlined
def _near(p: Parties, ways: Ways, fifths: int, d: Desk, start: int, zones: int, need: int) -> bool:
    """The rows from which the way is short enough: of every zone the first ones, because limits fall."""
    found = False
    for word in range(WORDS):
        d.near[word] = NO_WORD
    for zone in range(zones):
        first, end = start + d.zones[zone], start + d.zones[zone + 1]
        home = p.zone[first]
        by_car = _last_near(p, ways[0, home, need] * WHOLE_FIFTHS, fifths, first, end)
        by_public = _last_near(p, ways[1, home, need] * WHOLE_FIFTHS, fifths, first, end)
        if by_car > first or by_public > first:
            found = True
            before, car, public = d.below[first - start], d.below[by_car - start], d.below[by_public - start]
            for word in range(WORDS):
                near = (car[word] & d.sets[BY_CAR, word]) | (public[word] & d.sets[BY_PUBLIC, word])
                d.near[word] |= near & ~before[word]
    return found


@inlined
def _last_near(p: Parties, asked: int, fifths: int, first: int, end: int) -> int:
    """The row behind the last one of a zone that may come so far; the first row itself if none may, or there is no way."""
    if asked < 0 or p.travel_limit[first] * fifths < asked:
        return first
    if p.travel_limit[end - 1] * fifths >= asked:
        return end
    near, far = first, end - 1
    while far - near > 1:
        middle = (near + far) // 2
        if p.travel_limit[middle] * fifths >= asked:
            near = middle
        else:
            far = middle
    return far


@inlined
def _free(p: Parties, s: Slots, d: Desk, start: int, end: int, slot: int) -> None:
    """The rows whose day parts, or months, leave room for a slot."""
    if s.is_window[slot]:
        for word in range(WORDS):
            d.suits[word] = NO_WORD
        for month in range(MONTHS):
            if s.months[slot] >> month & 1:
                _work_out(d.months, month, p.months, month, start, end)
                for word in range(WORDS):
                    d.suits[word] |= d.months.rows[month, word]
        return
    for word in range(WORDS):
        d.suits[word] = ALL_BITS
    for place in range(s.word_at[slot], s.word_at[slot + 1]):
        plane, bits = s.word[place], s.bits[place]
        while bits != NO_WORD:
            bit = lowest(bits)
            bits &= bits - ONE
            part = plane * WORD + bit
            _work_out(d.parts, part, p.ring[plane], bit, start, end)
            for word in range(WORDS):
                d.suits[word] &= d.parts.rows[part, word]


@inlined
def _only(d: Desk, rows: U64) -> None:
    for word in range(WORDS):
        d.open[word] &= rows[word]


@inlined
def _only_having(
    having: Having, planes: U64, wanted: U64, d: Desk, exempt: int, start: int, end: int
) -> None:
    """Close the rows that hold none of the wanted kinds and are not exempt from that question."""
    for word in range(WORDS):
        d.suits[word] = d.sets[exempt, word]
    for plane in range(len(wanted)):
        bits = wanted[plane]
        while bits != NO_WORD:
            bit = lowest(bits)
            bits &= bits - ONE
            kind = plane * WORD + bit
            _work_out(having, kind, planes[plane], bit, start, end)
            for word in range(WORDS):
                d.suits[word] |= having.rows[kind, word]
    _only(d, d.suits)


@inlined
def _work_out(having: Having, place: int, plane: Any, bit: int, start: int, end: int) -> None:
    """See that the set of the rows that have a bit of a plane stands in its place."""
    if having.made[place]:
        return
    having.made[place] = True
    for word in range(WORDS):
        rows, found = plane[min(start + word * WORD, end) : min(start + (word + 1) * WORD, end)], NO_WORD
        for at in range(len(rows)):
            found |= (np.uint64(rows[at]) >> np.uint64(bit) & ONE) << np.uint64(at)
        having.rows[place, word] = found


@inlined
def lowest(bits: Any) -> int:
    """The number of the lowest set bit of a word that has one."""
    return ones((bits & (~bits + ONE)) - ONE)


@inlined
def is_in(rows: U64, at: int) -> bool:
    """Whether a set of rows holds the row at this place of the block."""
    return rows[at // WORD] >> np.uint64(at % WORD) & ONE != NO_WORD
