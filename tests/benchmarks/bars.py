"""What the engine is held to, as ratios and limits of one run, and whether that run met it: told, never asserted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AT_LEAST = {
    "numba_over.orm_loop": 100_000,
    "numba_over.python_sets": 200,
    "numba_over.blocked_sgemm": 8,
    "numba_over.numpy": 5,
    "numpy_over_sgemm": 1.3,
    "flow_over_highs": 10,
    "points_served_over_greedy": 10,
}
BELOW = {
    "changed_need_p95_ms": 50,
    "changed_participant_p95_ms": 5,
    "peak_gb_of_a_scoring_process": 1.2,
    "three_changes_max_ms": 1000,
}
"""Meant for a million participants."""


def bars(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For every bar what was measured, what is wanted and whether it is met."""
    told = {name: (_value(result, name), "at least", bar) for name, bar in AT_LEAST.items()}
    told |= {name: (_value(result, name), "below", bar) for name, bar in BELOW.items()}
    return {
        name: {
            "measured": value,
            "wanted": f"{how} {bar:,}",
            "met": value >= bar if how == "at least" else value < bar,
        }
        for name, (value, how, bar) in told.items()
    }


def _value(result: Mapping[str, Any], name: str) -> float:
    found: Any = result
    for part in name.split("."):
        found = found[part]
    return float(found)
