"""Hours: what a slot asks of each day, what a party grants, as bits (quick, necessary) and exactly.

A ring of days × 3 parts is packed into 64-bit words: bit = day * 3 + part. Whoever fails the bits cannot
come; whoever passes them and stated hours is checked to the minute (`hours`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from matching.engine.types import (
    DAY_MINUTES,
    MONTHS_ALL,
    PART_STARTS,
    PARTS_ALL,
    AvailabilityRule,
    Horizon,
    SlotRow,
)

PARTS = 3
YEAR_DAYS = 365
Span = tuple[int, int]


def words_of(horizon: Horizon) -> int:
    """64-bit words that hold the horizon's day parts."""
    return (horizon.days * PARTS + 63) // 64


def part_spans(parts: int) -> Iterator[tuple[int, Span]]:
    """Part number and minutes of the day for each part of a mask."""
    for part in range(PARTS):
        if parts >> part & 1:
            yield part, (PART_STARTS[part], PART_STARTS[part + 1])


def demand(slot: SlotRow) -> tuple[tuple[int, int, int], ...]:
    """(day, from, until) in minutes of that day, for each part of each day the slot asks for."""
    asked: list[tuple[int, int, int]] = []
    for day in range(slot.start_minute // DAY_MINUTES, (slot.end_minute - 1) // DAY_MINUTES + 1):
        low, high = slot.start_minute - day * DAY_MINUTES, slot.end_minute - day * DAY_MINUTES
        for _, (start, end) in part_spans(slot.parts or PARTS_ALL):
            if max(start, low) < min(end, high):
                asked.append((day, max(start, low), min(end, high)))
    return tuple(asked)


def last_day(slot: SlotRow) -> int:
    """The last day on which the slot still runs."""
    return (slot.end_minute - 1) // DAY_MINUTES


def window_months(slot: SlotRow, horizon: Horizon) -> int:
    """Mask of the calendar months a window still touches, from day 0 on."""
    first, last = max(0, slot.start_minute // DAY_MINUTES), last_day(slot)
    if last - first >= YEAR_DAYS:
        return MONTHS_ALL
    mask = 0
    for day in range(first, last + 1):
        mask |= 1 << (horizon.date_of(day).month - 1)
    return mask


def rule_spans(rule: AvailabilityRule) -> tuple[tuple[int, Span], ...]:
    """Part number and granted minutes of the day, where the rule grants any."""
    low = 0 if rule.from_minute is None else rule.from_minute
    high = DAY_MINUTES if rule.until_minute is None else rule.until_minute
    clipped = ((part, (max(a, low), min(b, high))) for part, (a, b) in part_spans(rule.parts))
    return tuple((part, span) for part, span in clipped if span[0] < span[1])


def needs_exact(rules: tuple[AvailabilityRule, ...]) -> bool:
    """Whether the bits alone cannot decide, because a rule grants a piece of a part."""
    return any(rule.from_minute is not None or rule.until_minute is not None for rule in rules)


def granted_months(rules: tuple[AvailabilityRule, ...]) -> int:
    """Mask of the months in which some rule grants anything."""
    mask = 0
    for rule in rules:
        if rule.weekdays and rule_spans(rule):
            mask |= rule.months
    return mask


@lru_cache(maxsize=1)
def calendar(horizon: Horizon) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Weekday bit and month bit of every day of the horizon, to be read only. The last answer is kept."""
    dates = [horizon.date_of(day) for day in range(horizon.days)]
    weekdays = np.array([1 << when.weekday() for when in dates], dtype=np.int64)
    months = np.array([1 << (when.month - 1) for when in dates], dtype=np.int64)
    weekdays.flags.writeable = months.flags.writeable = False
    return weekdays, months


def ring(
    rules: tuple[AvailabilityRule, ...], days: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
) -> npt.NDArray[np.bool_]:
    """(days, 3) truth table of the parts in which the rules grant at least a piece."""
    weekdays, months = days
    table = np.zeros((len(weekdays), PARTS), dtype=np.bool_)
    for rule in rules:
        on_day = ((weekdays & rule.weekdays) != 0) & ((months & rule.months) != 0)
        for part, _ in rule_spans(rule):
            table[:, part] |= on_day
    return table


def pack_ring(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """A (days, 3) table as little-endian 64-bit words."""
    bits = table.reshape(-1)
    padded = np.zeros((len(bits) + 63) // 64 * 64, dtype=np.bool_)
    padded[: len(bits)] = bits
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)


def demand_words(slot: SlotRow) -> tuple[tuple[int, int], ...]:
    """(word number, bits) a dated slot asks for, only the words that it touches."""
    words: dict[int, int] = {}
    for day, start, _ in demand(slot):
        part = max(number for number in range(PARTS) if PART_STARTS[number] <= start)
        bit = day * PARTS + part
        words[bit >> 6] = words.get(bit >> 6, 0) | 1 << (bit & 63)
    return tuple(sorted(words.items()))
