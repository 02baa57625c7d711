"""Paper: what can be printed for a community, and the sheets themselves as PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict
from accounts.models import User
from matching.policies import needs_worked_at
from matching.selectors.cards import card_of
from matching.selectors.printable import printable_of
from matching.selectors.reports import reportable_at
from matching.selectors.slips import can_enter_slips
from matching.services import papers
from matching.web.base import actor_of, known_match, private
from regions.models import Need
from regions.policies import can_post_for
from regions.web.emergency import known_need, known_region


@private
@require_safe
def paper_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that can be printed for one community. 404 for who neither speaks nor guides for it."""
    actor = actor_of(request)
    region = known_region(actor, public_id)
    context = {
        "region": region,
        "printable": printable_of(region, actor),
        "may_enter": can_enter_slips(actor),
    }
    return render(request, "paper_list.html", context)


@private
@require_safe
def region_circulars(request: HttpRequest, public_id: str) -> HttpResponse:
    """All open circulars of a community."""
    actor = actor_of(request)
    return _answer(papers.print_region_circulars(actor=actor, region=known_region(actor, public_id)))


@private
@require_safe
def need_circular(request: HttpRequest, public_id: str) -> HttpResponse:
    """The circular of an open need."""
    actor = actor_of(request)
    return _answer(papers.print_need_circular(actor=actor, need=known_need(actor, public_id)))


@private
@require_safe
def need_receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was taken down of a need, for who rang."""
    actor = actor_of(request)
    return _answer(papers.print_receipt(actor=actor, need=known_need(actor, public_id)))


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


@private
@require_safe
def emergency_card(request: HttpRequest, public_id: str) -> HttpResponse:
    """The emergency card as a page: also for who has promised to come."""
    actor = actor_of(request)
    need = _need_worked_at(actor, public_id)
    context = {
        "need": need,
        "card": card_of(need),
        "may_change": can_post_for(actor, need.region),
        "reportable": reportable_at(actor, need),
    }
    return render(request, "emergency_card.html", context)


@private
@require_safe
def emergency_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """The emergency card on paper."""
    actor = actor_of(request)
    return _answer(papers.print_card(actor=actor, need=_need_worked_at(actor, public_id)))


def _need_worked_at(actor: User, public_id: str) -> Need:
    """A need whose emergency card this person may read.

    Raises:
        Http404: there is none.
    """
    rows = needs_worked_at(actor).select_related("region__municipality")
    need = rows.filter(public_id=public_id).first()
    if need is None:
        raise Http404
    return need


def _answer(paper: papers.Paper) -> HttpResponse:
    """The PDF, opened by the browser and saved under its name."""
    disposition = content_disposition_header(as_attachment=False, filename=paper.name)
    headers = {"Content-Disposition": disposition or "inline"}
    return HttpResponse(paper.content, content_type="application/pdf", headers=headers)
