"""A changed need or party is looked at again by itself, once for a storm of changes; everything once a night."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User, Volunteer
from matching.enums import RUN_OPEN, RunState
from matching.locks import lock_run
from matching.models import MatchRun
from matching.services.nights import night_before
from matching.services.runs import Target, request_run
from matching.snapshots import ALL
from regions.models import Need
from regions.selectors.reviewers import may_be_matched


@transaction.atomic
def look_again(target: Need | Volunteer) -> MatchRun | None:
    """Have a changed need or party matched by a run that begins after the change; None where there is nothing to match.

    A run over everything that has not begun will do for a need; a party has its own, which keeps what fits it. An open
    run of the same scope that has read the tables already is told to be followed by another one. Locks that run.
    """
    return _queue(target) if _can_be_matched(target) else None


@transaction.atomic
def look_at_everything() -> MatchRun:
    """As ``look_again``, for a change that concerns every need and party, such as what a kind of work is worth."""
    return _queue(None)


def _queue(target: Target) -> MatchRun:
    waiting = MatchRun.objects.filter(scope=ALL, state=RunState.QUEUED, started_at=None).first()
    if waiting is not None and not isinstance(target, Volunteer):
        return waiting
    system = User.objects.system()
    run = lock_run(request_run(actor=system, target=target).pk)
    if run is None or run.state not in RUN_OPEN:
        return request_run(actor=system, target=target)
    if run.started_at is not None and not run.report.get("again"):
        run.report["again"] = True
        run.save(update_fields=["report"])
    return run


def match_nightly(*, now: datetime) -> MatchRun | None:
    """Once a night in Japan, a run over everything: dates come into range and guides' weeks begin without a change.

    None where one was asked for since the night began, whoever did; an open one is left alone. One that a person asked for and
    that was cancelled is as if it had not been; the night's own run, once cancelled, comes again the next night. A
    night the beat slept through is made up for.
    """
    since = night_before(now)
    taken_back = Q(state=RunState.CANCELLED, requested_by__is_system=False)
    everything = MatchRun.objects.filter(scope=ALL).exclude(taken_back)
    if everything.filter(Q(created_at__gte=since) | Q(state__in=sorted(RUN_OPEN))).exists():
        return None
    return request_run(actor=User.objects.system(), now=now)


def target_of(payload: dict[str, Any]) -> Need | Volunteer | None:
    """The need or party an outbox row of ``matching.rescore`` names by id; None when it was deleted."""
    if "need" in payload:
        return Need.objects.filter(pk=payload["need"]).first()
    return Volunteer.objects.filter(pk=payload["party"]).first()


def _can_be_matched(target: Need | Volunteer) -> bool:
    return may_be_matched(target) if isinstance(target, Need) else target.is_active
