"""What is told of an accident or near miss, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from matching.enums import Called, Harm, ReportKind
from matching.models import Match
from matching.services.reports import Told

SECRET = "花さんのひざの傷"
"""Words that tell of health: they stand on the page of the report and nowhere else."""


def told_of_accident(match: Match, **changes: Any) -> Told:
    """A cut knee on the first date of a match, seen by a doctor."""
    values: dict[str, Any] = {
        "kind": ReportKind.ACCIDENT,
        "slot": match.slots.order_by("start_at")[0],
        "happened_at": timezone.now() - timedelta(hours=1),
        "place": "水路のはし、地蔵の前",
        "happened": f"刈払機がはねた。{SECRET}",
        "harm": Harm.DOCTOR,
        "called": frozenset({Called.HOSPITAL}),
        "done": "水で洗い、病院へ送った。",
    }
    return Told(**values | changes)


def told_of_near_miss(match: Match, **changes: Any) -> Told:
    """A stone that flew past."""
    less = {"kind": ReportKind.NEAR_MISS, "harm": Harm.NOBODY, "called": frozenset()}
    return told_of_accident(match, **{"happened": "石がとんだ。", **less, **changes})
