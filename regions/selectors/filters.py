"""What people search needs and offers by. Each takes a queryset and narrows it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import AssetKind, WorkKind
from accounts.policies import Actor
from regions.enums import NeedMode
from regions.models import Need, NeedWork, Offer, OfferAsset
from regions.policies import known_regions
from regions.selectors.needs import coming_slots


def kinds_below(model: type[WorkKind] | type[AssetKind], code: str, *, field: str) -> set[int]:
    """The primary keys of a kind and of all kinds under it. One query.

    Raises:
        Invalid("kind_unknown"): no such kind, under ``field``; retired ones count as known.
    """
    below: dict[int | None, list[int]] = defaultdict(list)
    open_ends: list[int] = []
    for pk, parent, name in model._default_manager.values_list("pk", "parent_id", "code"):  # noqa: SLF001  # documented API for unknown models
        below[parent].append(pk)
        if name == code:
            open_ends.append(pk)
    if not open_ends:
        message = _("Nobody knows «%(code)s» here.") % {"code": code[:80]}
        raise Invalid("kind_unknown", message, fields={field: [message]})
    found: set[int] = set()
    while open_ends:
        pk = open_ends.pop()
        found.add(pk)
        open_ends += below[pk]
    return found


def needs_of_work(needs: QuerySet[Need], code: str) -> QuerySet[Need]:
    """Needs with a kind of work or any kind under it. Raises Invalid("kind_unknown")."""
    kinds = kinds_below(WorkKind, code, field="kind")
    return needs.filter(Exists(NeedWork.objects.filter(need=OuterRef("pk"), work_kind__in=kinds)))


def needs_in_return_for(needs: QuerySet[Need], code: str) -> QuerySet[Need]:
    """Needs to which an active offer of a kind of asset, or of any under it, is tied. Raises Invalid("kind_unknown")."""
    assets = OfferAsset.objects.filter(
        asset_kind__in=kinds_below(AssetKind, code, field="asset"), offer__is_active=True
    )
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


def needs_of_own_regions(needs: QuerySet[Need], actor: Actor) -> QuerySet[Need]:
    """Needs of the communities ``actor`` acts or guides for; all for administrators."""
    return needs.filter(Q(region__in=known_regions(actor).values("pk")))


def offers_of_asset(offers: QuerySet[Offer], code: str) -> QuerySet[Offer]:
    """Offers of a kind of asset or of any under it. Raises Invalid("kind_unknown")."""
    kinds = kinds_below(AssetKind, code, field="asset")
    return offers.filter(Exists(OfferAsset.objects.filter(offer=OuterRef("pk"), asset_kind__in=kinds)))


def offers_of_own_regions(offers: QuerySet[Offer], actor: Actor) -> QuerySet[Offer]:
    """Offers of the communities ``actor`` acts or guides for; all for administrators."""
    return offers.filter(Q(region__in=known_regions(actor).values("pk")))
