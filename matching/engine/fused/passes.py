"""The pass over the blocks of a shard, compiled: every need against 256 parties while they are in the cache."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.fused.arrays import Needs, Parties, Slots
from matching.engine.fused.jit import inlined, jit
from matching.engine.fused.pair import (
    NO_DATE,
    NO_WORD,
    fractions,
    has,
    party_rules,
    score,
    slot_rules,
    travel,
)
from matching.engine.policy import WHOLE_FIFTHS
from matching.engine.snapshot import BLOCK, I64, U64
from matching.engine.types import PARTY_RULES, SLOT_RULES

I32 = npt.NDArray[np.int32]
FEW_ZONES = 16
ALL_BITS = np.uint64(2**64 - 1)
PARTY_COUNT, SLOT_COUNT = len(PARTY_RULES), len(SLOT_RULES)


class Settings(NamedTuple):
    """The weights the pass looks at."""

    neutral: int
    relation: int
    quarters: int
    fifths: int


class Lists(NamedTuple):
    """What a pass fills. Lists are heaps until they are sorted: the worst entry, which goes next, stands first."""

    need_scores: I64
    need_ranks: I64
    party_scores: I64
    party_needs: I64
    party_passed: I32
    passed: I64
    failed: I64
    only: I64


class Desk(NamedTuple):
    """Room to work in: which rows of a block are open, which are free on a date, the failed rules of each slot."""

    open_rows: U64
    free: U64
    masks: I64


@jit
def scan(
    p: Parties, n: Needs, s: Slots, minutes: I32, w: Settings, count: bool, desk: Desk, out: Lists
) -> None:
    """Fill the lists with all these parties, best first; with `count` every rule of every pair is counted."""
    last = len(p.rank)
    for start in range(0, last, BLOCK):
        end = min(start + BLOCK, last)
        farthest = 0
        for row in range(start, end):
            farthest = max(farthest, p.travel_limit[row] * w.fifths)
        for need in range(len(n.id)):
            if count:
                for at in range(BLOCK):
                    desk.open_rows[at] = ALL_BITS
            elif _out_of_reach(n, s, minutes, p.zone[start], p.zone[end - 1], farthest, need):
                continue
            else:
                sieve(p, n, s, start, end, need, desk.open_rows, desk.free)
            for row in range(start, end):
                if desk.open_rows[row - start] != NO_WORD and not p.gone[row]:
                    best = judge(p, n, s, minutes, w, row, need, desk.masks, count, out)
                    if best >= 0:
                        _keep(p, row, need, best, out)
    _sort(out.need_scores, out.need_ranks)
    _sort(out.party_scores, out.party_needs)


@inlined
def _out_of_reach(n: Needs, s: Slots, minutes: I32, low: int, high: int, farthest: int, need: int) -> bool:
    """Whether nobody in a block, whose zones are from low to high, comes near enough."""
    if high - low >= FEW_ZONES:
        return False
    for slot in range(n.slot_at[need], n.slot_at[need + 1]):
        if s.remote[slot]:
            return False
    for zone in range(low, high + 1):
        car, public = minutes[0, n.zone[need], zone], minutes[1, n.zone[need], zone]
        if car >= 0 and (car + n.access_car[need]) * WHOLE_FIFTHS <= farthest:
            return False
        if public >= 0 and (public + n.access_public[need]) * WHOLE_FIFTHS <= farthest:
            return False
    return True


@inlined
def sieve(p: Parties, n: Needs, s: Slots, start: int, end: int, need: int, open_rows: U64, free: U64) -> None:
    """Leave open the rows that some date, some work and some wish might suit, by bits alone. No suitable row is lost."""
    size = end - start
    for at in range(size):
        open_rows[at] = NO_WORD
    for slot in range(n.slot_at[need], n.slot_at[need + 1]):
        if s.too_soon[slot] or (n.local_hands[need] < 1 and not s.remote[slot]):
            continue
        _dates(p, s, start, end, slot, free)
        for at in range(size):
            open_rows[at] |= free[at]
    unstated = p.unstated[start:end]
    for at in range(size):
        free[at] = unstated[at]
    _need_any(p.can_any, n.work_mask[need], start, size, open_rows, free)
    if not n.offers_unstated[need]:
        unwished = p.unwished[start:end]
        for at in range(size):
            free[at] = unwished[at]
        _need_any(p.wish_any, n.offers_any[need], start, size, open_rows, free)


@inlined
def _need_any(planes: U64, wanted: U64, start: int, size: int, open_rows: U64, free: U64) -> None:
    """Close the rows that hold none of the wanted kinds and are not free of that question."""
    for word in range(len(wanted)):
        mask, plane = wanted[word], planes[word, start : start + size]
        for at in range(size):
            free[at] |= plane[at] & mask
    for at in range(size):
        open_rows[at] = open_rows[at] if free[at] != NO_WORD else NO_WORD


@inlined
def _dates(p: Parties, s: Slots, start: int, end: int, slot: int, free: U64) -> None:
    """1 for rows whose day parts, or months, leave room for a slot."""
    size, one = end - start, np.uint64(1)
    if s.is_window[slot]:
        months = p.months[start:end]
        for at in range(size):
            free[at] = one if months[at] & s.months[slot] != 0 else NO_WORD
        return
    for at in range(size):
        free[at] = one
    for place in range(s.word_at[slot], s.word_at[slot + 1]):
        bits, plane = s.bits[place], p.ring[s.word[place], start:end]
        for at in range(size):
            free[at] = free[at] if plane[at] & bits == bits else NO_WORD


@inlined
def judge(
    p: Parties,
    n: Needs,
    s: Slots,
    minutes: I32,
    w: Settings,
    row: int,
    need: int,
    masks: I64,
    count: bool,
    out: Lists,
) -> int:
    """The score in the best slot, -1 when a hard rule fails; with `count` the failed rules are added up."""
    fit = fractions(p, n, w.neutral, row, need)
    bad = party_rules(p, n, fit, row, need)
    if bad != 0 and not count:
        return -1
    way, known = travel(p, n, minutes, row, need), has(p.known, p.known_at, row, n.region[need])
    terms = p.kept_term[row] + n.wait_term[need] + (w.relation if known else 0)
    best, first = -1, n.slot_at[need]
    for slot in range(first, n.slot_at[need + 1]):
        failed = slot_rules(p, n, s, way, known, w.fifths, row, need, slot)
        masks[slot - first] = failed
        if bad == 0 and failed == 0:
            best = max(best, score(p, s, fit, way, terms, w.quarters, row, slot))
    if count and best < 0:
        _count(n, need, bad, masks, out)
    return best


@inlined
def _count(n: Needs, need: int, party: int, masks: I64, out: Lists) -> None:
    """Add one pair that failed, as `reasons.barriers_of` tells barriers."""
    slots = n.slot_at[need + 1] - n.slot_at[need]
    if slots == 0:
        slots, masks[0] = 1, NO_DATE
    every, lone, has_slot = masks[0], 0, False
    for slot in range(slots):
        every &= masks[slot]
        has_slot |= masks[slot] == 0
        if masks[slot] & (masks[slot] - 1) == 0:
            lone |= masks[slot]
    if has_slot:
        every, lone = 0, 0
    else:
        every |= _last_taken(masks, slots)
    lone_party = party & (party - 1) == 0
    for rule in range(PARTY_COUNT):
        hit = party >> rule & 1
        out.failed[need, rule] += hit
        out.only[need, rule] += hit if lone_party and has_slot else 0
    for rule in range(SLOT_COUNT):
        out.failed[need, PARTY_COUNT + rule] += (every | lone) >> rule & 1
        out.only[need, PARTY_COUNT + rule] += lone >> rule & 1 if party == 0 else 0


@inlined
def _last_taken(masks: I64, slots: int) -> int:
    """The rule that takes the last slot that all earlier rules left, as a mask of one."""
    for rule in range(SLOT_COUNT):
        left = False
        for slot in range(slots):
            left |= masks[slot] & ((2 << rule) - 1) == 0
        if not left:
            return 1 << rule
    return 0


@inlined
def _keep(p: Parties, row: int, need: int, best: int, out: Lists) -> None:
    out.passed[need] += 1
    out.party_passed[row] += 1
    _offer(out.need_scores[need], out.need_ranks[need], best, p.rank[row])
    _offer(out.party_scores[row], out.party_needs[row], best, need)


@inlined
def _offer(scores: I64, ranks: I64, score: int, rank: int) -> None:
    """Put an entry in the place of the worst one, if it is better: a higher score, or as high and of a lower rank."""
    if score > scores[0] or (score == scores[0] and rank < ranks[0]):
        _sink(scores, ranks, len(scores), score, rank)


@inlined
def _sink(scores: I64, ranks: I64, size: int, score: int, rank: int) -> None:
    """Replace the first of the `size` entries of a heap whose worst entry stands first."""
    place, child = 0, 1
    while child < size:
        other = child + 1
        if other < size and (
            scores[other] < scores[child] or (scores[other] == scores[child] and ranks[other] > ranks[child])
        ):
            child = other
        if scores[child] > score or (scores[child] == score and ranks[child] < rank):
            break
        scores[place], ranks[place] = scores[child], ranks[child]
        place, child = child, 2 * child + 1
    scores[place], ranks[place] = score, rank


@inlined
def _sort(scores: I64, ranks: I64) -> None:
    """Take every line's worst entry out and put it last, until the best stands first."""
    for line in range(scores.shape[0]):
        for size in range(scores.shape[1] - 1, 0, -1):
            worst, its_rank = scores[line, 0], ranks[line, 0]
            _sink(scores[line], ranks[line], size, scores[line, size], ranks[line, size])
            scores[line, size], ranks[line, size] = worst, its_rank
