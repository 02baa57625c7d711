"""The one place where travel minutes come from, and what a community adds to them.

``install`` puts a routing service in the place of the shipped model; every caller then gets its answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from accounts.geo.car import car_minutes
from accounts.geo.network import Floats, Places, network
from accounts.geo.public import public_minutes

Minutes = npt.NDArray[np.int32]
NO_ANSWER = -1


class TravelMode(StrEnum):
    """How one comes; the number of a mode in an array is its place in this list."""

    CAR = "car"
    PUBLIC = "public"


class TravelEstimator(Protocol):
    """What a routing service has to answer to replace the shipped model."""

    def minutes_matrix(self, need_codes: Sequence[str], home_codes: Sequence[str]) -> Minutes:
        """Minutes [mode, needs, homes] between offices by municipality code; -1 = no answer."""
        ...

    def drive_to_points(
        self, points: Floats, need_codes: Sequence[str], home_codes: Sequence[str]
    ) -> Minutes:
        """Minutes by car [needs, homes] to points [needs, 2] on the land of the codes; -1 = no answer."""
        ...


class ShippedModel:
    """The estimate described in the documentation: median error 10 minutes or 6 % on 75 known pairs."""

    def minutes_matrix(self, need_codes: Sequence[str], home_codes: Sequence[str]) -> Minutes:
        """See TravelEstimator. Raises KeyError: a code that is none of the 1,741."""
        net = network()
        needs, homes = net.rows(need_codes), net.rows(home_codes)
        drive = car_minutes(net.places.take(needs), net.places.take(homes))
        return np.stack([_whole(drive), _whole(public_minutes(needs, homes))])

    def drive_to_points(
        self, points: Floats, need_codes: Sequence[str], home_codes: Sequence[str]
    ) -> Minutes:
        """See TravelEstimator. No answer over a ferry: the model does not drive on from the port."""
        net = network()
        ends = net.places.take(net.rows(need_codes)).moved(points)
        homes = net.places.take(net.rows(home_codes))
        drive = car_minutes(ends, homes)
        return _whole(np.where(_landed(ends, homes), drive, np.nan))


@dataclass(frozen=True)
class CommunityPlace:
    """Where a community lies: its municipality, its own minutes from the office, its rounded point.

    Unstated minutes fall back to the shipped last-mile values. The point (degrees) only ever shortens
    the way by car, and only where the community states no minutes by car of its own: when it is nearer
    than the office, it is driven to directly.
    """

    municipality_code: str
    access_car_minutes: int | None = None
    access_public_minutes: int | None = None
    point: tuple[float, float] | None = None


_installed: TravelEstimator = ShippedModel()


def install(estimator: TravelEstimator) -> TravelEstimator:
    """Answer from this estimator from now on, in this process; returns the one it replaces."""
    global _installed
    previous, _installed = _installed, estimator
    return previous


def minutes_matrix(need_codes: Sequence[str], home_codes: Sequence[str]) -> Minutes:
    """Estimated minutes between offices, int32 [2, needs, homes]: car, then public; -1 = no answer.

    Raises:
        KeyError: a code that is none of the 1,741 municipalities.
    """
    return _installed.minutes_matrix(need_codes, home_codes)


def community_matrix(places: Sequence[CommunityPlace], home_codes: Sequence[str]) -> Minutes:
    """Minutes from each home to the communities themselves, int32 [2, places, homes]; -1 = no answer.

    Office to office, plus what the community states: its own minutes win over the model. Where it states
    none by car, its rounded point takes the office's place where it is nearer: minutes to it plus the
    default last mile.
    """
    codes = [place.municipality_code for place in places]
    offices = minutes_matrix(codes, home_codes)
    last = _last_miles(places)
    through = np.where(offices == NO_ANSWER, NO_ANSWER, offices + last[:, :, None]).astype(np.int32)
    return _shortened(through, offices=offices, places=places, home_codes=home_codes)


def lift_minutes(place: CommunityPlace) -> int:
    """Minutes that a lift from the last stop saves: the last stretch by public transport less that by car; never below 0."""
    car, public = _last_miles([place])[:, 0].tolist()
    return max(0, int(public - car))


def _whole(minutes: Floats) -> Minutes:
    return np.where(np.isnan(minutes), NO_ANSWER, np.rint(minutes)).astype(np.int32)


def _landed(ends: Places, homes: Places) -> npt.NDArray[np.bool_]:
    dry: npt.NDArray[np.bool_] = ~(ends.sails[:, None] | homes.sails[None, :])
    dry |= ends.masses[:, None] == homes.masses[None, :]
    return dry


def _last_miles(places: Sequence[CommunityPlace]) -> Minutes:
    default = network().parameters["last_mile"]
    car, public = default["default_car_minutes"], default["default_public_minutes"]
    return np.array(
        [
            [car if p.access_car_minutes is None else p.access_car_minutes for p in places],
            [public if p.access_public_minutes is None else p.access_public_minutes for p in places],
        ],
        dtype=np.int32,
    )


def _shortened(
    through: Minutes, *, offices: Minutes, places: Sequence[CommunityPlace], home_codes: Sequence[str]
) -> Minutes:
    rows = [
        row
        for row, place in enumerate(places)
        if place.point is not None and place.access_car_minutes is None
    ]
    if not rows:
        return through
    points = np.array([places[row].point for row in rows], dtype=np.float64)
    direct = _installed.drive_to_points(points, [places[row].municipality_code for row in rows], home_codes)
    whole = direct + network().parameters["last_mile"]["default_car_minutes"]
    nearer = (direct != NO_ANSWER) & (direct < offices[0, rows])
    through[0, rows] = np.where(nearer, np.minimum(whole, through[0, rows]), through[0, rows])
    return through
