"""The shipped travel data as arrays: places, land masses, straits, hubs, lines. Read once, then shared.

Pure: files of ``accounts/data`` in, frozen values out; no database, no settings.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bands = tuple[tuple[float, float], ...]

DATA = Path(__file__).resolve().parent.parent / "data"
EARTH_KM = 6371.0
# The last prefecture of each large land mass, by its number.
MAINLANDS = ((1, "hokkaido"), (35, "honshu"), (39, "shikoku"), (46, "kyushu"), (47, "okinawa"))


@dataclass(frozen=True)
class Places:
    """Points in degrees with the land they stand on; where cars take a ferry, its port and minutes.

    ``sails`` is True on an island without a bridge; ``port_minutes`` is then NaN if no car ferry runs.
    """

    points: Floats  # [n, 2]
    masses: npt.NDArray[np.str_]  # [n]
    sails: npt.NDArray[np.bool_]  # [n]
    ports: Floats  # [n, 2], the place itself unless it sails
    port_masses: npt.NDArray[np.str_]  # [n]
    port_minutes: Floats  # [n], 0 unless it sails

    def take(self, rows: Ints) -> Places:
        """The same columns for some of the rows."""
        return Places(
            self.points[rows], self.masses[rows], self.sails[rows],
            self.ports[rows], self.port_masses[rows], self.port_minutes[rows],
        )  # fmt: skip

    def moved(self, points: Floats) -> Places:
        """The same land with other points, which must lie on it."""
        ports = np.where(self.sails[:, None], self.ports, points)
        return Places(points, self.masses, self.sails, ports, self.port_masses, self.port_minutes)


@dataclass(frozen=True)
class Gate:
    """A bridge, tunnel or ferry between two land masses, seen in one direction."""

    from_mass: str
    to_mass: str
    near: tuple[float, float]
    far: tuple[float, float]
    minutes: float
    walk_on: bool


@dataclass(frozen=True)
class Network:
    """Everything the estimate is computed from."""

    row_of: Mapping[str, int]
    places: Places
    gates: tuple[Gate, ...]
    parameters: Mapping[str, Any]
    hub_points: Floats
    hub_masses: npt.NDArray[np.str_]
    hub_edges: Floats  # [h, h] minutes of one ride, infinite without one

    def rows(self, codes: Sequence[str]) -> Ints:
        """Row numbers of municipality codes. Raises KeyError for a code that is none of them."""
        return np.array([self.row_of[code] for code in codes], dtype=np.int64)


@lru_cache(maxsize=1)
def network() -> Network:
    """Read the shipped files once per process (about 30 ms)."""
    travel = json.loads((DATA / "travel.json").read_text(encoding="utf-8"))
    with (DATA / "municipality.csv").open(encoding="utf-8", newline="") as lines:
        towns = list(csv.DictReader(lines))
    hubs = travel["hubs"]
    return Network(
        row_of={town["code6"]: row for row, town in enumerate(towns)},
        places=_places(towns, travel["masses"]["islands"]),
        gates=tuple(_gates(travel["masses"]["gates"])),
        parameters=travel["parameters"],
        hub_points=np.array([hub[:2] for hub in hubs.values()], dtype=np.float64),
        hub_masses=np.array([hub[2] for hub in hubs.values()]),
        hub_edges=_rides(list(hubs), travel["lines"], travel["parameters"]["public"]["board_minutes"]),
    )


def _mainland(code: str) -> str:
    return next(mass for last, mass in MAINLANDS if int(code[:2]) <= last)


def _places(towns: Sequence[Mapping[str, str]], islands: Mapping[str, Any]) -> Places:
    island_of = {code: name for name, island in islands.items() for code in island["codes"]}
    points, masses, sails, ports, port_masses, minutes = [], [], [], [], [], []
    for town in towns:
        point, island = (float(town["lat"]), float(town["lon"])), island_of.get(town["code6"])
        ferry = islands[island].get("car") if island else None
        points.append(point)
        masses.append(island or _mainland(town["code6"]))
        sails.append(island is not None)
        ports.append(ferry["port"] if ferry else point)
        port_masses.append(ferry["mass"] if ferry else masses[-1])
        minutes.append(ferry["minutes"] if ferry else (np.nan if island else 0.0))
    return Places(
        np.array(points), np.array(masses), np.array(sails),
        np.array(ports, dtype=np.float64), np.array(port_masses), np.array(minutes, dtype=np.float64),
    )  # fmt: skip


def _gates(rows: Sequence[Mapping[str, Any]]) -> list[Gate]:
    gates = []
    for row in rows:
        first, second = row["masses"]
        a, b = tuple(row["a"]), tuple(row["b"])
        rest = (float(row["car_minutes"]), bool(row["walk_on"]))
        gates += [Gate(first, second, a, b, *rest), Gate(second, first, b, a, *rest)]
    return gates


def _rides(names: Sequence[str], lines: Sequence[Mapping[str, Any]], board: Mapping[str, int]) -> Floats:
    index = {name: number for number, name in enumerate(names)}
    edges = np.full((len(names), len(names)), np.inf)
    np.fill_diagonal(edges, 0.0)
    for line in lines:
        stops = [(index[name], minute) for name, minute in line["stops"]]
        for i, (x, start) in enumerate(stops):
            for y, end in stops[i + 1 :]:
                ride = board[line["kind"]] + end - start
                edges[x, y] = edges[y, x] = min(edges[x, y], ride)
    return edges


def great_circle_km(a: Floats, b: Floats) -> Floats:
    """Straight kilometres between points [..., 2] in degrees (haversine), broadcast together."""
    first, second = np.radians(a), np.radians(b)
    half = np.sin((second - first) / 2) ** 2
    h = half[..., 0] + np.cos(first[..., 0]) * np.cos(second[..., 0]) * half[..., 1]
    km: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(h))
    return km


def minutes_by_bands(km: Floats, bands: Bands) -> Floats:
    """Minutes for kilometres of way, each stretch at the speed of its band (up to km, km/h).

    10 km at ((8, 30), (25, 45)): 8 km in 16 min + 2 km in 2.7 min = 18.7 min.
    """
    minutes, done = np.zeros_like(km), 0.0
    for upto, kmh in bands:
        minutes += np.clip(np.minimum(km, upto) - done, 0, None) * 60 / kmh
        done = upto
    return minutes


def value_by_bands(km: Floats, bands: Bands) -> Floats:
    """The value of the first band that reaches as far as the distance."""
    conditions = [km <= upto for upto, _value in bands]
    found: Floats = np.select(conditions, [value for _upto, value in bands], default=np.nan)
    return found
