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
    party_rules,
    score,
    slot_rules,
    travel,
)
from matching.engine.fused.sieve import ONE, OPEN, WORD, WORDS, Desk, everybody, lay, lowest, sieve
from matching.engine.snapshot import BLOCK, I64
from matching.engine.types import PARTY_RULES, SLOT_RULES

I32 = npt.NDArray[np.int32]
PARTY_COUNT, SLOT_COUNT = len(PARTY_RULES), len(SLOT_RULES)


class Settings(NamedTuple):
    """The weights the pass looks at."""

    neutral: int
    relation: int
    quarters: int
    fifths: int


class Lists(NamedTuple):
    """What a pass fills: lists, best first, and counts."""

    need_scores: I32
    need_ranks: I32
    party_scores: I32
    party_needs: I32
    party_passed: I32
    passed: I64
    failed: I64
    only: I64


@jit
def scan(
    p: Parties, n: Needs, s: Slots, ways: Ways, w: Settings, count: bool, desk: Desk, out: Lists
) -> None:
    """Fill the lists with all these parties, best first; with `count` every rule of every pair is counted."""
    last = len(p.rank)
    for start in range(0, last, BLOCK):
        zones = lay(p, desk, start, min(start + BLOCK, last))
        for need in range(len(n.id)):
            if count:
                everybody(desk)
            elif not sieve(p, n, s, ways, w.fifths, desk, start, zones, need):
                continue
            for word in range(WORDS):
                left = desk.sets[OPEN, word]
                while left != NO_WORD:
                    row = start + word * WORD + lowest(left)
                    left &= left - ONE
                    best = judge(p, n, s, ways, w, row, need, desk.masks, count, out)
                    if best >= 0:
                        _keep(p, row, need, best, out)


@inlined
def judge(
    p: Parties,
    n: Needs,
    s: Slots,
    ways: Ways,
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
    way, known = travel(p, ways, row, need), has(p.known, p.known_at, row, n.region[need])
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
def _offer(scores: I32, ranks: I32, score: int, rank: int) -> None:
    """Put an entry where it belongs, best first, and drop the last: a higher score goes first, then a lower rank."""
    last = len(scores) - 1
    if not _goes_first(score, rank, scores, ranks, last):
        return
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if _goes_first(score, rank, scores, ranks, middle):
            high = middle
        else:
            low = middle + 1
    for place in range(last, low, -1):
        scores[place], ranks[place] = scores[place - 1], ranks[place - 1]
    scores[low], ranks[low] = score, rank


@inlined
def _goes_first(score: int, rank: int, scores: I32, ranks: I32, place: int) -> bool:
    return score > scores[place] or (score == scores[place] and rank < ranks[place])
