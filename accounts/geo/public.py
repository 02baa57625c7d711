"""Minutes by public transport: the local way, or over stations, airports and ports."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from accounts.geo.network import (
    Floats,
    Ints,
    great_circle_km,
    minutes_by_bands,
    network,
    value_by_bands,
)
from accounts.geo.overland import shortest_way

# Rows of the large table worked on at a time, so that all pairs of the country stay below 100 MB.
CHUNK = 256


def public_minutes(origin_rows: Ints, destination_rows: Ints) -> Floats:
    """Minutes door to door for every pair of rows [origins, destinations], unrounded; NaN without a way."""
    minutes = np.empty((len(origin_rows), len(destination_rows)))
    for start in range(0, len(origin_rows), CHUNK):
        rows = origin_rows[start : start + CHUNK]
        minutes[start : start + CHUNK] = np.minimum(
            _local(rows, destination_rows), _over_hubs(rows, destination_rows)
        )
    minutes[origin_rows[:, None] == destination_rows[None, :]] = 0.0
    return np.where(np.isfinite(minutes), minutes, np.nan)


def _local_minutes(straight_km: Floats) -> Floats:
    """Bus, local train and walk over a straight distance, with the wait for a sparse service."""
    p = network().parameters["public"]
    wait = value_by_bands(straight_km, p["sparse_wait_minutes"])
    return wait + minutes_by_bands(straight_km * p["local_factor"], p["local_speed_kmh"])


def _local(origin_rows: Ints, destination_rows: Ints) -> Floats:
    p, places = network().parameters["public"], network().places
    way = shortest_way(
        from_points=places.points[origin_rows], from_masses=places.masses[origin_rows],
        to_points=places.points[destination_rows], to_masses=places.masses[destination_rows], on_foot=True,
    )  # fmt: skip
    near = way.km <= p["local_max_km"]
    ride = _local_minutes(np.where(near, way.km, 0.0))
    return np.where(near, p["local_fixed_minutes"] + ride + way.minutes, np.inf)


def _over_hubs(origin_rows: Ints, destination_rows: Ints) -> Floats:
    """The least of: access to a hub + shortest path + access from a hub, for every pair."""
    reach = _reach()[origin_rows]
    hubs, minutes = _access()
    best = np.full((len(origin_rows), len(destination_rows)), np.inf)
    for k in range(hubs.shape[1]):
        ends = destination_rows
        np.minimum(best, reach[:, hubs[ends, k]] + minutes[ends, k][None, :], out=best)
    return best


@lru_cache(maxsize=1)
def _access() -> tuple[Ints, Floats]:
    """For every municipality its nearest hubs on its own land: hub numbers and minutes [n, k]."""
    net = network()
    p = net.parameters["public"]
    km = great_circle_km(net.places.points[:, None, :], net.hub_points[None, :, :])
    km[net.places.masses[:, None] != net.hub_masses[None, :]] = np.inf
    hubs = np.argsort(km, axis=1, kind="stable")[:, : p["access_hubs"]]
    near = np.take_along_axis(km, hubs, axis=1)
    known = np.isfinite(near)
    ride = _local_minutes(np.where(known, near, 0.0))
    return hubs, np.where(known, p["access_fixed_minutes"] + ride, np.inf)


@lru_cache(maxsize=1)
def _reach() -> Floats:
    """Minutes from every municipality to every hub [n, h]."""
    hubs, minutes = _access()
    paths = _hub_paths()
    reach = np.full((len(hubs), len(paths)), np.inf)
    for k in range(hubs.shape[1]):
        np.minimum(reach, minutes[:, k, None] + paths[hubs[:, k]], out=reach)
    return reach


@lru_cache(maxsize=1)
def _hub_paths() -> Floats:
    """Shortest minutes between all hubs [h, h]: one ride or local way after another (Floyd-Warshall)."""
    net = network()
    p = net.parameters["public"]
    km = great_circle_km(net.hub_points[:, None, :], net.hub_points[None, :, :])
    joined = (net.hub_masses[:, None] == net.hub_masses[None, :]) & (km <= p["hub_to_hub_local_km"])
    local = np.where(joined, p["access_fixed_minutes"] + _local_minutes(np.where(joined, km, 0.0)), np.inf)
    paths = np.minimum(net.hub_edges, local)
    for hub in range(len(paths)):
        np.minimum(paths, paths[:, hub, None] + paths[hub], out=paths)
    return paths
