"""The facts of an emergency card: those of a need where it has its own, else those of its community."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.policies import Actor
from regions.models import EmergencyCard, Need, Region
from regions.policies import knows_region

TOGETHER = (
    ("rescue_address",),
    ("hospital", "hospital_phone", "hospital_minutes"),
    ("aed_place",),
    ("signal", "signal_place"),
    ("stop_wbgt",),
    ("thunder_rule",),
    ("flood_rule",),
)
"""Facts that make sense together only: a need's own hospital never stands with the telephone of the community's."""
NEEDED = ("rescue_address", "hospital", "hospital_phone")
"""Without these nobody finds help; the other facts may be written on the paper by hand."""
FACTS = tuple(name for group in TOGETHER for name in group)


def region_card(actor: Actor, region: Region) -> EmergencyCard:
    """The card of a community, an empty one where nothing is filled in. Three queries at most.

    Raises:
        NotAllowed("not_your_community"): the card tells the exact place.
    """
    _require_known(actor, region)
    return EmergencyCard.objects.filter(region=region).first() or EmergencyCard(region=region)


def need_card(actor: Actor, need: Need) -> EmergencyCard:
    """A need's own card, an empty one where it has none. Three queries at most.

    Raises:
        NotAllowed("not_your_community")
    """
    _require_known(actor, need.region)
    return EmergencyCard.objects.filter(need=need).first() or EmergencyCard(need=need)


def _require_known(actor: Actor, region: Region) -> None:
    if not knows_region(actor, region):
        raise NotAllowed("not_your_community", _("You may not read this card."))


def facts_of_region(region: Region) -> Mapping[str, Any]:
    """What the card of a community says, fact by fact; empty where nothing is filled in. One query."""
    card = EmergencyCard.objects.filter(region=region).first() or EmergencyCard()
    return {name: getattr(card, name) for name in FACTS if getattr(card, name) not in {"", None}}


def facts_for(need: Need) -> Mapping[str, Any]:
    """Every fact that counts where a need is worked at; empty text or None where it is not known. One query."""
    cards = EmergencyCard.objects.filter(Q(need=need) | Q(region=need.region_id)).order_by("region_id")
    of_need = next((card for card in cards if card.need_id is not None), EmergencyCard())
    of_region = next((card for card in cards if card.region_id is not None), EmergencyCard())
    return {
        name: getattr(of_need if _says(of_need, group) else of_region, name)
        for group in TOGETHER
        for name in group
    }


def facts_missing(need: Need) -> list[str]:
    """Which of the needed facts nobody has filled in for a need or its community, in words. One query."""
    facts = facts_for(need)
    fields = EmergencyCard._meta.fields  # noqa: SLF001  # Django's documented Model._meta API
    labels = {field.name: str(field.verbose_name) for field in fields}
    return [labels[name] for name in NEEDED if not facts[name]]


def _says(card: EmergencyCard, group: tuple[str, ...]) -> bool:
    return any(getattr(card, name) not in {"", None} for name in group)
