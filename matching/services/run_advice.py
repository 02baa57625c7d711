"""What is told of a large run piece by piece after its proposals are written: of its needs here, of its fairness in ``run_price``."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from matching.enums import RunState, ShardKind
from matching.locks import lock_run
from matching.models import MatchRun, RunShard
from matching.services.diagnosis import store_diagnoses
from matching.services.explanations import read_codes
from matching.services.findings import Finder
from matching.services.run_open import require_open
from matching.services.run_plan import Standing
from matching.services.run_prepared import Prepared
from matching.services.run_price import owes_price
from matching.services.run_queue import owe_shard
from matching.snapshots import is_about_one_need

NEEDS_PER_STEP = 32
"""A need takes two to six tenths of a second for every million participants."""


@transaction.atomic
def begin_advising(run_id: int) -> bool:
    """Cut what is left to tell of a large run into pieces, owed to whoever is free; False where nothing is. Locks the run.

    The price of fairness comes first, for it takes longest; then the needs that are told something.
    """
    run = lock_run(run_id)
    if run is None or run.state != RunState.MERGING:
        return False
    plan = run.report["plan"]
    pieces = [(ShardKind.MEASURE, 0, 0, 0)] if owes_price(plan["report"]) else []
    pieces += [
        (ShardKind.ADVISE, number, *ends) for number, ends in enumerate(_cut(len(plan.get("later", []))))
    ]
    if not pieces:
        return False
    run.state, run.lease_until = RunState.ADVISING, None
    run.save(update_fields=["state", "lease_until"])
    for kind, number, first, end in pieces:
        owe_shard(RunShard.objects.create(run=run, kind=kind, number=number, first=first, end=end))
    return True


def _cut(needs: int) -> list[tuple[int, int]]:
    """65 needs, 32 a step: (0, 32), (32, 64), (64, 65)."""
    step = int(getattr(settings, "ENISHI_NEEDS_PER_STEP", NEEDS_PER_STEP))
    return [(first, min(first + step, needs)) for first in range(0, needs, step)]


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
        for each in _told_later(run.pk)[shard.first : shard.end]
    ]
    with transaction.atomic():
        store_diagnoses(run, found, now=now)
        require_open(run.pk)


def _told_later(run_id: int) -> list[Standing]:
    """The needs of a run's plan that are told something. One query, which leaves the proposals where they are."""
    later = MatchRun.objects.filter(pk=run_id).values_list("report__plan__later", flat=True).first()
    return [Standing(**row) for row in later or []]
