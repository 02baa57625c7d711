"""A run that a person ends before its time. What it has proposed stays; what it was still to do comes to nothing.

No worker is told: every step finds the run ended where it claims, and where it writes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import User
from accounts.services.audit import record
from accounts.services.outbox import cancel_owed
from matching.enums import RUN_OPEN, RunState
from matching.locks import lock_run
from matching.models import Match, MatchRun
from matching.policies import can_cancel_run
from matching.selectors.run_progress import planned_proposals
from matching.services.run_recovery import forget_work
from matching.services.runs import request_again


@transaction.atomic
def cancel_run(*, actor: User, run: MatchRun, now: datetime) -> MatchRun:
    """End an open run at the wish of a person; the run as it is then. One that was cancelled already is left alone.

    Its proposals and the advice it has stored stay; its pieces and inputs go, and what it owes is taken back. What the run was
    to look at is looked at by the night's run over everything; if something changed after it had begun, the same
    scope is queued again. Locks the run, and waits for the one proposal that is being written. Leaves an audit record.

    Raises:
        NotAllowed("may_not_cancel_run"): administrators, and whoever asked for it.
        Conflict("run_ended"): it is done, or was given up.
        NotFound("run_unknown")
    """
    locked = lock_run(run.pk)
    if locked is None:
        raise NotFound("run_unknown", _("This matching does not exist any more."))
    if not can_cancel_run(actor, locked):
        raise NotAllowed("may_not_cancel_run", _("You may not cancel this matching."))
    if locked.state == RunState.CANCELLED:
        return locked
    if locked.state not in RUN_OPEN:
        raise Conflict("run_ended", _("This matching has ended already."))
    again = bool(locked.report.get("again"))
    _end(locked, looked_at_again=again, now=now)
    details = {"in": locked.report["cancelled_in"], "written": locked.proposals_count}
    record(actor=actor, action="run.cancel", target=locked, label=locked.scope, details=details)
    if again:
        request_again(scope=locked.scope)
    return locked


def _end(run: MatchRun, *, looked_at_again: bool, now: datetime) -> None:
    run.report = _what_remains(run) | {"looked_at_again": looked_at_again}
    run.proposals_count = run.report["written"]
    run.state, run.lease_until, run.finished_at, run.error = RunState.CANCELLED, None, now, ""
    run.save(update_fields=["report", "proposals_count", "state", "lease_until", "finished_at", "error"])
    forget_work(run)
    cancel_owed(key_prefix=f"run:{run.public_id}:")  # as ``run_queue`` names its keys


def _what_remains(run: MatchRun) -> dict[str, Any]:
    """The report of a cancelled run: in which state it was, and how many proposals it has written, of how many planned.

    ``planned`` is None where the plan was not made yet; ``skipped`` counts only the steps that were written to their end.
    """
    return {
        "cancelled_in": run.state,
        "written": Match.objects.filter(run=run).count(),
        "planned": planned_proposals(run),
        "skipped": run.report.get("skipped", {}),
    }
