"""The margin around a limit."""

from __future__ import annotations

import pytest

from accounts import geo


@pytest.mark.parametrize(("limit", "longest"), [(120, 144), (90, 108), (7, 8), (0, 0)])
def test_limit_is_passed_by_a_fifth_rounded_down(limit, longest):
    assert geo.tolerated_minutes(limit) == longest
