"""Exact hours for many parties at once: is every minute a slot asks for granted by the union of the rules?

A set of rules becomes pieces (weekdays, months, from, until); an asked stretch is covered by walking along
the pieces, each step to the farthest end that can be reached without a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.slots import demand, rule_spans
from matching.engine.types import AvailabilityRule, Horizon, SlotRow

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FIELDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One stretch of one day, its weekday and month as bits, in minutes of that day."""

    weekday: int
    month: int
    start: int
    end: int


def asked_of(slot: SlotRow, horizon: Horizon) -> tuple[Asked, ...]:
    """What a dated slot asks, touching parts of a day joined."""
    joined: list[tuple[int, int, int]] = []
    for day, start, end in demand(slot):
        if joined and joined[-1][0] == day and joined[-1][2] == start:
            joined[-1] = (day, joined[-1][1], end)
        else:
            joined.append((day, start, end))
    return tuple(_asked(day, start, end, horizon) for day, start, end in joined)


def _asked(day: int, start: int, end: int, horizon: Horizon) -> Asked:
    when = horizon.date_of(day)
    return Asked(weekday=1 << when.weekday(), month=1 << (when.month - 1), start=start, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """(pieces, sets of rules) each; unused places grant nothing."""

    weekdays: I64
    months: I64
    start: I64
    end: I64


def pieces_of(profiles: Sequence[tuple[AvailabilityRule, ...]]) -> Pieces:
    """Every set of rules cut into its pieces."""
    cut = [
        [(rule.weekdays, rule.months, *span) for rule in rules for _, span in rule_spans(rule)]
        for rules in profiles
    ]
    most = max((len(pieces) for pieces in cut), default=0)
    table = np.zeros((FIELDS, most, len(profiles)), dtype=np.int64)
    for number, pieces in enumerate(cut):
        for place, piece in enumerate(pieces):
            table[:, place, number] = piece
    return Pieces(weekdays=table[0], months=table[1], start=table[2], end=table[3])


def covered(pieces: Pieces, *, profiles: I64, asked: tuple[Asked, ...]) -> Bools:
    """Which of these sets of rules grant everything asked, to the minute."""
    granted = np.ones(len(profiles), dtype=np.bool_)
    for stretch in asked:
        granted &= _reach(pieces, profiles, stretch) >= stretch.end
    return granted


def _reach(pieces: Pieces, profiles: I64, stretch: Asked) -> I64:
    """The minute up to which the stretch is granted without a gap."""
    active = ((pieces.weekdays[:, profiles] & stretch.weekday) != 0) & (
        (pieces.months[:, profiles] & stretch.month) != 0
    )
    start, end = pieces.start[:, profiles], np.where(active, pieces.end[:, profiles], 0)
    reach = np.full(len(profiles), stretch.start, dtype=np.int64)
    for _ in range(len(start)):
        further = np.where(start <= reach, end, 0).max(axis=0)
        if not (further > reach).any():
            break
        reach = np.maximum(reach, further)
    return reach
