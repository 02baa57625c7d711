"""How far an open run has come: counted from its pieces, never asked of a worker. An estimate, of the present phase alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Count, ExpressionWrapper, F, Max, Min, Q, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from matching.engine.snapshot import BLOCK
from matching.enums import RUN_OPEN, STATE_OF, RunState, ShardKind
from matching.models import MatchRun, RunShard

MINUTE, HOUR = 60, 3600
SOON = 90
"""Seconds or minutes up to which a time left is said in that unit."""
COMPARED = frozenset({RunState.SCORING, RunState.MERGING, RunState.ADVISING})
"""Phases in which it is known how many pairs there are to compare."""
PHASE = Case(*(When(kind=kind, then=Value(state.value)) for kind, state in STATE_OF.items()))
"""In which phase a piece is done: it may have pieces of several kinds."""
Key = tuple[int, str]
"""A run and a phase that it does by pieces."""
Counts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where an open run stands.

    ``steps_done`` of ``steps_total``: pieces of the present phase, proposals while it writes them; 0 of 0 before either is known.
    ``pairs_done`` of ``pairs_total``: a party and a need each, by whole pieces; None before it is known how many there are. What
    is laid over the snapshot of a large run is compared at the end of the scoring, and counted with its last piece.
    ``pairs_per_second``: while it scores, from its beginning to the last piece that was done.
    ``seconds_left``: of the present phase, at the rate of its pieces; None when none is done yet, or when that time is over and so
    nothing is known. ``workers``: that hold a step now.
    """

    state: RunState
    steps_done: int
    steps_total: int
    pairs_done: int | None
    pairs_total: int | None
    pairs_per_second: int | None
    seconds_left: int | None
    workers: int


def progress_of(runs: Iterable[MatchRun], *, now: datetime) -> dict[int, Progress]:
    """The progress of the open ones among ``runs``, by primary key. One query; none where no run is open."""
    still_open = {run.pk: run for run in runs if run.state in RUN_OPEN}
    if not still_open:
        return {}
    found = {(row["run"], row["phase"]): row for row in _counted(still_open, now=now)}
    return {pk: _progress(run, found, now=now) for pk, run in still_open.items()}


def planned_proposals(run: MatchRun) -> int | None:
    """How many proposals the plan of a run holds, which is under way; None while it has none."""
    plan = run.report.get("plan")
    return None if plan is None else len(plan["proposals"])


def progress_line(progress: Progress) -> str:
    """Phase, steps and time left as an administrator reads them: 「採点中 12 / 64、あと約40秒」."""
    line = str(progress.state.label)
    if progress.steps_total:
        line = f"{line} {progress.steps_done:,} / {progress.steps_total:,}"
    if progress.seconds_left is None:
        return line
    return _("%(phase)s, about %(time)s left") % {"phase": line, "time": _time(progress.seconds_left)}


def _time(seconds: int) -> str:
    """A rough time: upwards to ten seconds, a minute or an hour (35 s = 40 seconds, 91 s = 2 minutes)."""
    if seconds <= SOON:
        return _("%(count)d s") % {"count": math.ceil(seconds / 10) * 10}
    if seconds <= SOON * MINUTE:
        return _("%(count)d min") % {"count": math.ceil(seconds / MINUTE)}
    return _("%(count)d h") % {"count": math.ceil(seconds / HOUR)}


def _counted(run_ids: Iterable[int], *, now: datetime) -> Iterable[Counts]:
    """Of each run and phase its pieces, those done, the parties in these, when the first was made, the last done, who is at it."""
    done = Q(done_at__isnull=False)
    parties = Least(_row("end"), F("run__parties_count"), output_field=BigIntegerField()) - _row("first")
    pieces = RunShard.objects.filter(run__in=list(run_ids)).order_by().values("run", phase=PHASE)
    return pieces.annotate(
        total=Count("pk"),
        done=Count("pk", filter=done),
        parties=Sum(parties, filter=done & Q(kind=ShardKind.SCORE)),
        began=Min("created_at"),
        latest=Max("done_at"),
        workers=Count("worker", distinct=True, filter=~done & Q(lease_until__gt=now)),
    )


def _row(block: str) -> Combinable:
    """The row of the snapshot at which a block begins. Only the last block may be short."""
    return ExpressionWrapper(F(block) * BLOCK, output_field=BigIntegerField())


def _progress(run: MatchRun, found: Mapping[Key, Counts], *, now: datetime) -> Progress:
    state = RunState(run.state)
    pieces = found.get((run.pk, state), {})
    scored = found.get((run.pk, RunState.SCORING), {})
    done, total = _steps(run, pieces)
    pairs_total = run.parties_count * run.needs_count if state in COMPARED else None
    pairs_done = _pairs(run, scored) if state in COMPARED else None
    by_pairs = state == RunState.SCORING
    rate = _rate((pairs_done or 0) if by_pairs else done, pieces)
    remain = (pairs_total or 0) - (pairs_done or 0) if by_pairs else total - done
    held = int(run.lease_until is not None and run.lease_until > now)
    return Progress(
        state=state,
        steps_done=done,
        steps_total=total,
        pairs_done=pairs_done,
        pairs_total=pairs_total,
        pairs_per_second=None if rate is None or not by_pairs else math.ceil(rate),
        seconds_left=_left(remain, rate, since=pieces.get("latest"), now=now),
        workers=max(pieces.get("workers", 0), held),
    )


def _pairs(run: MatchRun, scored: Counts) -> int:
    """Pairs in the pieces that are scored; all of them once all pieces are."""
    all_done = scored.get("total", 0) == scored.get("done", 0) > 0
    parties = run.parties_count if all_done else max(scored.get("parties") or 0, 0)
    return min(parties, run.parties_count) * run.needs_count


def _steps(run: MatchRun, pieces: Counts) -> tuple[int, int]:
    """Done and in all, of the present phase."""
    if run.state == RunState.MERGING:
        return run.report.get("next", 0), planned_proposals(run) or 0
    return pieces.get("done", 0), pieces.get("total", 0)


def _rate(amount: int, pieces: Counts) -> float | None:
    """Pairs, or pieces, per second until the last piece was done; None before that. 1,000 pairs in 4 s = 250.0."""
    if not amount or not pieces.get("latest"):
        return None
    seconds = (pieces["latest"] - pieces["began"]).total_seconds()
    return amount / seconds if seconds > 0 else None


def _left(amount: int, rate: float | None, *, since: datetime | None, now: datetime) -> int | None:
    """Seconds for so much, less what has gone by ``since`` the last piece was done; None when that is used up."""
    if rate is None or since is None or amount <= 0:
        return None
    left = math.ceil(amount / rate - (now - since).total_seconds())
    return left if left > 0 else None
