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


def near_limit(minutes: int, limit_minutes: int) -> bool:
    """Is the estimate within 20 % of the limit, either side? It then refuses nobody."""
    return 5 * abs(minutes - limit_minutes) <= limit_minutes


def tolerated_minutes(limit_minutes: int) -> int:
    """The longest estimate that does not refuse a party with this limit: the limit and a fifth."""
    return limit_minutes * 6 // 5


def within_limit(minutes: int | None, limit_minutes: int) -> bool:
    """May the party come, as far as the estimate can say? No answer never counts as near."""
    return minutes is not None and minutes <= tolerated_minutes(limit_minutes)
