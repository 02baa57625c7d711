"""Offers and how far their permission has come."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.policies import Actor
from regions.enums import USABLE_PERMISSIONS, PermissionStatus
from regions.models import Need, Offer, OfferAsset, Permission
from regions.policies import offers_visible_to

LADDER = (PermissionStatus.PENDING, PermissionStatus.INFORMAL, PermissionStatus.GRANTED)


def offer_permission(offer: Offer, on: date | None = None) -> PermissionStatus:
    """The permission of an offer on a day (today): the least of its holders'.

    An expired one counts as being arranged, and so does an offer that names no holder. One query unless prefetched.
    """
    day = on or timezone.localdate()
    steps = [LADDER.index(_standing(permission, day)) for permission in offer.permissions.all()]
    return LADDER[min(steps, default=0)]


def _standing(permission: Permission, day: date) -> PermissionStatus:
    if permission.expires_on is not None and permission.expires_on < day:
        return PermissionStatus.PENDING
    return PermissionStatus(permission.status)


def is_usable(offer: Offer, on: date | None = None) -> bool:
    """Whether an offer may be proposed: still given, and at least informally permitted."""
    return offer.is_active and offer_permission(offer, on) in USABLE_PERMISSIONS


def tied_offers(need: Need) -> list[Offer]:
    """All offers tied to a need, with permissions; prefetched ones are used as they are."""
    if "offers" in getattr(need, "_prefetched_objects_cache", {}):
        return list(need.offers.all())
    return list(need.offers.prefetch_related("permissions").order_by("pk"))


def with_details(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Offers with community, assets and permissions. Three queries."""
    return offers.select_related("region__municipality").prefetch_related(
        Prefetch("assets", OfferAsset.objects.select_related("asset_kind").order_by("-weight", "pk")),
        Prefetch("permissions", Permission.objects.order_by("pk")),
    )


def offers_for(actor: Actor) -> QuerySet[Offer]:
    """The offers ``actor`` may know of, with details, newest first. Three queries."""
    return with_details(offers_visible_to(actor)).order_by("-created_at", "-pk")
