"""One way asked alone: what the matrices of `accounts.geo` say of a single pair."""

from __future__ import annotations

from accounts import geo

MODES = list(geo.TravelMode)


def travel_minutes(origin_code: str, destination_code: str, mode: str) -> int | None:
    """From office to office; None where one cannot come that way."""
    return _answer(geo.minutes_matrix([destination_code], [origin_code])[MODES.index(mode), 0, 0])


def community_minutes(place: geo.CommunityPlace, *, home_code: str, mode: str) -> int | None:
    """From a home to a community; None where one cannot come that way."""
    return _answer(geo.community_matrix([place], [home_code])[MODES.index(mode), 0, 0])


def _answer(minutes: int) -> int | None:
    return None if minutes == geo.NO_ANSWER else int(minutes)
