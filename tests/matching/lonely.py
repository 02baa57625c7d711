"""A need that the last run found too few for."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from matching.enums import RunState
from matching.models import MatchRun, NeedDiagnosis
from matching.services.weights import ensure_weights
from regions.models import Need


def diagnosed(
    need: Need, code: str = "no_common_date", *, changes: list[dict[str, Any]] | None = None
) -> NeedDiagnosis:
    """Five more would come, were it not for one rule; another rule has gone since."""
    change = {"code": code, "brings": 5, "detail": {}}
    asked_by = User.objects.system()
    run = MatchRun.objects.create(requested_by=asked_by, weights=ensure_weights(), state=RunState.DONE)
    rules = [{"code": code, "failed": 9, "only": 5}, {"code": "gone_since", "failed": 1, "only": 0}]
    return NeedDiagnosis.objects.create(
        need=need, run=run, feasible=0, compared=12, rules=rules, changes=changes or [change]
    )
