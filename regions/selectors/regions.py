"""Communities as screens, messages and the matching want them, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Guide, User
from accounts.policies import Actor
from accounts.selectors.organizations import coverage_map, present_guides
from regions.models import Region, Representative
from regions.policies import in_office, is_covered, known_regions, public_label, regions_visible_to

__all__ = [
    "guides_by_region",
    "guides_for",
    "is_covered",
    "known_ids",
    "officers_for",
    "offices_of",
    "public_label",
    "regions_for",
    "regions_known_to",
    "speakers_for",
    "with_details",
]


def guides_for(region: Region, on: date | None = None) -> list[Guide]:
    """Who reviews for a community on a day (today): the named guide, else the covering organizations' guides.

    An absent guide is replaced by the stand-in; see ``present_guides``. Empty where nobody covers it.
    Three queries at most.
    """
    return list(guides_by_region([region], on=on)[region.pk])


def guides_by_region(regions: Iterable[Region], *, on: date | None = None) -> dict[int, tuple[Guide, ...]]:
    """``guides_for`` for many communities by primary key. Four queries at most, whatever their number."""
    everyone, day = list(regions), on or timezone.localdate()
    named_ids = {region.guide_id for region in everyone if region.guide_id is not None}
    rows = Guide.objects.filter(pk__in=named_ids, user__is_active=True)
    named = {
        guide.pk: guide
        for guide in rows.select_related("user", "organization", "stand_in__user", "stand_in__organization")
    }
    coverage = coverage_map(
        [region.municipality for region in everyone if region.guide_id not in named], on=day
    )
    return {
        region.pk: present_guides([named[region.guide_id]], on=day)
        if region.guide_id in named
        else coverage.guides_in(region.municipality_id)
        for region in everyone
    }


def speakers_for(region: Region) -> list[User]:
    """The accounts that are asked for a community: representatives in office, else the municipality's officers."""
    offices = Representative.objects.filter(in_office(), region=region, user__is_active=True)
    users = list(User.objects.filter(pk__in=offices.values("user_id")).order_by("pk"))
    if users:
        return users
    return officers_for(region)


def officers_for(region: Region) -> list[User]:
    """The accounts of the officers of a community's municipality. One query."""
    staff = User.objects.filter(is_active=True, staffing__municipality=region.municipality_id)
    return list(staff.order_by("pk"))


def offices_of(region: Region) -> list[Representative]:
    """Who represents a community now, also without an account, with how they are reached. One query."""
    return list(region.representatives.filter(in_office()).select_related("user").order_by("pk"))


def with_details(regions: QuerySet[Region]) -> QuerySet[Region]:
    """Communities with municipality, guide, representatives in office, consents and quiet periods. Four queries."""
    offices = Representative.objects.filter(in_office()).select_related("user").order_by("pk")
    return regions.select_related("municipality", "guide__user", "guide__organization").prefetch_related(
        Prefetch("representatives", offices), "required_consents", "quiet_periods"
    )


def regions_for(actor: Actor) -> QuerySet[Region]:
    """The communities ``actor`` may know exist, with details, by municipality and name. Four queries.

    What may be shown of each depends on ``known_regions``: see ``public_label``.
    """
    return with_details(regions_visible_to(actor)).order_by("municipality_id", "name", "pk")


def regions_known_to(actor: Actor) -> QuerySet[Region]:
    """The communities whose whole record ``actor`` may see, with details. Four queries."""
    return with_details(known_regions(actor)).order_by("municipality_id", "name", "pk")


def known_ids(actor: Actor, regions: Iterable[Region]) -> frozenset[int]:
    """Which of these communities ``actor`` may see the whole record of, by primary key. Two queries at most."""
    wanted = {region.pk for region in regions}
    return frozenset(known_regions(actor).filter(pk__in=wanted).values_list("pk", flat=True))
