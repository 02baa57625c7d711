"""Reports of accidents and near misses: written from the page of a match, read, added to and ticked off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from matching.enums import Reached, Role
from matching.models import Match, Report
from matching.policies import can_read_card, matches_visible_to, roles_on
from matching.selectors.reports import insurer_latest, may_record, report_for, reportable
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import entered_for, viewer_of
from matching.services.reports import add_note, record_reached, write_report
from matching.web.base import actor_of, private, take
from matching.web.report_forms import ReachedForm, ReportForm, ReportNoteForm, told_of


@private
@require_http_methods(["GET", "POST"])
def report_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a report. 404 for who has nothing to do with the match, and before the promise."""
    actor = actor_of(request)
    match = reportable(actor, public_id)
    may_enter = Role.GUIDE in roles_on(actor, match)
    sent = request.POST if request.method == "POST" else None
    form = ReportForm(sent, match=match, actor=actor, may_enter=may_enter)
    written: list[Report] = []
    if sent is not None and take(form, lambda **values: written.append(_write(match, actor, values))):
        messages.success(request, _("The report is written. The guide and the community are told at once."))
        return redirect("report-page", public_id=written[0].public_id)
    context = {
        "form": form,
        "match": match,
        "knows_match": _knows(actor, match),
        "may_read_card": can_read_card(actor, match.need),
    }
    return render(request, "report_new.html", context, status=422 if form.errors else 200)


def _write(match: Match, actor: User, values: dict[str, Any]) -> Report:
    is_party = match.volunteer.representative_id == actor.pk
    stated = values.pop("on_behalf_of", "")
    behalf = entered_for(actor, match.need.region, stated=stated, as_party=is_party)
    return write_report(match_id=match.pk, actor=actor, told=told_of(values), on_behalf_of=behalf)


def _knows(actor: User, match: Match) -> bool:
    """Whether the page of the match is there for this person: not for everybody who comes along."""
    return matches_visible_to(actor).filter(pk=match.pk).exists()


@private
@require_http_methods(["GET", "POST"])
def report_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report: what happened, whom it must reach and by when, what was added; and adding to it."""
    actor = actor_of(request)
    report = report_for(actor, public_id)
    form = ReportNoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and take(
        form, lambda **values: add_note(report=report, actor=actor, **values)
    ):
        messages.success(request, _("It is added to the report."))
        return redirect("report-page", public_id=public_id)
    match = report.match
    notes = sorted(report.notes.all(), key=lambda note: (note.written_at, note.pk))
    context = {
        "report": report,
        "sight": MatchSight(match, viewer_of(actor, [match])),
        "knows_match": _knows(actor, match),
        "reaches": sorted(report.reaches.all(), key=lambda reach: (reach.due_at, reach.pk)),
        "notes": notes,
        "prevention_is_told": any(note.tells_prevention for note in notes),
        "may_record": may_record(actor, report),
        "insurer_latest": insurer_latest(report),
        "now": timezone.now(),
        "form": form,
    }
    return render(request, "report_page.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "POST"])
def report_reached(request: HttpRequest, public_id: str, who: str) -> HttpResponse:
    """A guide records that somebody was told, and how. 404 for everybody else."""
    actor = actor_of(request)
    report = report_for(actor, public_id)
    reach = next((each for each in report.reaches.all() if each.who == who), None)
    if reach is None or not may_record(actor, report):
        raise Http404
    if reach.done_at is not None:
        messages.info(request, _("This is on record already."))
        return redirect("report-page", public_id=public_id)
    form = ReachedForm(request.POST if request.method == "POST" else None, reach=reach)
    if request.method == "POST" and take(
        form, lambda **values: record_reached(report=report, actor=actor, who=Reached(who), **values)
    ):
        messages.success(request, _("It is on record."))
        return redirect("report-page", public_id=public_id)
    context = {"report": report, "reach": reach, "form": form, "insurer_latest": insurer_latest(report)}
    return render(request, "report_reached.html", context, status=422 if form.errors else 200)
