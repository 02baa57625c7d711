"""Paper: what can be printed for a community, and the sheets themselves as PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict
from accounts.models import User
from matching.selectors.printable import printable_of
from matching.services import papers
from matching.web.base import actor_of, known_match, private
from regions.models import Need, Region
from regions.policies import known_regions


@private
@require_safe
def paper_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that can be printed for one community. 404 for who neither speaks nor guides for it."""
    actor = actor_of(request)
    region = _region(actor, public_id)
    context = {"region": region, "printable": printable_of(region, actor)}
    return render(request, "paper_list.html", context)


@private
@require_safe
def region_circulars(request: HttpRequest, public_id: str) -> HttpResponse:
    """All open circulars of a community."""
    actor = actor_of(request)
    return _answer(papers.print_region_circulars(actor=actor, region=_region(actor, public_id)))


@private
@require_safe
def need_circular(request: HttpRequest, public_id: str) -> HttpResponse:
    """The circular of an open need."""
    actor = actor_of(request)
    return _answer(papers.print_need_circular(actor=actor, need=_need(actor, public_id)))


@private
@require_safe
def match_circular(request: HttpRequest, public_id: str) -> HttpResponse:
    """The circular of people who want to come, or who come."""
    actor = actor_of(request)
    return _answer(papers.print_match_circular(actor=actor, match=known_match(actor, public_id)))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def match_roster(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who comes on the day. Printed for a POST alone, because each look is put on record."""
    if request.method != "POST":
        return redirect("match-page", public_id=public_id)
    actor = actor_of(request)
    try:
        return _answer(papers.print_roster(actor=actor, match=known_match(actor, public_id)))
    except Conflict as refusal:
        messages.info(request, str(refusal.message))
        return redirect("match-page", public_id=public_id)


def _region(actor: User, public_id: str) -> Region:
    """A community this person knows.

    Raises:
        Http404: there is none, or this person does not act or guide for it.
    """
    region = known_regions(actor).select_related("municipality").filter(public_id=public_id).first()
    if region is None:
        raise Http404
    return region


def _need(actor: User, public_id: str) -> Need:
    """A need of a community this person knows.

    Raises:
        Http404: there is none, or this person does not act or guide for its community.
    """
    rows = Need.objects.filter(region__in=known_regions(actor).values("pk"))
    need = rows.select_related("region__municipality").filter(public_id=public_id).first()
    if need is None:
        raise Http404
    return need


def _answer(paper: papers.Paper) -> HttpResponse:
    """The PDF, opened by the browser and saved under its name."""
    disposition = content_disposition_header(as_attachment=False, filename=paper.name)
    headers = {"Content-Disposition": disposition or "inline"}
    return HttpResponse(paper.content, content_type="application/pdf", headers=headers)
