"""How an estimate may be used: a limit with its margin."""

from __future__ import annotations


def tolerated_minutes(limit_minutes: int) -> int:
    """The longest estimate that does not refuse a party with this limit: the limit and a fifth."""
    return limit_minutes * 6 // 5
