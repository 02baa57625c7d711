"""What people search needs and offers by. Each takes a queryset and narrows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import QualificationLevel
from accounts.errors import Invalid
from accounts.models import AssetKind, WorkKind
from accounts.policies import Actor
from regions.enums import NeedMode
from regions.models import Need, NeedQualification, NeedWork, Offer, OfferAsset
from regions.policies import known_regions
from regions.selectors.needs import coming_slots


def kinds_below(model: type[WorkKind] | type[AssetKind], codes: Collection[str], *, field: str) -> set[int]:
    """The primary keys of these kinds and of all kinds under them. One query.

    Raises:
        Invalid("kind_unknown"): no such kind, under ``field``; retired ones count as known.
    """
    below: dict[int | None, list[int]] = defaultdict(list)
    known: dict[str, int] = {}
    for pk, parent, name in model._default_manager.values_list("pk", "parent_id", "code"):  # noqa: SLF001  # documented API for unknown models
        below[parent].append(pk)
        known[name] = pk
    for code in codes:
        if code not in known:
            message = _("Nobody knows «%(code)s» here.") % {"code": code[:80]}
            raise Invalid("kind_unknown", message, fields={field: [message]})
    open_ends = [known[code] for code in codes]
    found: set[int] = set()
    while open_ends:
        pk = open_ends.pop()
        found.add(pk)
        open_ends += below[pk]
    return found


def needs_of_work(needs: QuerySet[Need], codes: Collection[str]) -> QuerySet[Need]:
    """Needs with one of these kinds of work or any kind under them. Raises Invalid("kind_unknown")."""
    kinds = kinds_below(WorkKind, codes, field="kind")
    return needs.filter(Exists(NeedWork.objects.filter(need=OuterRef("pk"), work_kind__in=kinds)))


def needs_in_return_for(needs: QuerySet[Need], codes: Collection[str]) -> QuerySet[Need]:
    """Needs to which an active offer of one of these kinds of asset, or of any under them, is tied.

    Raises:
        Invalid("kind_unknown")
    """
    kinds = kinds_below(AssetKind, codes, field="asset")
    assets = OfferAsset.objects.filter(asset_kind__in=kinds, offer__is_active=True)
    return needs.filter(Exists(assets.filter(offer__needs=OuterRef("pk"))))


def needs_between(needs: QuerySet[Need], *, first: date | None, last: date | None) -> QuerySet[Need]:
    """Needs with a date still to come that lies, at least in part, on those days in Japan, both included."""
    slots = coming_slots().filter(need=OuterRef("pk"))
    if first is not None:
        slots = slots.filter(end_at__gt=_midnight(first))
    if last is not None:
        slots = slots.filter(start_at__lt=_midnight(last + timedelta(days=1)))
    return needs.filter(Exists(slots))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())


def needs_in_mode(needs: QuerySet[Need], mode: str) -> QuerySet[Need]:
    """Needs that can be helped with in this way: what takes both takes either."""
    return needs.filter(mode__in=[mode, NeedMode.BOTH])


def needs_from_afar(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs that can be helped with from home."""
    return needs_in_mode(needs, NeedMode.REMOTE)


def needs_with_last_mile(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs one can come to without a car: from home, or with a way from the last stop."""
    return needs.filter(Q(mode=NeedMode.REMOTE) | ~Q(last_mile="") | ~Q(region__last_mile=""))


def needs_for_beginners(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs for people who have never done it."""
    return needs.filter(beginner_ok=True)


def needs_for_groups(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs to which groups may come."""
    return needs.filter(group_ok=True)


def needs_with_children(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs to which children may come along."""
    return needs.filter(children_ok=True)


def needs_without_qualification(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Needs that ask for nothing one must hold; recommendations never keep anybody out."""
    must = NeedQualification.objects.exclude(level=QualificationLevel.RECOMMENDED)
    return needs.exclude(Exists(must.filter(need=OuterRef("pk"))))


def needs_by_nights(needs: QuerySet[Need], *, overnight: bool) -> QuerySet[Need]:
    """Needs with a coming date on site that is a day trip, or one that lasts over night."""
    slots = coming_slots().filter(need=OuterRef("pk"), is_remote=False)
    return needs.filter(Exists(slots.filter(nights__gt=0) if overnight else slots.filter(nights=0)))


def needs_of_own_regions(needs: QuerySet[Need], actor: Actor) -> QuerySet[Need]:
    """Needs of the communities ``actor`` acts or guides for; all for administrators."""
    return needs.filter(Q(region__in=known_regions(actor).values("pk")))


def offers_of_asset(offers: QuerySet[Offer], code: str) -> QuerySet[Offer]:
    """Offers of a kind of asset or of any under it. Raises Invalid("kind_unknown")."""
    kinds = kinds_below(AssetKind, [code], field="asset")
    return offers.filter(Exists(OfferAsset.objects.filter(offer=OuterRef("pk"), asset_kind__in=kinds)))


def offers_of_own_regions(offers: QuerySet[Offer], actor: Actor) -> QuerySet[Offer]:
    """Offers of the communities ``actor`` acts or guides for; all for administrators."""
    return offers.filter(Q(region__in=known_regions(actor).values("pk")))
