"""Travel time between municipalities: an estimate, behind one function. Pure: no Django, no clock."""

from accounts.geo.estimate import (
    NO_ANSWER,
    CommunityPlace,
    TravelEstimator,
    TravelMode,
    community_matrix,
    install,
    lift_minutes,
    minutes_matrix,
)
from accounts.geo.provider import ProviderError, install_named
from accounts.geo.screen import tolerated_minutes

__all__ = [
    "NO_ANSWER",
    "CommunityPlace",
    "ProviderError",
    "TravelEstimator",
    "TravelMode",
    "community_matrix",
    "install",
    "install_named",
    "lift_minutes",
    "minutes_matrix",
    "tolerated_minutes",
]
