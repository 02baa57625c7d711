"""Travel time between municipalities: an estimate, behind one function. Pure: no Django, no clock."""

from accounts.geo.estimate import (
    NO_ANSWER,
    CommunityPlace,
    TravelEstimator,
    TravelMode,
    community_matrix,
    community_minutes,
    install,
    lift_minutes,
    minutes_matrix,
    travel_minutes,
)
from accounts.geo.provider import ProviderError, install_named
from accounts.geo.screen import band, near_limit, tolerated_minutes, within_limit

__all__ = [
    "NO_ANSWER",
    "CommunityPlace",
    "ProviderError",
    "TravelEstimator",
    "TravelMode",
    "band",
    "community_matrix",
    "community_minutes",
    "install",
    "install_named",
    "lift_minutes",
    "minutes_matrix",
    "near_limit",
    "tolerated_minutes",
    "travel_minutes",
    "within_limit",
]
