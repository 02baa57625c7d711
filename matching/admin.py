"""The administration pages of this app: everything is read here; weights are activated, runs cancelled by their service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import DomainError
from accounts.models import User
from matching.enums import RunState
from matching.models import MatchOutcome, MatchRun, WeightSet
from matching.selectors.run_progress import Progress, progress_line, progress_of
from matching.selectors.runs import scope_label
from matching.services.run_cancel import cancel_run
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
    """Runs of the matching: what about, how far, by which worker, how many, how long, and why one failed."""

    list_display = (
        "created_at", "about", "state", "progress", "worker", "needs_count", "parties_count", "pairs_feasible", "proposals_count",
        "needs_reached", "communities_reached", "exposure", "price_of_fairness", "needs_unadvised", "left_in_peace", "stepped_back", "gap_to_bound",
        "blocking_pairs", "prefectures_at_best", "gain_over_greedy", "waited_seconds", "took_seconds", "attempts",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("weights",)
    search_fields = ("=public_id", "scope")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    exclude = ("scope",)
    readonly_fields = ("about", "progress", "pairs_compared", "workers_at_it")
    actions = ("cancel",)
    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page of runs, with the progress of all its open runs read at once."""
        page = super().get_changelist_instance(request)
        found = progress_of(page.result_list, now=timezone.now())
        for run in page.result_list:
            run.seen_progress = found.get(run.pk)
        return page

    @admin.action(description=gettext_lazy("Cancel these runs (what they have proposed stays)"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[MatchRun]) -> None:
        """Cancel every open run that was ticked; the others are left alone: cancelled ones without a word, ended ones with the reason.

        Those that are queued again are named one by one and not counted among those whose work waits for the night.
        """
        actor, done = cast("User", request.user), 0
        for run in queryset.order_by("pk"):
            try:
                ended = cancel_run(actor=actor, run=run, now=timezone.now())
            except DomainError as refusal:
                self.message_user(
                    request,
                    _("%(scope)s: %(reason)s") % {"scope": scope_label(run), "reason": refusal.message},
                    messages.WARNING,
                )
                continue
            if run.state == RunState.CANCELLED:
                continue
            if not ended.report["looked_at_again"]:
                done += 1
            else:
                told = _(
                    "%(scope)s is cancelled. Something changed after it had begun, so it is queued again."
                )
                self.message_user(request, told % {"scope": scope_label(run)})
        if done:
            told = ngettext(
                "%(count)d run is cancelled. The rest is looked at in the night.",
                "%(count)d runs are cancelled. The rest is looked at in the night.",
                done,
            )
            self.message_user(request, told % {"count": done})

    @admin.display(description=gettext_lazy("what about"), ordering="scope")
    def about(self, run: MatchRun) -> str:
        """What it looks at."""
        return scope_label(run)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, run: MatchRun) -> str:
        """Of an open run phase, steps and time left; of a cancelled one, what stays of it."""
        if run.state == RunState.CANCELLED:
            return _remains(run)
        found = _progress(run)
        return "" if found is None else progress_line(found)

    @admin.display(description=gettext_lazy("pairs compared"))
    def pairs_compared(self, run: MatchRun) -> str:
        """So far, in all, and how many a second."""
        found = _progress(run)
        if found is None or not found.pairs_total:
            return ""
        line = f"{found.pairs_done:,} / {found.pairs_total:,}"
        if found.pairs_per_second is None:
            return line
        return _("%(pairs)s (about %(rate)s a second)") % {
            "pairs": line,
            "rate": f"{found.pairs_per_second:,}",
        }

    @admin.display(description=gettext_lazy("workers at it now"))
    def workers_at_it(self, run: MatchRun) -> str:
        """How many hold a step of it."""
        found = _progress(run)
        return "" if found is None else str(found.workers)

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
        if told and told.get("unfair_micro") is None:
            return _("could not be measured")
        return _percent(told.get("price_micro"), told.get("unfair_micro"))

    @admin.display(description=gettext_lazy("needs whose advice could not be counted"))
    def needs_unadvised(self, run: MatchRun) -> str:
        """Needs that find too few and were not told why, because it failed again and again."""
        return str(run.report.get("unadvised", ""))

    @admin.display(description=gettext_lazy("gap to the bound"))
    def gap_to_bound(self, run: MatchRun) -> str:
        """How much of what no placement of newcomers can exceed is missing at most."""
        return _percent(run.report.get("gap_micro"), run.report.get("bound_micro"))

    @admin.display(description=gettext_lazy("pairs that would rather have each other"))
    def blocking_pairs(self, run: MatchRun) -> str:
        """Pairs that by score alone both prefer each other to what they got."""
        return str(run.report.get("blocking_pairs", ""))

    @admin.display(description=gettext_lazy("prefectures placed at their best"))
    def prefectures_at_best(self, run: MatchRun) -> str:
        """Of the prefectures where a group could come, those proven to be placed at their best; the others met the limit."""
        return _share(run.report.get("packing", {}), "optimal", "prefectures")

    @admin.display(description=gettext_lazy("gain by placing groups anew"))
    def gain_over_greedy(self, run: MatchRun) -> str:
        """What the exact placement of groups brought over the greedy one."""
        gained = run.report.get("packing", {}).get("gained_micro")
        reached = run.report.get("bound_micro", 0) - run.report.get("gap_micro", 0)
        return _percent(gained, reached - (gained or 0))

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


def _progress(run: MatchRun) -> Progress | None:
    """As the page has read it for all its rows; else read now."""
    if not hasattr(run, "seen_progress"):
        run.seen_progress = progress_of([run], now=timezone.now()).get(run.pk)  # type: ignore[attr-defined]
    seen: Progress | None = run.seen_progress  # type: ignore[attr-defined]
    return seen


def _remains(run: MatchRun) -> str:
    written = run.report.get("written", 0)
    told = ngettext("%(count)d proposal of it stays", "%(count)d proposals of it stay", written)
    return told % {"count": written}


def _share(counts: Mapping[str, int], part: str, whole: str) -> str:
    return f"{counts[part]} / {counts[whole]}" if counts.get(whole) else ""


def _percent(part: int | None, whole: int | None) -> str:
    return f"{100 * part / whole:.1f} %" if part is not None and whole else ""
