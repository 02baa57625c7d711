"""Runs: asked for by a person or by a change, one open at a time for each scope. The steps are in ``run_steps`` and ``run_merge``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import User, Volunteer
from accounts.policies import can_edit_party, is_admin, is_system
from accounts.services.audit import record
from matching.engine import Weights
from matching.enums import RUN_OPEN
from matching.models import MatchRun
from matching.services.run_layers import is_large, prepared_for_plan
from matching.services.run_plan import Plan, dry_run, prepare
from matching.services.run_prepared import Prepared
from matching.services.run_queue import owe_start
from matching.services.run_snapshots import usable_snapshot
from matching.services.weights import current_weights, ensure_weights
from matching.snapshots import ALL, need_scope, party_scope, read_inputs
from regions.models import Need
from regions.policies import can_edit_need
from regions.selectors.reviewers import may_be_matched

Target = Need | Volunteer | None
"""What a run is about: one need, one party, or everything."""
TRIES = 5

log = logging.getLogger(__name__)


def scope_of(target: Target) -> str:
    """The scope under which a run over ``target`` is stored."""
    if isinstance(target, Need):
        return need_scope(target)
    return ALL if target is None else party_scope(target)


@transaction.atomic
def request_run(*, actor: User, target: Target = None, now: datetime | None = None) -> MatchRun:
    """A run over everything, one need or one party, which the worker does; the open one of that scope if there is one.

    Writes the run and the outbox row that starts it; an audit record where a person asked.

    Raises:
        NotAllowed("may_not_match"): administrators and the worker run everything; who may change a need or a party
        may have it looked at.
        Conflict("need_not_matched"): the need is not open, or is employment that nobody may refer to.
    """
    run = open_run(actor=actor, target=target, now=now)
    owe_start(run)
    return run


@transaction.atomic
def open_run(*, actor: User, target: Target = None, now: datetime | None = None) -> MatchRun:
    """``request_run`` for who does the steps at once, as the ``match`` command does.

    Should it end in the middle, ``sweep_runs`` hands the rest to the worker.
    """
    _require_may_match(actor, target)
    return _open(actor=actor, scope=scope_of(target), now=now)


@transaction.atomic
def request_again(*, scope: str) -> MatchRun:
    """Queue a scope once more in the system's name: something changed after its last run had begun."""
    run = _open(actor=User.objects.system(), scope=scope, now=None)
    owe_start(run)
    return run


def _open(*, actor: User, scope: str, now: datetime | None) -> MatchRun:
    """The open run of a scope, made if there is none. The database holds that there is one at most."""
    for _try in range(TRIES):
        fresh = MatchRun(
            scope=scope, requested_by=actor, weights=ensure_weights(), created_at=now or timezone.now()
        )
        MatchRun.objects.bulk_create([fresh], ignore_conflicts=True)
        run = MatchRun.objects.filter(scope=scope, state__in=sorted(RUN_OPEN)).first()
        if run is not None:
            if run.public_id == fresh.public_id and not is_system(actor):
                record(actor=actor, action="run.request", target=run, label=scope)
            return run
    raise Conflict("run_moved_on", _("The matching has just ended. Please ask for it again."))


def is_under_way(target: Target) -> bool:
    """Whether a run over ``target`` is open. One query."""
    return MatchRun.objects.filter(scope=scope_of(target), state__in=sorted(RUN_OPEN)).exists()


def plan_only(
    *,
    actor: User,
    target: Target = None,
    now: datetime | None = None,
    tell_every_row: Callable[[], object] | None = None,
) -> Plan:
    """What a run would propose and why. Raises as ``request_run`` does.

    Writes nothing, but for this host's folder of snapshots, and that it withdraws one that is damaged. A large installation
    is planned over the packed participants that a run would use, then without the price of fairness. Where there are none, or
    they cannot be had, every one is read anew, which may take minutes: ``tell_every_row`` is called first.
    """
    _require_may_match(actor, target)
    moment, scope, weights = now or timezone.now(), scope_of(target), current_weights()
    if is_large(scope, now=moment):
        found = _packed_already(scope, weights, now=moment)
        if found is not None:
            return dry_run(found)
        if tell_every_row is not None:
            tell_every_row()
    return dry_run(prepare(read_inputs(scope=scope, weights=weights, now=moment)))


def _packed_already(scope: str, weights: Weights, *, now: datetime) -> Prepared | None:
    """What a large run would compare; None where nothing is packed for it, or its snapshot is lost or finds no room here."""
    base = usable_snapshot(scope=scope, now=now)
    if base is None:
        return None
    try:
        return prepared_for_plan(base, scope=scope, weights=weights, now=now)
    except (ValueError, OSError) as error:
        log.warning("The packed participants cannot be used for a plan: %s", error)
        return None


def _require_may_match(actor: User, target: Target) -> None:
    if not _may_match(actor, target):
        raise NotAllowed("may_not_match", _("You may not start this matching."))
    if isinstance(target, Need) and not may_be_matched(target):
        raise Conflict("need_not_matched", _("This need is not open for matching."))


def _may_match(actor: User, target: Target) -> bool:
    if is_admin(actor) or is_system(actor):
        return True
    if isinstance(target, Need):
        return can_edit_need(actor, target)
    return target is not None and can_edit_party(actor, target)
