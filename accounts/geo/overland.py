"""The straight way between two places on foot or wheels, over at most two straits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from accounts.geo.network import Floats, Gate, great_circle_km, network


@dataclass(frozen=True)
class Way:
    """Kilometres and extra minutes at straits for every pair; kilometres are infinite without a way."""

    km: Floats  # [a, b]
    minutes: Floats  # [a, b]


@lru_cache(maxsize=2)
def routes(*, on_foot: bool) -> tuple[tuple[Gate, ...], ...]:
    """Every sequence of gates worth trying: two straits by car, one (with walk-on passengers) on foot."""
    gates = [gate for gate in network().gates if gate.walk_on or not on_foot]
    single = [(gate,) for gate in gates]
    if on_foot:
        return tuple(single)
    return (*single, *_double(gates))


def _double(gates: list[Gate]) -> Iterator[tuple[Gate, ...]]:
    for first in gates:
        for second in gates:
            if first.to_mass == second.from_mass and second.to_mass != first.from_mass:
                yield (first, second)


def shortest_way(
    *,
    from_points: Floats,
    from_masses: npt.NDArray[np.str_],
    to_points: Floats,
    to_masses: npt.NDArray[np.str_],
    on_foot: bool,
) -> Way:
    """The best way for every pair [a, b]: straight on the same land, else over the gates.

    Best is the least sum of kilometres and gate minutes, as in the reference formula.
    """
    same = from_masses[:, None] == to_masses[None, :]
    straight = great_circle_km(from_points[:, None, :], to_points[None, :, :])
    km = np.where(same, straight, np.inf)
    minutes = np.zeros_like(km)
    for route in routes(on_foot=on_foot):
        fits = (from_masses == route[0].from_mass)[:, None] & (to_masses == route[-1].to_mass)[None, :]
        if fits.any():
            extra = sum(gate.minutes for gate in route)
            over = _length_km(route, from_points, to_points)
            better = fits & (over + extra < km + minutes)
            km, minutes = np.where(better, over, km), np.where(better, extra, minutes)
    return Way(km, minutes)


def _length_km(route: tuple[Gate, ...], from_points: Floats, to_points: Floats) -> Floats:
    start = great_circle_km(from_points, np.array(route[0].near))
    end = great_circle_km(np.array(route[-1].far), to_points)
    between = sum(float(great_circle_km(np.array(a.far), np.array(b.near))) for a, b in pairwise(route))
    length: Floats = start[:, None] + (between + end)[None, :]
    return length
