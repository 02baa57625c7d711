"""The price of fairness of a large run: measured by a piece of its own once the proposals are written, told at the close."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from matching.engine import Beginning, Fairness, without_fairness
from matching.enums import ShardKind
from matching.models import MatchRun, RunShard
from matching.services.run_prepared import Prepared, compared, results_of


def owes_price(report: Mapping[str, Any]) -> bool:
    """Whether a plan's report was made without the price."""
    return report["fairness"]["unfair_micro"] is None


def measure(shard: RunShard, prepared: Prepared) -> bytes:
    """Place newcomers once more, without fairness, from what the plan was made from; what comes of it, as the piece's result."""
    layer = compared(prepared, results_of(shard.run))
    inputs = prepared.inputs
    begun = Beginning.of(
        snapshot=layer.snapshot,
        needs=prepared.needs,
        merged=layer.merged,
        minutes=inputs.minutes,
        weights=inputs.weights,
        guide_capacity=inputs.capacity,
        haste=_haste_of(shard.run_id),
    )
    return json.dumps({"unfair_micro": without_fairness(begun)}).encode()


def _haste_of(run_id: int) -> int:
    """In what haste the plan was made: only alike can be compared. One query, which reads this number alone."""
    rows = MatchRun.objects.filter(pk=run_id)
    return rows.values_list("report__haste", flat=True).get() or 0


def priced(report: Mapping[str, Any], run: MatchRun) -> dict[str, Any]:
    """A plan's report with the price, or with the word that it could not be measured (``unmeasured``). One query."""
    stored = run.shards.filter(kind=ShardKind.MEASURE).values_list("result", flat=True).first()
    if stored is None:
        return dict(report)
    told = json.loads(bytes(stored))
    if "unfair_micro" not in told:
        return {**report, "unmeasured": True}
    return {**report, "fairness": asdict(Fairness(**report["fairness"]).priced(told["unfair_micro"]))}
