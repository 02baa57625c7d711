"""One pair, compiled: the rules of `rules`, the coverage of `fit` and the score of `score`, in the same integers.

Functions take flat arrays and numbers of a party, a need, a slot. A set of failed rules is a bit mask in
the order of `PARTY_RULES` or `SLOT_RULES`. 64-bit words and counts are never mixed: compiled, that would be a float.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.engine.fit import BOTH, PUBLIC
from matching.engine.fused.arrays import Needs, Parties, Slots, Ways
from matching.engine.fused.jit import inlined
from matching.engine.policy import MICRO as _MICRO
from matching.engine.policy import WHOLE_FIFTHS
from matching.engine.snapshot import I64
from matching.engine.types import PARTY_RULES, SLOT_RULES, ReasonCode
from matching.engine.vocabulary import FULL, HALF, QUARTER

MICRO = int(_MICRO)
CREDITS = (FULL, HALF, QUARTER)
NO_WORD = np.uint64(0)
_PAIRS, _FOURS, _BYTES = (
    np.uint64(0x5555555555555555),
    np.uint64(0x3333333333333333),
    np.uint64(0x0F0F0F0F0F0F0F0F),
)
_SUM, _1, _2, _4, _56 = np.uint64(0x0101010101010101), np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


def _bit(rules: tuple[ReasonCode, ...], code: ReasonCode) -> int:
    return 1 << rules.index(code)


EMPLOYMENT = _bit(PARTY_RULES, ReasonCode.EMPLOYMENT)
BLOCKED = _bit(PARTY_RULES, ReasonCode.BLOCKED)
MATCHED = _bit(PARTY_RULES, ReasonCode.ALREADY_MATCHED)
LOAD_FULL = _bit(PARTY_RULES, ReasonCode.LOAD_FULL)
GROUP = _bit(PARTY_RULES, ReasonCode.GROUP_NOT_ACCEPTED)
BEGINNER = _bit(PARTY_RULES, ReasonCode.BEGINNER_NOT_ACCEPTED)
AGE = _bit(PARTY_RULES, ReasonCode.AGE)
MINORS = _bit(PARTY_RULES, ReasonCode.MINORS)
LOAD = _bit(PARTY_RULES, ReasonCode.LOAD)
NO_WORK = _bit(PARTY_RULES, ReasonCode.NO_WORK_FIT)
OFFER = _bit(PARTY_RULES, ReasonCode.OFFER_NOT_PERMITTED)
NO_WISH = _bit(PARTY_RULES, ReasonCode.NO_WISH_FIT)
TOO_SOON = _bit(SLOT_RULES, ReasonCode.TOO_SOON)
NO_DATE = _bit(SLOT_RULES, ReasonCode.NO_COMMON_DATE)
BUSY = _bit(SLOT_RULES, ReasonCode.PERSON_BUSY)
NOT_REMOTE = _bit(SLOT_RULES, ReasonCode.REMOTE_NOT_WANTED)
NO_HANDS = _bit(SLOT_RULES, ReasonCode.NO_LOCAL_HANDS)
NO_ROUTE = _bit(SLOT_RULES, ReasonCode.NO_ROUTE)
TOO_FAR = _bit(SLOT_RULES, ReasonCode.TRAVEL_TOO_FAR)
PLACES = _bit(SLOT_RULES, ReasonCode.PLACES_SHORT)
FIRST_VISIT = _bit(SLOT_RULES, ReasonCode.FIRST_VISIT_MAX)
QUALIFICATION = _bit(SLOT_RULES, ReasonCode.QUALIFICATION)


@inlined
def ones(word: Any) -> int:
    """Set bits of a 64-bit word. Source: the sideways addition every compiler knows as one instruction."""
    word = word - ((word >> _1) & _PAIRS)
    word = (word & _FOURS) + ((word >> _2) & _FOURS)
    word = (word + (word >> _4)) & _BYTES
    return np.int64((word * _SUM) >> _56)  # type: ignore[return-value]  # a 64-bit number here


@inlined
def travel(p: Parties, ways: Ways, row: int, need: int) -> int:
    """Minutes by the party's own transport, -1 = no way."""
    car, public = ways[0, p.zone[row], need], ways[1, p.zone[row], need]
    if p.transport[row] == PUBLIC:
        return public
    if p.transport[row] == BOTH and (car < 0 or (public >= 0 and public < car)):
        return public
    return car


@inlined
def work_any(p: Parties, n: Needs, row: int, need: int) -> bool:
    """Whether any of the work is covered, however heavy; a party that stated nothing may do anything."""
    if p.unstated[row] != NO_WORD:
        return True
    for word in range(p.can_any.shape[0]):
        if p.can_any[word, row] & n.work_mask[need, word] != NO_WORD:
            return True
    return False


@inlined
def weight(kinds: Any, low: Any, high: Any) -> int:
    """Sum of the weights, given as two words of planes, of the kinds of a word."""
    return ones(kinds & low) + 2 * ones(kinds & high)


@inlined
def work_covered(p: Parties, n: Needs, row: int, need: int) -> int:
    """Sum of weight * credit over the need's kinds that the party can do and bear."""
    total = 0
    for plane in range(3):
        for word in range(p.can.shape[1]):
            total += CREDITS[plane] * weight(
                p.can[plane, word, row], n.work[need, 0, word], n.work[need, 1, word]
            )
    return total


@inlined
def wish_covered(p: Parties, n: Needs, row: int, need: int) -> int:
    """Sum of weight * credit over the party's wishes that the offers cover."""
    total = 0
    for plane in range(3):
        for word in range(p.wish.shape[1]):
            total += CREDITS[plane] * weight(
                n.offers[need, plane, word], p.wish[0, word, row], p.wish[1, word, row]
            )
    return total


@inlined
def fractions(p: Parties, n: Needs, neutral: int, row: int, need: int) -> tuple[int, int, int, int]:
    """f and g as numerators and denominators."""
    f_num, f_den, g_num, g_den = neutral, MICRO, neutral, MICRO
    if p.unstated[row] == NO_WORD:
        f_num, f_den = work_covered(p, n, row, need), n.work_den[need]
    if p.wish_den[row] > 0 and not n.offers_unstated[need]:
        g_num, g_den = wish_covered(p, n, row, need), p.wish_den[row]
    return f_num, f_den, g_num, g_den


@inlined
def has(values: I64, offsets: I64, row: int, wanted: int) -> bool:
    """Whether the list of a row holds a value."""
    for at in range(offsets[row], offsets[row + 1]):
        if values[at] == wanted:
            return True
    return False


@inlined
def party_rules(p: Parties, n: Needs, fit: tuple[int, int, int, int], row: int, need: int) -> int:
    """The failed `PARTY_RULES`."""
    failed = left_party_rules(p, n, row, need)
    if n.employment_blocked[need]:
        failed |= EMPLOYMENT
    if p.remaining_load[row] <= 0:
        failed |= LOAD_FULL
    if p.is_group[row] and not n.group_ok[need]:
        failed |= GROUP
    if p.beginner[row] and not n.beginner_ok[need]:
        failed |= BEGINNER
    if not work_any(p, n, row, need):
        failed |= NO_WORK
    elif fit[0] == 0:
        failed |= LOAD
    if fit[2] == 0:
        failed |= OFFER if n.offers_waiting[need] else NO_WISH
    return failed


@inlined
def left_party_rules(p: Parties, n: Needs, row: int, need: int) -> int:
    """Those that a sieve leaves open."""
    failed = 0
    if has(p.blocked, p.blocked_at, row, n.region[need]):
        failed |= BLOCKED
    if has(p.matched, p.matched_at, row, n.id[need]):
        failed |= MATCHED
    if p.unstated[row] != NO_WORD and p.load_limit[row] < n.lightest[need]:
        failed |= LOAD
    youngest, least = p.youngest[row], n.min_age[need]
    old_enough = youngest >= least and youngest >= 0 and least > 0
    if p.has_minors[row] and not old_enough and not n.children_ok[need]:
        return failed | MINORS
    return failed | AGE if 0 <= youngest < least else failed


@inlined
def slot_rules(
    p: Parties, n: Needs, s: Slots, way: int, known: bool, fifths: int, row: int, need: int, slot: int
) -> int:
    """The failed `SLOT_RULES` of one slot, for a party that is so many minutes away."""
    failed = left_slot_rules(p, n, s, known, row, need, slot)
    if s.too_soon[slot]:
        failed |= TOO_SOON
    if not _has_bits(p, s, row, slot):
        failed |= NO_DATE
    if s.remote[slot]:
        return failed if p.remote_ok[row] else failed | NOT_REMOTE
    if n.local_hands[need] < 1:
        failed |= NO_HANDS
    if way < 0:
        return failed | NO_ROUTE
    return failed | TOO_FAR if way * WHOLE_FIFTHS > p.travel_limit[row] * fifths else failed


@inlined
def left_slot_rules(p: Parties, n: Needs, s: Slots, known: bool, row: int, need: int, slot: int) -> int:
    """Those that a sieve leaves open; the exact hours of a party whose bits do not allow the slot count for nothing."""
    failed = 0
    if not s.is_window[slot]:
        if p.profile_exact[p.profile[row]] and not _to_the_minute(p, s, row, slot):
            failed |= NO_DATE
        if _busy(p, s, row, slot):
            failed |= BUSY
    if p.min_people[row] > s.places[slot]:
        failed |= PLACES
    if p.min_people[row] > (p.size[row] if known else n.first_visit_max[need]):
        failed |= FIRST_VISIT
    if not _qualified(p, n, s, row, need, slot):
        failed |= QUALIFICATION
    return failed


@inlined
def _has_bits(p: Parties, s: Slots, row: int, slot: int) -> bool:
    if s.is_window[slot]:
        return p.months[row] & s.months[slot] != 0
    for at in range(s.word_at[slot], s.word_at[slot + 1]):
        if p.ring[s.word[at], row] & s.bits[at] != s.bits[at]:
            return False
    return True


@inlined
def _to_the_minute(p: Parties, s: Slots, row: int, slot: int) -> bool:
    """Whether stated hours grant a slot without a gap."""
    for at in range(s.stretch_at[slot], s.stretch_at[slot + 1]):
        if _reach(p, s, p.profile[row], at) < s.stretch_end[at]:
            return False
    return True


@inlined
def _reach(p: Parties, s: Slots, profile: int, at: int) -> int:
    """The minute up to which a stretch is granted without a gap, as `hours._reach`."""
    reach = s.stretch_start[at]
    for _ in range(p.piece_start.shape[0]):
        further = reach
        for piece in range(p.piece_start.shape[0]):
            on_day = p.piece_weekdays[piece, profile] & s.stretch_weekday[at] != 0
            in_month = p.piece_months[piece, profile] & s.stretch_month[at] != 0
            if on_day and in_month and p.piece_start[piece, profile] <= reach:
                further = max(further, p.piece_end[piece, profile])
        if further == reach:
            break
        reach = further
    return reach


@inlined
def _busy(p: Parties, s: Slots, row: int, slot: int) -> bool:
    for at in range(p.busy_at[row], p.busy_at[row + 1]):
        if p.busy_start[at] < s.end[slot] and p.busy_end[at] > s.start[slot]:
            return True
    return False


@inlined
def _qualified(p: Parties, n: Needs, s: Slots, row: int, need: int, slot: int) -> bool:
    for asked in range(n.asked_at[need], n.asked_at[need + 1]):
        holders = 0
        for at in range(p.held_at[row], p.held_at[row + 1]):
            if p.held_kind[at] == n.asked_kind[asked] and p.held_last[at] >= s.last_day[slot]:
                holders += p.held_people[at]
        if holders < n.asked_people[asked]:
            return False
    return True


@inlined
def mutual_of(fit: tuple[int, int, int, int]) -> int:
    """The harmonic mean of both coverages in millionths, as in `score`, source there."""
    f_num, f_den, g_num, g_den = fit
    return 2 * f_num * g_num * MICRO // max(f_num * g_den + g_num * f_den, 1)


@inlined
def score(p: Parties, s: Slots, mutual: int, way: int, terms: int, quarters: int, row: int, slot: int) -> int:
    """The score in one slot; worth and order of the divisions as in `score`."""
    if s.remote[slot]:
        return mutual + terms
    limit = max(p.travel_limit[row] if s.long_limit[slot] else p.day_limit[row], 1)
    lost = quarters * min(max(way, 0), limit)
    return mutual * (4 * limit - lost) // (4 * limit) + terms
