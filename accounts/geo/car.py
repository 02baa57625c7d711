"""Minutes by car: straight distance and road factor, speed by stretch, parking, rests, ferries."""

from __future__ import annotations

import numpy as np

from accounts.geo.network import Floats, Places, minutes_by_bands, network, value_by_bands
from accounts.geo.overland import shortest_way


def car_minutes(origins: Places, destinations: Places) -> Floats:
    """Minutes door to door for every pair [origins, destinations], unrounded; NaN where no car can go.

    Worked: 20 km straight → 28 km of road → 8 km at 30 + 17 at 45 + 3 at 65 km/h = 41.4, + 5 to park = 46.
    """
    straight = shortest_way(
        from_points=origins.points, from_masses=origins.masses,
        to_points=destinations.points, to_masses=destinations.masses, on_foot=False,
    )  # fmt: skip
    minutes = _drive_minutes(straight.km) + straight.minutes
    if not (origins.sails.any() or destinations.sails.any()):
        return minutes
    ferry = shortest_way(
        from_points=origins.ports, from_masses=origins.port_masses,
        to_points=destinations.ports, to_masses=destinations.port_masses, on_foot=False,
    )  # fmt: skip
    sailing = origins.port_minutes[:, None] + destinations.port_minutes[None, :]
    same_land = origins.masses[:, None] == destinations.masses[None, :]
    return np.where(same_land, minutes, _drive_minutes(ferry.km) + ferry.minutes + sailing)


def _drive_minutes(straight_km: Floats) -> Floats:
    """Driving, parking and rests over a straight distance; NaN for an infinite one."""
    p = network().parameters["car"]
    known = np.where(np.isfinite(straight_km), straight_km, np.nan)
    drive = minutes_by_bands(known * value_by_bands(known, p["road_factor"]), p["speed_kmh"])
    rests = np.floor_divide(drive, p["rest_every_minutes"]) * p["rest_minutes_each"]
    minutes: Floats = p["fixed_minutes"] + drive + rests
    return minutes
