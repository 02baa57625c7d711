"""The versions of the engine's weights and what became of each: for administrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count, QuerySet

from accounts.models import AuditEntry
from accounts.policies import Actor, is_admin
from matching.models import WeightSet


def weight_versions(actor: Actor) -> QuerySet[WeightSet]:
    """Every version with how many runs used it (``runs_total``), for administrators. One query."""
    rows = WeightSet.objects.all() if is_admin(actor) else WeightSet.objects.none()
    return rows.annotate(runs_total=Count("runs"))


def weight_history(rows: Iterable[WeightSet]) -> Mapping[int, list[AuditEntry]]:
    """Who added and activated each of these versions and when, by primary key, oldest first. One query."""
    wanted = {str(row.pk): row.pk for row in rows}
    entries = AuditEntry.objects.filter(target_type=WeightSet._meta.label_lower, target_id__in=wanted)  # noqa: SLF001  # Django documents it as public
    history: dict[int, list[AuditEntry]] = defaultdict(list)
    for entry in entries.select_related("actor").order_by("at", "pk"):
        history[wanted[entry.target_id]].append(entry)
    return history
