"""The pass over the blocks of a shard, compiled: every need against 256 parties while they are in the cache."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.engine.fused.arrays import Needs, Parties, Slots, Ways
from matching.engine.fused.jit import inlined, jit
from matching.engine.fused.pair import (
    NO_DATE,
    NO_WORD,
    fractions,
    has,
    left_party_rules,
    left_slot_rules,
    mutual_of,
    party_rules,
    score,
    slot_rules,
    travel,
)
from matching.engine.fused.sieve import ONE, WORD, WORDS, Desk, is_in, lay, lowest, sieve
from matching.engine.shards import EMPTY_RANK
from matching.engine.snapshot import BLOCK, I64
from matching.engine.types import PARTY_RULES, SLOT_RULES

I32 = npt.NDArray[np.int32]
RANK_BITS, LAST_RANK = 32, EMPTY_RANK
PARTY_COUNT, SLOT_COUNT = len(PARTY_RULES), len(SLOT_RULES)


class Settings(NamedTuple):
    """The weights the pass looks at."""

    neutral: int
    relation: int
    quarters: int
    fifths: int


class Lists(NamedTuple):
    """What a pass fills: lists of entries (`entry_of`) of needs and of parties, greatest first, and counts."""

    needs: I64
    need_last: I64
    """The last entry of each need's list, where one look finds it."""
    parties: I64
    party_passed: I32
    passed: I64
    failed: I64
    only: I64


@jit
def scan(p: Parties, n: Needs, s: Slots, ways: Ways, w: Settings, desk: Desk, out: Lists) -> None:
    """Fill the lists with all these parties, best first, without counting rules."""
    last = len(p.rank)
    for start in range(0, last, BLOCK):
        zones = lay(p, desk, start, min(start + BLOCK, last))
        for need in range(len(n.id)):
            if not sieve(p, n, s, ways, w.fifths, desk, start, zones, need):
                continue
            for word in range(WORDS):
                left = desk.open[word]
                while left != NO_WORD:
                    at = word * WORD + lowest(left)
                    left &= left - ONE
                    _keep(p, start + at, need, judge_open(p, n, s, ways, w, desk, start, at, need), out)


@jit
def scan_counting(p: Parties, n: Needs, s: Slots, ways: Ways, w: Settings, desk: Desk, out: Lists) -> None:
    """The same lists, and every rule of every pair counted."""
    last = len(p.rank)
    for start in range(0, last, BLOCK):
        for need in range(len(n.id)):
            for row in range(start, min(start + BLOCK, last)):
                if not p.gone[row]:
                    _keep(p, row, need, judge(p, n, s, ways, w, row, need, desk.masks, out), out)


@inlined
def judge_open(
    p: Parties, n: Needs, s: Slots, ways: Ways, w: Settings, d: Desk, start: int, at: int, need: int
) -> int:
    """The score in the best slot of a party that the sieve has left open, -1 when a hard rule fails."""
    row = start + at
    if left_party_rules(p, n, row, need) != 0:
        return -1
    mutual, way = mutual_of(fractions(p, n, w.neutral, row, need)), travel(p, ways, row, need)
    known = has(p.known, p.known_at, row, n.region[need])
    terms = p.kept_term[row] + n.wait_term[need] + (w.relation if known else 0)
    best, first = -1, n.slot_at[need]
    for slot in range(first, n.slot_at[need + 1]):
        if is_in(d.slots[slot - first], at) and left_slot_rules(p, n, s, known, row, need, slot) == 0:
            best = max(best, score(p, s, mutual, way, terms, w.quarters, row, slot))
    return best


@inlined
def judge(
    p: Parties, n: Needs, s: Slots, ways: Ways, w: Settings, row: int, need: int, masks: I64, out: Lists
) -> int:
    """The same by every rule, whose failures are added up."""
    fit = fractions(p, n, w.neutral, row, need)
    bad = party_rules(p, n, fit, row, need)
    way, known = travel(p, ways, row, need), has(p.known, p.known_at, row, n.region[need])
    terms = p.kept_term[row] + n.wait_term[need] + (w.relation if known else 0)
    best, first = -1, n.slot_at[need]
    for slot in range(first, n.slot_at[need + 1]):
        failed = slot_rules(p, n, s, way, known, w.fifths, row, need, slot)
        masks[slot - first] = failed
        if bad == 0 and failed == 0:
            best = max(best, score(p, s, mutual_of(fit), way, terms, w.quarters, row, slot))
    if best < 0:
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
    if best < 0:
        return
    entry = entry_of(best, p.rank[row])
    if entry > out.need_last[need]:
        out.need_last[need] = _offer(out.needs[need], out.passed[need], entry)
    _offer(out.parties[row], out.party_passed[row], entry_of(best, need))
    out.passed[need] += 1
    out.party_passed[row] += 1


@inlined
def entry_of(score: int, rank: int) -> int:
    """Score and rank as one number: a higher score goes first, then a lower rank."""
    return (score << RANK_BITS) | (LAST_RANK - rank)


@inlined
def _offer(line: I64, offered: int, entry: int) -> int:
    """Put an entry where it belongs, greatest first, and drop the last; which is then the last.

    `offered`: how many were before it, so that no empty places are moved.
    """
    place = min(offered, len(line) - 1)
    if entry > line[place]:
        while place > 0 and line[place - 1] < entry:
            line[place] = line[place - 1]
            place -= 1
        line[place] = entry
    return line[-1]
