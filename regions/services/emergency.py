"""Keeping the facts for an emergency, of a community or of one need."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_number, check_values
from regions.locks import lock_need, lock_region
from regions.models import EmergencyCard, Need, Region
from regions.models.emergency import MINUTES_MAX, WBGT_HIGHEST, WBGT_LOWEST
from regions.policies import can_post_for
from regions.services.behalf import behalf_of

RANGES = {"stop_wbgt": (WBGT_LOWEST, WBGT_HIGHEST), "hospital_minutes": (0, MINUTES_MAX)}


class CardValues(TypedDict, total=False):
    """Facts of an emergency card; empty text or None takes a fact away."""

    rescue_address: str
    hospital: str
    hospital_phone: str
    hospital_minutes: int | None
    aed_place: str
    signal: str
    signal_place: str
    stop_wbgt: int | None
    thunder_rule: str
    flood_rule: str


@transaction.atomic
def keep_region_card(
    *, actor: User, region: Region, on_behalf_of: str = "", **values: Unpack[CardValues]
) -> EmergencyCard:
    """Facts for an emergency anywhere in a community; what is not named stays. Locks the community; audits.

    Raises:
        NotAllowed("not_your_community")
        Invalid: ``text_too_long``, ``choice_unknown``, ``number_wrong``.
    """
    _require_right(actor, region)
    _check(dict(values))
    region = lock_region(region.pk)
    card, _is_new = EmergencyCard.objects.get_or_create(region=region)
    _write(card, dict(values))
    _record(actor, "region", region, region, named=on_behalf_of, fields=list(values))
    return card


@transaction.atomic
def keep_need_card(
    *, actor: User, need: Need, on_behalf_of: str = "", **values: Unpack[CardValues]
) -> EmergencyCard:
    """Facts that differ for one need, because it lies elsewhere; what is not named stays. Locks the need; audits.

    Raises:
        NotAllowed("not_your_community")
        Invalid: ``text_too_long``, ``choice_unknown``, ``number_wrong``.
    """
    _require_right(actor, need.region)
    _check(dict(values))
    need = lock_need(need.pk)
    card, _is_new = EmergencyCard.objects.get_or_create(need=need)
    _write(card, dict(values))
    _record(actor, "need", need, need.region, named=on_behalf_of, fields=list(values))
    return card


def _require_right(actor: User, region: Region) -> None:
    if not can_post_for(actor, region):
        raise NotAllowed("not_your_community", _("You may not change this card."))


def _check(values: dict[str, Any]) -> None:
    problems = Problems()
    check_values(problems, EmergencyCard, {name: value for name, value in values.items() if value != ""})
    for name, (least, most) in RANGES.items():
        if values.get(name) is not None and not problems.has(name):
            check_number(problems, name, values[name], at_least=least, at_most=most)
    problems.refuse()


def _write(card: EmergencyCard, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(card, name, value)
    card.changed_at = timezone.now()
    card.save(update_fields=[*values, "changed_at"])


def _record(
    actor: User, kind: str, target: Region | Need, region: Region, *, named: str, fields: list[str]
) -> None:
    record(
        actor=actor,
        action=f"{kind}.keep_emergency_card",
        target=target,
        label=str(target),
        on_behalf_of=behalf_of(actor, region, named),
        details={"fields": sorted(fields)},
    )
