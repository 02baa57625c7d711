"""Where communities lie, for the travel estimate."""

from __future__ import annotations

from accounts.geo import CommunityPlace
from regions.models import Region


def community_place(region: Region) -> CommunityPlace:
    """A community's municipality, its own minutes from the office and its rounded point. No query."""
    latitude, longitude = region.point_latitude, region.point_longitude
    return CommunityPlace(
        municipality_code=region.municipality_id,
        access_car_minutes=region.access_car_minutes,
        access_public_minutes=region.access_public_minutes,
        point=None if latitude is None or longitude is None else (float(latitude), float(longitude)),
    )
