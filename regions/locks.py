"""Row locks of this app, in this order: region, offer, needs (each in primary key order).

``no_key`` leaves inserts of rows that point here undisturbed. ``matching`` locks a party's people before a need.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.errors import NotFound
from regions.models import Need, Offer, Region


def lock_region(region_id: int) -> Region:
    """Lock and return one community, with its municipality.

    Raises:
        NotFound("region_unknown")
    """
    rows = Region.objects.select_for_update(of=("self",), no_key=True).select_related("municipality")
    region = rows.filter(pk=region_id).first()
    if region is None:
        raise NotFound("region_unknown", _("This community does not exist."))
    return region


def lock_offer(offer_id: int) -> Offer:
    """Lock and return one offer, with its community.

    Raises:
        NotFound("offer_unknown")
    """
    rows = Offer.objects.select_for_update(of=("self",), no_key=True).select_related("region__municipality")
    offer = rows.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound("offer_unknown", _("This offer does not exist."))
    return offer


def lock_need(need_id: int) -> Need:
    """Lock and return one need, with its community. Everything that counts places holds this lock.

    Raises:
        NotFound("need_unknown")
    """
    rows = Need.objects.select_for_update(of=("self",), no_key=True).select_related("region__municipality")
    need = rows.filter(pk=need_id).first()
    if need is None:
        raise NotFound("need_unknown", _("This need does not exist."))
    return need


def lock_needs(need_ids: Iterable[int]) -> list[Need]:
    """Lock and return needs in primary key order; those that are gone are left out."""
    rows = Need.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(pk__in=set(need_ids)).order_by("pk"))
