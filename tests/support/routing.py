"""A routing service as an installation might name one: thirty minutes to everywhere, twenty to every point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NOT_CALLABLE = 7


class Straight:
    """Answers both questions."""

    def minutes_matrix(self, need_codes: Sequence[str], home_codes: Sequence[str]) -> np.ndarray:
        return np.full((2, len(need_codes), len(home_codes)), 30, dtype=np.int32)

    def drive_to_points(
        self, points: np.ndarray, need_codes: Sequence[str], home_codes: Sequence[str]
    ) -> np.ndarray:
        return np.full((len(points), len(home_codes)), 20, dtype=np.int32)


class Half:
    """Knows no points."""

    minutes_matrix = Straight.minutes_matrix


def broken() -> Straight:
    """A service whose key is missing."""
    raise RuntimeError("no key")
