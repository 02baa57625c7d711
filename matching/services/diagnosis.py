"""What a run found for a need, kept as of its last run. For its guide and community only; see ``selectors.diagnosis``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from matching.models import MatchRun, NeedDiagnosis
from matching.services.findings import Found
from regions.models import Need

TOLD = ("feasible", "compared", "rules", "changes", "finds_enough")


def store_diagnoses(run: MatchRun, found: Iterable[Found], *, now: datetime) -> int:
    """Replace the diagnoses of the needs a run looked at; returns how many are told something.

    Inside the transaction that closes the run. A need deleted meanwhile is passed over.
    """
    rows = sorted(found, key=lambda row: row.need)
    present = set(Need.objects.filter(pk__in=[row.need for row in rows]).values_list("pk", flat=True))
    told = [row for row in rows if row.diagnosis is not None and row.need in present]
    enough = [row.need for row in rows if row.diagnosis is None]
    NeedDiagnosis.objects.filter(need__in=enough).delete()
    NeedDiagnosis.objects.bulk_create(
        [NeedDiagnosis(run=run, need_id=row.need, at=now, **_told(row.diagnosis or {})) for row in told],
        update_conflicts=True,
        unique_fields=["need"],
        update_fields=["run", "at", *TOLD],
    )
    return len(told)


def _told(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a plan: one from before a change of its fields is written as far as it goes."""
    return {name: value for name, value in diagnosis.items() if name in TOLD}
