"""Runs as operators and guides see them: counts and states, never who was compared with whom."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import Actor, is_admin, is_guide, is_system
from matching.models import Match, MatchRun

WORKING_KEYS = frozenset({"plan", "next", "again", "haste"})


def runs_for(actor: Actor) -> QuerySet[MatchRun]:
    """Runs ``actor`` may see, newest first, with weights and shards counted (``shards_total``, ``shards_done``).

    Administrators and guides see all, others those they asked for. One query.
    """
    rows = MatchRun.objects.select_related("weights", "requested_by").annotate(
        shards_total=Count("shards"), shards_done=Count("shards", filter=~Q(shards__done_at=None))
    )
    if not (is_admin(actor) or is_system(actor) or is_guide(actor)):
        rows = rows.filter(requested_by=actor) if isinstance(actor, User) else rows.none()
    return rows.order_by("-created_at", "-pk")


def run_report(run: MatchRun) -> dict[str, Any]:
    """The report of a run without what it keeps for itself while it works."""
    return {key: value for key, value in run.report.items() if key not in WORKING_KEYS}


def scope_label(run: MatchRun) -> str:
    """What a run looks at, in words. No query: who that is stays to be looked up by its id."""
    kind, _colon, public_id = run.scope.partition(":")
    if not public_id:
        return _("every need")
    return (_("need %(id)s") if kind == "need" else _("participant %(id)s")) % {"id": public_id}


def run_error(run: MatchRun, actor: Actor) -> str:
    """What went wrong in a run, for administrators; others read only that something did: the text may quote what was read."""
    if not run.error or is_admin(actor) or is_system(actor):
        return run.error
    return _("A step of this run failed. Administrators read why.")


def run_matches(run: MatchRun) -> QuerySet[Match]:
    """What a run has proposed, by need and rank, with both sides. One query, and one for the dates."""
    rows = Match.objects.filter(run=run).select_related("need__region__municipality", "volunteer__home")
    return rows.prefetch_related("slots").order_by("need__public_id", "-score_micro", "volunteer__public_id")
