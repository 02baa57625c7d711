"""How far communities are from a home, as an estimate in minutes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.geo import TravelMode, community_matrix, tolerated_minutes
from accounts.models import Municipality
from regions.models import Need, Region
from regions.selectors.travel import community_place

NEARNESS = (60, 90, 120, 180)
"""Limits in minutes that one may search by."""


def minutes_from(home: Municipality, regions: Iterable[Region], mode: TravelMode) -> dict[int, int | None]:
    """Estimated minutes from a home to each community by primary key; None where one cannot come that way. No query."""
    everyone = {region.pk: region for region in regions}
    if not everyone:
        return {}
    matrix = community_matrix([community_place(region) for region in everyone.values()], [home.pk])
    row = matrix[list(TravelMode).index(mode), :, 0]
    return {pk: int(minutes) if minutes >= 0 else None for pk, minutes in zip(everyone, row, strict=True)}


def needs_within(
    needs: QuerySet[Need], home: Municipality, *, limit_minutes: int, mode: TravelMode
) -> QuerySet[Need]:
    """Needs whose community is within a limit from a home, give or take the error of the estimate. One query."""
    regions = Region.objects.filter(pk__in=needs.order_by().values("region"))
    found = minutes_from(home, regions, mode)
    most = tolerated_minutes(limit_minutes)
    near = [pk for pk, minutes in found.items() if minutes is not None and minutes <= most]
    return needs.filter(region__in=near)


def within_label(minutes: int) -> str:
    """An upper limit in words: within an hour, 1時間半以内."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return _("within %(hours)d½ hours") % {"hours": hours}
    return _("within %(hours)d hours") % {"hours": hours} if hours > 1 else _("within an hour")
