"""Needs as screens, the API and the matching want them, in a fixed number of queries."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.policies import Actor
from regions.models import Need, NeedQualification, NeedWork, Offer, Slot
from regions.policies import needs_visible_to
from regions.selectors.offers import with_details as offer_details
from regions.selectors.reviewers import matchable_needs


def coming_slots(now: datetime | None = None) -> QuerySet[Slot]:
    """Slots that may still be proposed: not cancelled, on site not begun, from afar not over. In order of time."""
    moment = now or timezone.now()
    slots = Slot.objects.filter(cancelled_at=None)
    return (
        slots.filter(is_remote=False, start_at__gt=moment) | slots.filter(is_remote=True, end_at__gt=moment)
    ).order_by("start_at", "pk")


def with_details(
    needs: QuerySet[Need], *, now: datetime | None = None, slots: QuerySet[Slot] | None = None
) -> QuerySet[Need]:
    """Needs with community, work, qualifications, hazards, offers and coming slots, or these. Eight queries."""
    return needs.select_related("region__municipality").prefetch_related(
        Prefetch("work", NeedWork.objects.select_related("work_kind").order_by("-weight", "pk")),
        Prefetch("qualifications", NeedQualification.objects.select_related("qualification").order_by("pk")),
        "hazards",
        Prefetch("offers", offer_details(Offer.objects.order_by("pk"))),
        Prefetch("slots", coming_slots(now) if slots is None else slots),
    )


def needs_for(actor: Actor) -> QuerySet[Need]:
    """The needs ``actor`` may know of, with details, the most recently changed first. Eight queries."""
    return with_details(needs_visible_to(actor)).order_by("-changed_at", "-pk")


def with_terms(
    needs: QuerySet[Need], *, now: datetime | None = None, slots: QuerySet[Slot] | None = None
) -> QuerySet[Need]:
    """Needs with what the engine judges them by, coming slots or these among it. Eleven queries.

    Communities and kinds are shared by many needs: each is read once, not once a need.
    """
    given = Offer.objects.order_by("pk").prefetch_related("assets__asset_kind", "permissions")
    return needs.prefetch_related(
        "region__municipality",
        "work__work_kind",
        "qualifications",
        Prefetch("offers", given),
        Prefetch("slots", coming_slots(now) if slots is None else slots),
    )


def needs_to_match(now: datetime | None = None) -> QuerySet[Need]:
    """Open needs the engine may propose for, ``with_terms``, by public id. Those queries beside ``matchable_needs``'s."""
    return with_terms(matchable_needs(), now=now).order_by("public_id")
