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
from matching.selectors.wanted import Wanted, open_needs, wanted_briefly
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
    """The best of a look that still stand. Five queries at most."""
    kept = {row.need_id: row for row in sorted(look.suggestions.all(), key=lambda row: row.place)}
    items = {item.need.pk: item for item in wanted_briefly(_standing(list(kept), party, now=now))}
    return [_shown(items[need], row) for need, row in kept.items() if need in items][:SHOWN]


def _standing(needs: Sequence[int], party: Volunteer, *, now: datetime) -> QuerySet[Need]:
    """Those of these needs that are open, and neither matched with the party nor refused or blocked since."""
    spoken = unrepeatable(now).filter(volunteer=party).values("need_id")
    blocked = Block.objects.filter(volunteer=party).values("region_id")
    return open_needs().filter(pk__in=needs).exclude(pk__in=spoken).exclude(region__in=blocked)


def _shown(item: Wanted, row: Suggestion) -> Suggested:
    words = {"reasons": row.reasons, "caveat": row.caveat}
    return Suggested(item, shown_reasons(words), shown_caveat(words))
