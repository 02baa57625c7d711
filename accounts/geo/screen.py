"""How an estimate may be shown and used: bands, never minutes; a limit with its margin."""

from __future__ import annotations

BAND_LIMITS_MINUTES = (60, 90, 120, 150, 180)
NO_WAY = "no_way"


def band(minutes: int | None) -> str:
    """The key of the band shown: ``within_60``, then by 30 up to ``within_180``, then by 60.

    ``no_way`` for None. 61 → within_90; 181 → within_240.
    """
    if minutes is None:
        return NO_WAY
    upper = next((limit for limit in BAND_LIMITS_MINUTES if minutes <= limit), None)
    return f"within_{upper or -(-minutes // 60) * 60}"


def tolerated_minutes(limit_minutes: int) -> int:
    """The longest estimate that does not refuse a party with this limit: the limit and a fifth."""
    return limit_minutes * 6 // 5
