"""What was taken down of a need, as the receipt for who rang says it, and what has not been asked yet."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.services.dates import era_day, era_span
from matching.selectors.letters import COMMA
from regions.enums import NeedMode
from regions.models import Need
from regions.policies import proxy_label, represents_region
from regions.selectors.needs import with_details
from regions.selectors.offers import tied_offers

DATES_SHOWN = 6
ASKED_FOR = {
    "story": "お話の内容",
    "work": "作業",
    "dates": "いつ",
    "lead": "現地の責任者",
    "dangers": "気をつけること",
    "parking": "駐車場",
    "toilet": "トイレ",
    "last_mile": "駅・バス停から",
    "returns": "お返しにできること",
}
ON_SITE_ONLY = frozenset({"lead", "dangers", "parking", "toilet", "last_mile"})


def receipt_values(need: Need) -> dict[str, Any]:
    """A need in any stage, as the sheet takes it. Some twelve queries."""
    row = with_details(Need.objects.select_related("posted_by")).get(pk=need.pk)
    said = _said(row)
    skipped = ON_SITE_ONLY if row.mode == NeedMode.REMOTE else frozenset()
    region = row.region
    return said | {
        "heading": f"控え　{row.title}",
        "number": row.public_id,
        "community": f"{region.municipality.label} {region.name}",
        "title": row.title,
        "stage": row.stage,
        "taken_on": era_day(row.created_at),
        "taken_by": _taker(row),
        "taken_from": row.posted_for,
        "missing": [name for key, name in ASKED_FOR.items() if not said[key] and key not in skipped],
        "printed": era_day(timezone.localdate()),
    }


def _said(need: Need) -> dict[str, Any]:
    slots = list(need.slots.all())
    return {
        "story": need.story.strip(),
        "work": COMMA.join(row.work_kind.label for row in need.work.all()),
        "mode": str(need.get_mode_display()),
        "dates": [era_span(slot.start_at, slot.end_at) for slot in slots[:DATES_SHOWN]],
        "more_dates": max(len(slots) - DATES_SHOWN, 0),
        "places": COMMA.join(f"{places}人" for places in dict.fromkeys(slot.places for slot in slots)),
        "hands": 0 if need.mode == NeedMode.REMOTE else need.local_hands,
        "lead": need.on_site_lead,
        "dangers": COMMA.join(hazard.label for hazard in need.hazards.all()),
        "parking": need.parking,
        "toilet": need.toilet,
        "last_mile": need.last_mile,
        "prepared": COMMA.join(need.prepared),
        "bring": COMMA.join(need.bring),
        "returns": COMMA.join(offer.title for offer in tied_offers(need)),
        "money": str(need.get_compensation_display()),
    }


def _taker(need: Need) -> str:
    """Who took it down, with the office; nobody where the community's own representative wrote it."""
    user = need.posted_by
    if user.is_system or represents_region(user, need.region):
        return ""
    office = proxy_label(user, need.region)
    return f"{user.name}（{office}）" if office and office != str(user) else user.name
