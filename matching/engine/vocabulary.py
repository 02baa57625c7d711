"""Trees of kinds turned into credits, and sets of kinds turned into planes of 64-bit words.

Credit in quarters (the vocabulary's own rule): held equals wanted, or lies below it: 4; held is the
parent of wanted: 2; its grandparent: 1; everything else 0. A wanted kind that takes no credit from its
parent gets nothing from above. Several held kinds: the maximum, never the sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from matching.engine.types import KINDS_MAX

FULL = 4
HALF = 2
QUARTER = 1
NOTHING = 0
WEIGHT_MAX = 3
WORD = 64
ALL_BITS = 2**WORD - 1


@dataclass(frozen=True, slots=True)
class Planes:
    """Wanted kinds by the credit they get, as disjoint bit sets."""

    full: int
    half: int
    quarter: int

    @property
    def any(self) -> int:
        """Every wanted kind that gets some credit."""
        return self.full | self.half | self.quarter

    def masked(self, mask: int) -> Planes:
        """The same credits for the kinds of `mask` only."""
        return Planes(self.full & mask, self.half & mask, self.quarter & mask)


@dataclass(frozen=True, slots=True)
class CreditTable:
    """Credit in quarters by wanted kind (outer) and held kind (inner)."""

    credits: tuple[tuple[int, ...], ...]

    def of(self, *, wanted: int, held: int) -> int:
        """Credit 0, 1, 2 or 4 that a held kind gives for a wanted kind."""
        return self.credits[wanted][held]

    def best(self, *, wanted: int, held: Iterable[int]) -> tuple[int, int | None]:
        """The highest credit among held kinds and the kind that gives it (lowest index on a tie)."""
        credit, kind = NOTHING, None
        for candidate in sorted(held):
            if self.credits[wanted][candidate] > credit:
                credit, kind = self.credits[wanted][candidate], candidate
        return credit, kind

    def planes(self, held: Iterable[int]) -> Planes:
        """Every wanted kind of the tree sorted by the credit these held kinds give together."""
        kinds = tuple(held)
        sets = {FULL: 0, HALF: 0, QUARTER: 0, NOTHING: 0}
        for wanted, row in enumerate(self.credits):
            sets[max((row[kind] for kind in kinds), default=NOTHING)] |= 1 << wanted
        return Planes(sets[FULL], sets[HALF], sets[QUARTER])


@lru_cache(maxsize=4)
def credit_table(*, parents: tuple[int, ...], credit_from_parent: tuple[bool, ...]) -> CreditTable:
    """Credits of one tree. The last few are kept: one changed participant is packed alone, with the same trees.

    Raises:
        ValueError: more than 128 kinds, lengths that differ, an unknown parent, or a ring of parents.
    """
    if len(parents) > KINDS_MAX or len(parents) != len(credit_from_parent):
        raise ValueError(f"a vocabulary has at most {KINDS_MAX} kinds, each with its credit rule")
    lines = [_line_of(kind, parents) for kind in range(len(parents))]
    return CreditTable(
        tuple(
            tuple(
                _credit(lines[wanted], lines[held], from_parent=credit_from_parent[wanted])
                for held in range(len(parents))
            )
            for wanted in range(len(parents))
        )
    )


def _line_of(kind: int, parents: tuple[int, ...]) -> tuple[int, ...]:
    """The kind, its parent, its grandparent … up to the root."""
    line = [kind]
    while parents[line[-1]] >= 0:
        line.append(parents[line[-1]])
        if line[-1] >= len(parents) or len(line) > len(parents):
            raise ValueError("the parents of a vocabulary form a tree")
    return tuple(line)


def _credit(wanted: tuple[int, ...], held: tuple[int, ...], *, from_parent: bool) -> int:
    """Credit between two lines of ancestors, each beginning with the kind itself."""
    if wanted[0] in held:
        return FULL
    if not from_parent or held[0] not in wanted:
        return NOTHING
    return {1: HALF, 2: QUARTER}.get(wanted.index(held[0]), NOTHING)


def kind_mask(kinds: Iterable[int]) -> int:
    """The bit set of some kinds."""
    mask = 0
    for kind in kinds:
        mask |= 1 << kind
    return mask


def plane_width(kinds: int) -> int:
    """64-bit words that a set of so many kinds takes; one at least."""
    return max(1, (kinds + WORD - 1) // WORD)


def mask_words(mask: int, *, width: int) -> tuple[int, ...]:
    """A bit set as 64-bit words, lowest kinds first.

    Raises:
        ValueError: the set names a kind beyond the last word.
    """
    if mask >> (WORD * width):
        raise ValueError("a set names only kinds of its vocabulary")
    return tuple(mask >> (WORD * word) & ALL_BITS for word in range(width))


def weight_planes(weighted: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Two bit sets b0, b1 with weight = b0 + 2 * b1 for every kind.

    Raises:
        ValueError: a kind twice, or a weight outside 1 to 3.
    """
    if len({kind for kind, _ in weighted}) != len(weighted):
        raise ValueError("a kind is stated once")
    if any(not 1 <= weight <= WEIGHT_MAX for _, weight in weighted):
        raise ValueError("weights are 1 to 3")
    return kind_mask(k for k, w in weighted if w & 1), kind_mask(k for k, w in weighted if w & 2)
