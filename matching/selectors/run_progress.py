"""How far an open run has come: counted from its shards, never asked of a worker. An estimate, of the present phase alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, IntegerField, Max, Min, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from matching.engine.snapshot import BLOCK
from matching.enums import RUN_OPEN, RunState
from matching.models import MatchRun, RunShard

MINUTE, HOUR = 60, 3600
SOON = 90
"""Seconds or minutes up to which a time left is said in that unit."""
COMPARED = frozenset({RunState.SCORING, RunState.MERGING})
"""Phases in which it is known how many pairs there are to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where an open run stands.

    ``steps_done`` of ``steps_total``: shards while it scores, proposals while it writes them; 0 of 0 before either is known.
    ``pairs_done`` of ``pairs_total``: a party and a need each; None before it is known how many there are.
    ``pairs_per_second``: since the scoring began, up to the last shard that was done.
    ``seconds_left``: of the present phase, at that rate; None when no shard is done yet, or when that time is over and so
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
    found = {row["run"]: row for row in _counted(still_open, now=now)}
    return {pk: _progress(run, found.get(pk, {}), now=now) for pk, run in still_open.items()}


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


def _counted(run_ids: Iterable[int], *, now: datetime) -> Iterable[Mapping[str, Any]]:
    """Of each run its shards, those done, the parties in these, when the first was made and the last done, who is at it."""
    done = Q(done_at__isnull=False)
    parties = Least(_row("end_block"), F("run__parties_count"), output_field=IntegerField()) - _row(
        "first_block"
    )
    shards = RunShard.objects.filter(run__in=list(run_ids)).order_by().values("run")
    return shards.annotate(
        total=Count("pk"),
        done=Count("pk", filter=done),
        parties=Sum(parties, filter=done),
        began=Min("created_at"),
        latest=Max("done_at"),
        workers=Count("worker", distinct=True, filter=~done & Q(lease_until__gt=now)),
    )


def _row(block: str) -> Combinable:
    """The row of the snapshot at which a block begins. Only the last block may be short."""
    return ExpressionWrapper(F(block) * BLOCK, output_field=IntegerField())


def _progress(run: MatchRun, shards: Mapping[str, Any], *, now: datetime) -> Progress:
    state = RunState(run.state)
    done, total = _steps(run, shards)
    pairs_total = run.parties_count * run.needs_count if state in COMPARED else None
    pairs_done = (shards.get("parties") or 0) * run.needs_count if state in COMPARED else None
    rate = _rate(pairs_done or 0, shards) if state == RunState.SCORING else None
    itself = int(run.lease_until is not None and run.lease_until > now)
    return Progress(
        state=state,
        steps_done=done,
        steps_total=total,
        pairs_done=pairs_done,
        pairs_total=pairs_total,
        pairs_per_second=None if rate is None else math.ceil(rate),
        seconds_left=_left((pairs_total or 0) - (pairs_done or 0), rate, since=shards.get("latest"), now=now),
        workers=max(shards.get("workers", 0), itself),
    )


def _steps(run: MatchRun, shards: Mapping[str, Any]) -> tuple[int, int]:
    """Done and in all, of the present phase."""
    if run.state == RunState.MERGING:
        return run.report.get("next", 0), planned_proposals(run) or 0
    return shards.get("done", 0), shards.get("total", 0)


def _rate(pairs: int, shards: Mapping[str, Any]) -> float | None:
    """Pairs per second until the last shard was done; None before that. 1,000 pairs in 4 s = 250.0."""
    if not pairs:
        return None
    seconds = (shards["latest"] - shards["began"]).total_seconds()
    return pairs / seconds if seconds > 0 else None


def _left(pairs: int, rate: float | None, *, since: datetime | None, now: datetime) -> int | None:
    """Seconds for so many pairs, less what has gone by ``since`` the last shard was done; None when that is used up."""
    if rate is None or since is None or pairs <= 0:
        return None
    left = math.ceil(pairs / rate - (now - since).total_seconds())
    return left if left > 0 else None
