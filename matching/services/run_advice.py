"""What is told of the needs of a large run, counted piece by piece after the proposals are written."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from matching.enums import RunState, ShardKind
from matching.locks import lock_run
from matching.models import RunShard
from matching.services.diagnosis import store_diagnoses
from matching.services.explanations import read_codes
from matching.services.findings import Finder
from matching.services.run_open import require_open
from matching.services.run_plan import Plan
from matching.services.run_prepared import Prepared
from matching.services.run_queue import owe_shard
from matching.snapshots import is_about_one_need

NEEDS_PER_STEP = 32
"""A need takes two to six tenths of a second for every million participants."""


@transaction.atomic
def begin_advice(run_id: int) -> bool:
    """Cut the needs that are told something into pieces, owed to whoever is free; False where there are none. Locks the run."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return False
    later = Plan.from_json(run.report["plan"]).later
    if not later:
        return False
    run.state, run.lease_until = RunState.ADVISING, None
    run.save(update_fields=["state", "lease_until"])
    step = int(getattr(settings, "ENISHI_NEEDS_PER_STEP", NEEDS_PER_STEP))
    for number, first in enumerate(range(0, len(later), step)):
        end = min(first + step, len(later))
        owe_shard(
            RunShard.objects.create(run=run, kind=ShardKind.ADVISE, number=number, first=first, end=end)
        )
    return True


def advise(shard: RunShard, prepared: Prepared, *, now: datetime) -> None:
    """Store what is told of a piece's needs. Done twice, the second replaces the first by the same.

    Raises:
        RunEnded: nothing was stored.
    """
    run = shard.run
    finder = Finder.of(
        inputs=prepared.inputs,
        layers=prepared.layers,
        codes=read_codes([]),
        is_asked=is_about_one_need(run.scope),
    )
    needs = prepared.needs
    found = [
        finder.found(
            needs.needs[needs.number_of[each.need]], passed=each.passed, is_proposed=each.is_proposed
        )
        for each in Plan.from_json(run.report["plan"]).later[shard.first : shard.end]
    ]
    with transaction.atomic():
        store_diagnoses(run, found, now=now)
        require_open(run.pk)
