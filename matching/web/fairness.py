"""For administrators: proposals and yeses by age, sex and prefecture."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.sheets.answers import table_file
from matching.reports.fairness import LEFT_OUT, FairnessReport, fairness_report, fairness_table
from matching.web.base import actor_of, private


@private
@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """The tables of one fiscal year."""
    report = _asked_for(request)
    context = {"report": report, "left_out": LEFT_OUT, "query": f"year={report.year}"}
    return render(request, "fairness.html", context)


@private
@require_safe
def fairness_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file."""
    return table_file(fairness_table(_asked_for(request)), kind)


def _asked_for(request: HttpRequest) -> FairnessReport:
    year = request.GET.get("year", "")
    if year and not (year.isascii() and year.isdecimal()):
        raise Http404
    return fairness_report(actor_of(request), year=int(year[:6]) if year else None)
