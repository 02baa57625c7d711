"""A community's desk: the communities somebody works for, and one community's needs, offers and record of acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.policies import Actor
from regions.enums import NeedStage
from regions.models import Need, Offer, Region, Representative, Slot
from regions.policies import known_regions
from regions.selectors.needs import coming_slots
from regions.selectors.needs import with_details as need_details
from regions.selectors.offers import offer_permission
from regions.selectors.offers import with_details as offer_details

RECORD_SHOWN = 20
DRAFTS = (NeedStage.CONSULTING, NeedStage.HEARING, NeedStage.CONSENTED)
IN_ORDER = (NeedStage.OPEN, NeedStage.CONSENTED, NeedStage.HEARING, NeedStage.CONSULTING, NeedStage.CLOSED)


def desk_regions(actor: Actor) -> QuerySet[Region]:
    """The communities ``actor`` acts or guides for, by municipality and name, each with the number of its needs by stage:
    ``open_needs``, ``consulting``, ``hearing``, ``consented``. One query beside those of ``known_regions``."""
    rows = known_regions(actor).select_related("municipality")
    counts = {
        ("open_needs" if stage == NeedStage.OPEN else stage.value): Count(
            "needs", filter=Q(needs__stage=stage)
        )
        for stage in (NeedStage.OPEN, *DRAFTS)
    }
    return rows.annotate(**counts).order_by("municipality_id", "name", "pk")


def desk_needs(region: Region) -> QuerySet[Need]:
    """The needs of a community with details: open ones first, then what is closest to being open, closed ones last;
    within each the most recently changed first. ``next_at``: the next date to come. Eight queries."""
    rank = Case(
        *(When(stage=stage, then=Value(place)) for place, stage in enumerate(IN_ORDER)),
        output_field=IntegerField(),
    )
    following = coming_slots().filter(need=OuterRef("pk")).values("start_at")[:1]
    rows = Need.objects.filter(region=region).annotate(rank=rank, next_at=Subquery(following))
    return need_details(rows.order_by("rank", "-changed_at", "-pk"))


def desk_drafts(region: Region) -> QuerySet[Need]:
    """Needs on their way to the public, the most recently changed first. One query."""
    return Need.objects.filter(region=region, stage__in=DRAFTS).order_by("-changed_at", "-pk")


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer as its community sees it: with the least that its holders have said."""

    offer: Offer

    @property
    def permission(self) -> str:
        """How far the permission has come, as a word. No query on one of ``desk_offers``."""
        return str(offer_permission(self.offer).label)

    @property
    def step(self) -> str:
        """The same as a code."""
        return offer_permission(self.offer).value


def desk_offers(region: Region) -> QuerySet[Offer]:
    """The offers of a community with details, given ones first, the newest first. Three queries."""
    rows = Offer.objects.filter(region=region)
    return offer_details(rows).order_by("-is_active", "-created_at", "-pk")


def repeatable_needs(region: Region, *, now: datetime | None = None) -> QuerySet[Need]:
    """Needs that were carried out and are over: a date has passed, and none is to come or the need is closed. Newest first."""
    moment = now or timezone.now()
    past = Slot.objects.filter(need__region=region, end_at__lte=moment, cancelled_at=None).values("need")
    coming = coming_slots(moment).filter(need__region=region).values("need")
    over = Q(stage=NeedStage.CLOSED) | ~Q(pk__in=coming)
    return Need.objects.filter(over, region=region, pk__in=past).order_by("-changed_at", "-pk")


def offices_of(region: Region) -> list[Representative]:
    """Who speaks, spoke and will speak for a community: those in office or to come first, the newest first. One query."""
    rows = Representative.objects.filter(region=region).select_related("user")
    return list(rows.order_by(F("until_on").desc(nulls_first=True), F("from_on").desc(nulls_last=True), "pk"))


def record_of(need: Need) -> list[AuditEntry]:
    """Who did what to a need, and on whose behalf: the last twenty entries, newest first. One query."""
    rows = AuditEntry.objects.filter(target_type="regions.need", target_id=need.public_id)
    return list(rows.select_related("actor").order_by("-at", "-pk")[:RECORD_SHOWN])
