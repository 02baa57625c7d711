"""Bands and the margin around a limit."""

from __future__ import annotations

import pytest

from accounts import geo


@pytest.mark.parametrize(
    ("minutes", "key"),
    [
        (0, "within_60"),
        (60, "within_60"),
        (61, "within_90"),
        (90, "within_90"),
        (120, "within_120"),
        (121, "within_150"),
        (180, "within_180"),
        (181, "within_240"),
        (240, "within_240"),
        (241, "within_300"),
        (None, "no_way"),
    ],
)
def test_band(minutes, key):
    assert geo.band(minutes) == key


@pytest.mark.parametrize(("limit", "longest"), [(120, 144), (90, 108), (7, 8), (0, 0)])
def test_limit_is_passed_by_a_fifth_rounded_down(limit, longest):
    assert geo.tolerated_minutes(limit) == longest
