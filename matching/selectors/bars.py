"""The two directions of a match as whole points of a hundred, and as two bars that meet in the middle. For guides only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MICRO, HALF = 1_000_000, 296
"""``HALF``: width of one direction in the drawing, which is 600 wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Points 0 to 100: the work covered, the wishes covered, both together; whether each direction was stated at all."""

    to_need: int
    to_wish: int
    both: int
    is_work_stated: bool
    is_wish_stated: bool
    travel_minutes: int
    compared: int

    @property
    def left(self) -> int:
        """Width of the bar of the work, which grows from the left edge."""
        return self.to_need * HALF // 100

    @property
    def right(self) -> int:
        """Width of the bar of the wishes, which grows from the right edge."""
        return self.to_wish * HALF // 100

    @property
    def right_at(self) -> int:
        """Where the bar of the wishes begins."""
        return 598 - self.right


def bars_of(explanation: Mapping[str, Any]) -> Bars | None:
    """The bars of a stored explanation; None where nothing was scored.

    Worked line: f = 12/14, g = 11/12, both = 885,906 micro: 85, 91 and 88.
    """
    if not explanation.get("f_den") or not explanation.get("g_den"):
        return None
    return Bars(
        to_need=100 * explanation["f_num"] // explanation["f_den"],
        to_wish=100 * explanation["g_num"] // explanation["g_den"],
        both=100 * explanation["mutual_micro"] // MICRO,
        is_work_stated=explanation["work_stated"],
        is_wish_stated=explanation["wishes_stated"] and explanation["offers_stated"],
        travel_minutes=explanation["travel_minutes"],
        compared=explanation["need_passed"],
    )
