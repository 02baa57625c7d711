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


@pytest.mark.parametrize(
    ("minutes", "limit", "near", "within"),
    [
        (95, 120, False, True),
        (96, 120, True, True),
        (120, 120, True, True),
        (144, 120, True, True),
        (145, 120, False, False),
        (0, 0, True, True),
        (1, 0, False, False),
    ],
)
def test_limit_with_its_margin(minutes, limit, near, within):
    assert geo.near_limit(minutes, limit) is near
    assert geo.within_limit(minutes, limit) is within


def test_no_answer_never_counts_as_near():
    assert geo.within_limit(None, 10_000) is False
