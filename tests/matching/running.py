"""Runs a matching as the worker would, in this process."""

from __future__ import annotations

from accounts.models import User, Volunteer
from matching.models import Match, MatchRun
from matching.services.runs import Target, request_run
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
