"""The desk of who speaks for communities: all of them, and one with what waits for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matching.selectors.communities import coming_dates_of, waiting_counts, waiting_matches
from matching.web.base import actor_of, private
from regions.selectors.desk import desk_drafts, desk_regions
from regions.selectors.regions import guides_for
from regions.web.base import is_proxy, own_region, paged

DATES_SHOWN, DRAFTS_SHOWN = 5, 10


@private
@require_safe
def place_list(request: HttpRequest) -> HttpResponse:
    """The communities somebody acts or guides for, each with what is open, what waits and what is on its way."""
    actor = actor_of(request)
    context = paged(request, desk_regions(actor))
    regions = list(context["page"])
    waiting = waiting_counts(actor, regions)
    context["lines"] = [(region, waiting.get(region.pk, 0)) for region in regions]
    return render(request, "place/list.html", context)


@private
@require_safe
def place_desk(request: HttpRequest, public_id: str) -> HttpResponse:
    """One community: what waits for its answer, the next dates, what is on its way to the public."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    context = {
        "region": region,
        "tab": "desk",
        "is_proxy": is_proxy(actor, region),
        "waiting": waiting_matches(actor, region),
        "dates": coming_dates_of(region)[:DATES_SHOWN],
        "drafts": desk_drafts(region)[:DRAFTS_SHOWN],
        "guides": guides_for(region),
    }
    return render(request, "place/desk.html", context)


@private
@require_safe
def place_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """All dates of a community that are still to come, with who comes."""
    region = own_region(actor_of(request), public_id)
    context = paged(request, coming_dates_of(region)) | {"region": region, "tab": "dates"}
    return render(request, "place/dates.html", context)
