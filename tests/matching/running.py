"""Runs a matching as the worker would, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User, Volunteer
from matching.engine import PairScore, recompute
from matching.enums import RunState
from matching.models import Look, Match, MatchRun
from matching.services.run_plan import cut, plan_of, prepare, score
from matching.services.runs import Target, request_run, scope_of
from matching.services.suggestions import store_fitting
from matching.services.weights import current_weights, ensure_weights
from matching.snapshots import read_inputs
from regions.models import Need
from tests.support.outbox import drain_outbox


def matched(target: Target = None) -> MatchRun:
    """A run asked for by the system and done through the outbox."""
    run = request_run(actor=User.objects.system(), target=target)
    drain_outbox()
    run.refresh_from_db()
    return run


def pairs(run: MatchRun | None = None) -> set[tuple[Need, Volunteer]]:
    """Who was proposed to whom."""
    rows = Match.objects.all() if run is None else Match.objects.filter(run=run)
    return {(match.need, match.volunteer) for match in rows.select_related("need", "volunteer")}


def looked_at(party: Volunteer) -> Look:
    """What a run over the party keeps for its page, without the proposals that it would make."""
    now = timezone.now()
    prepared = prepare(read_inputs(scope=scope_of(party), weights=current_weights(), now=now))
    results = [score(prepared, shard) for shard in cut(prepared, whole=True)]
    plan = plan_of(prepared, results, diagnosed=False, about=party.pk)
    run = MatchRun.objects.create(
        scope=scope_of(party),
        state=RunState.DONE,
        requested_by=User.objects.system(),
        weights=ensure_weights(),
    )
    assert plan.fitting is not None
    look = store_fitting(run, plan.fitting, now=now)
    assert look is not None
    return look


def recomputed_score(explanation: Mapping[str, Any]) -> int:
    """The score that follows from the integers of a stored explanation alone.

    Raises:
        KeyError: the explanation is not that of a run.
    """
    return recompute(PairScore(**{name: explanation[name] for name in PairScore.__dataclass_fields__}))
