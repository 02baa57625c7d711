"""Telling the matching, through the outbox, that needs must be looked at again, or that matches may go on."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services.outbox import owe
from regions.enums import NeedStage
from regions.locks import lock_needs
from regions.models import Need, Offer, Region

TOPIC = "matching.rescore"
NEED_OPENED = "matching.need_opened"
GRANTED = "matching.permission_granted"


def need_changed(need: Need) -> None:
    """Move ``changed_at`` of a locked need; owe its rescoring where it is open."""
    need.changed_at = timezone.now()
    need.save(update_fields=["changed_at"])
    if need.stage == NeedStage.OPEN:
        owe_rescoring(need)


def owe_rescoring(need: Need) -> None:
    """Owe one look at a need as of its ``changed_at``. Inside a transaction."""
    key = f"rescore:need:{need.public_id}:{need.changed_at.isoformat()}"
    owe(topic=TOPIC, key=key, payload={"need": need.pk})


def need_opened(need: Need) -> None:
    """Owe, once a need, that whoever watches it is told. Inside the transaction that opened it."""
    owe(topic=NEED_OPENED, key=f"need:{need.public_id}:opened", payload={"need": need.pk})


def permission_granted(offer: Offer, entry: AuditEntry) -> None:
    """Owe that matches which waited for this permission alone go on, in the name of who is on record for it. In that transaction."""
    key = f"offer:{offer.pk}:granted:{entry.pk}"
    owe(topic=GRANTED, key=key, payload={"offer": offer.pk, "entry": entry.pk})


def offer_changed(offer: Offer) -> None:
    """Move ``changed_at`` of a locked offer and of the open needs tied to it; owe their rescoring. Locks those needs."""
    offer.changed_at = timezone.now()
    offer.save(update_fields=["changed_at"])
    _open_needs_changed(Q(offers=offer))


def region_changed(region: Region) -> None:
    """Move ``changed_at`` of a locked community and of its open needs; owe their rescoring. Locks those needs."""
    region.changed_at = timezone.now()
    region.save(update_fields=["changed_at"])
    _open_needs_changed(Q(region=region))


def _open_needs_changed(which: Q) -> None:
    ids = Need.objects.filter(which, stage=NeedStage.OPEN).values_list("pk", flat=True)
    for need in lock_needs(ids):
        need_changed(need)
