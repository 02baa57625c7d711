"""What is kept for a party's own page, without needs that are closed, or of which the two have spoken since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Volunteer
from matching.models import Block, Look, Suggestion
from matching.selectors.reasons import shown_caveat, shown_reasons
from matching.selectors.repeats import unrepeatable
from matching.selectors.wanted import Wanted, brief_details, wanted_as_read
from regions.enums import NeedStage
from regions.models import Need

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Suggested:
    """An open need that fits, with at most three reasons and one caveat in words."""

    item: Wanted
    reasons: Sequence[dict[str, str]]
    caveat: dict[str, str] | None


def look_at(party: Volunteer) -> Look | None:
    """The last look at a party. One query at most, none where it came with the party."""
    return getattr(party, "look", None)


def suggested(look: Look, party: Volunteer, *, now: datetime) -> list[Suggested]:
    """The best of a look that still stand. Four queries at most."""
    rows = Suggestion.objects.filter(look=look, need__in=_standing(party, now=now)).order_by("place")
    kept = list(
        rows.select_related("need__region__municipality").prefetch_related(*brief_details("need__"))[:SHOWN]
    )
    items = wanted_as_read([row.need for row in kept])
    return [_shown(item, row) for item, row in zip(items, kept, strict=True)]


def _standing(party: Volunteer, *, now: datetime) -> QuerySet[Need]:
    """Needs that are open, and neither matched with the party nor refused or blocked since."""
    spoken = unrepeatable(now).filter(volunteer=party).values("need_id")
    blocked = Block.objects.filter(volunteer=party).values("region_id")
    needs = Need.objects.filter(stage=NeedStage.OPEN)
    return needs.exclude(pk__in=spoken).exclude(region__in=blocked)


def _shown(item: Wanted, row: Suggestion) -> Suggested:
    words = {"reasons": row.reasons, "caveat": row.caveat}
    return Suggested(item, shown_reasons(words), shown_caveat(words))
