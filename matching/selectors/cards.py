"""The emergency card of a need: the facts of the place, who is in charge, what is dangerous, when work stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from accounts.services.dates import era_day, era_span
from matching.selectors.letters import COMMA, DATES_SHOWN
from regions.enums import Signal
from regions.models import Need, Slot
from regions.selectors.emergency import facts_for
from regions.selectors.needs import coming_slots
from regions.selectors.regions import guides_for

ON_THE_SPOT = "その場で通じます"


@dataclass(frozen=True, slots=True)
class EmergencySight:
    """What a card says. Every fact may be empty; the card says so."""

    need: Need
    facts: Mapping[str, Any]
    organization: str
    dates: Sequence[Slot]
    dangers: Sequence[str]

    @property
    def signal(self) -> str:
        """The word for the signal; empty where it is not known."""
        kind = self.facts["signal"]
        return str(Signal(kind).label) if kind else ""


def card_of(need: Need) -> EmergencySight:
    """The card of a need as it is now. Some seven queries."""
    found = Need.objects.select_related("region__municipality").prefetch_related(
        "hazards", Prefetch("slots", coming_slots())
    )
    row = found.get(pk=need.pk)
    guides = guides_for(row.region)
    return EmergencySight(
        need=row,
        facts=facts_for(row),
        organization=guides[0].organization.name if guides else "",
        dates=list(row.slots.all())[:DATES_SHOWN],
        dangers=[hazard.label for hazard in row.hazards.all()],
    )


def card_values(need: Need) -> dict[str, Any]:
    """The card as the sheet takes it: every fact a text, empty where it is not known."""
    sight = card_of(need)
    region = sight.need.region
    facts = {name: "" if fact is None else str(fact) for name, fact in sight.facts.items()}
    return facts | {
        "heading": f"緊急時カード　{sight.need.title}",
        "number": sight.need.public_id,
        "title": sight.need.title,
        "community": f"{region.municipality.label} {region.name}",
        "dates": [era_span(slot.start_at, slot.end_at) for slot in sight.dates],
        "lead": sight.need.on_site_lead,
        "organization": sight.organization,
        "signal": sight.signal,
        "signal_place": facts["signal_place"] or (ON_THE_SPOT if facts["signal"] == Signal.GOOD else ""),
        "dangers": COMMA.join(sight.dangers),
        "printed": era_day(timezone.localdate()),
    }
