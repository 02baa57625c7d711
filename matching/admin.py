"""The administration pages of this app: everything is read here; weights are activated by their service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matching.models import MatchOutcome, MatchRun, WeightSet
from matching.services.weights import activate_weights
from regions.admin import ReadOnly


@admin.register(WeightSet)
class WeightSetAdmin(ReadOnly, admin.ModelAdmin):
    """Versions of the weights. A new one is added over the API, with its reason; none is ever changed."""

    list_display = ("version", "is_active", "note", "created_at")
    ordering = ("-version",)
    actions = ("activate",)

    @admin.action(description=gettext_lazy("Use this version from the next run on"))
    def activate(self, request: HttpRequest, queryset: QuerySet[WeightSet]) -> None:
        """Activate the one version that was ticked."""
        rows = list(queryset[:2])
        if len(rows) != 1:
            self.message_user(request, _("Please choose one version."), messages.ERROR)
            return
        row = activate_weights(actor=cast("User", request.user), version=rows[0].version)
        self.message_user(request, _("Version %(version)d is used from now on.") % {"version": row.version})


@admin.register(MatchRun)
class MatchRunAdmin(ReadOnly, admin.ModelAdmin):
    """Runs of the matching: what about, by which worker, how many, how long, and why one failed."""

    list_display = (
        "created_at", "scope", "state", "worker", "needs_count", "parties_count", "pairs_feasible", "proposals_count",
        "needs_reached", "communities_reached", "exposure", "price_of_fairness", "left_in_peace", "stepped_back",
        "waited_seconds", "took_seconds", "attempts",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("weights",)
    search_fields = ("=public_id", "scope")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("needs reached"))
    def needs_reached(self, run: MatchRun) -> str:
        """Needs with a proposal, of all."""
        return _share(run.report, "needs_served", "needs_total")

    @admin.display(description=gettext_lazy("communities reached"))
    def communities_reached(self, run: MatchRun) -> str:
        """Communities with a proposal, of those with a need."""
        return _share(run.report.get("fairness", {}), "regions_served", "regions_total")

    @admin.display(description=gettext_lazy("unevenness (Gini)"))
    def exposure(self, run: MatchRun) -> str:
        """How unevenly participants are spread over needs: 0 alike, 1 all at one."""
        milli = run.report.get("fairness", {}).get("exposure_gini_milli")
        return "" if milli is None else f"{milli / 1000:.2f}"

    @admin.display(description=gettext_lazy("price of fairness"))
    def price_of_fairness(self, run: MatchRun) -> str:
        """The share of newcomers' scores that is given up so that more communities are reached."""
        told = run.report.get("fairness", {})
        return f"{100 * told['price_micro'] / told['unfair_micro']:.1f} %" if told.get("unfair_micro") else ""

    @admin.display(description=gettext_lazy("left in peace"))
    def left_in_peace(self, run: MatchRun) -> str:
        """Participants who were asked as often as allowed for communities new to them."""
        return str(run.report.get("left_in_peace", ""))

    @admin.display(description=gettext_lazy("stepped back"))
    def stepped_back(self, run: MatchRun) -> str:
        """Participants who let others go first, having been asked or having come lately."""
        return str(run.report.get("stepped_back", ""))

    @admin.display(description=gettext_lazy("waited, seconds"))
    def waited_seconds(self, run: MatchRun) -> str:
        """From being asked for to being started."""
        return f"{(run.started_at - run.created_at).total_seconds():.1f}" if run.started_at else ""

    @admin.display(description=gettext_lazy("took, seconds"))
    def took_seconds(self, run: MatchRun) -> str:
        """From being started to its end."""
        return (
            f"{(run.finished_at - run.started_at).total_seconds():.1f}"
            if run.started_at and run.finished_at
            else ""
        )


@admin.register(MatchOutcome)
class MatchOutcomeAdmin(ReadOnly, admin.ModelAdmin):
    """The log of outcomes: figures of the proposal, decision, answers with their codes and what came of it. Kept as a file from the list."""

    list_display = (
        "match_code", "origin", "weights_version", "proposed_at", "f_num", "f_den", "g_num", "g_den", "travel_minutes",
        "limit_minutes", "mutual_micro", "comfort_micro", "relation_micro", "kept_micro", "wait_micro", "score_micro",
        "decision", "decision_reason", "decided_by", "decided_at", "party_answer", "party_reason", "party_answered_at",
        "region_answer", "region_reason", "region_answered_at", "meeting_outcome", "meeting_at", "agreed_at",
        "confirmed_at", "people_came", "minutes_worked", "state", "end_reason", "ended_by", "ended_at",
    )  # fmt: skip
    list_filter = ("state", "origin", "decision")
    list_select_related = ("match",)
    search_fields = ("=match__public_id",)
    date_hierarchy = "proposed_at"
    ordering = ("-proposed_at", "-pk")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("match"))
    def match_code(self, row: MatchOutcome) -> str:
        """The public id of the match."""
        return row.match.public_id


def _share(counts: Mapping[str, int], part: str, whole: str) -> str:
    return f"{counts[part]} / {counts[whole]}" if counts.get(whole) else ""
