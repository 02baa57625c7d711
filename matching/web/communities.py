"""A community as it may be seen in public: as much as it agreed to, and what it wants and gives now."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matching.selectors.wanted import open_needs, wanted_briefly
from regions.enums import Publicity
from regions.models import Region
from regions.policies import public_label
from regions.selectors.regions import guides_for

SHOWN = 20


@require_safe
def community_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One community with its open needs. 404 where it has none: then nothing of it is public."""
    needs = wanted_briefly(open_needs().filter(region__public_id=public_id)[:SHOWN])
    region = Region.objects.select_related("municipality").filter(public_id=public_id).first()
    if region is None or not needs:
        raise Http404
    context = {
        "region": region,
        "label": public_label(region),
        "is_named": region.publicity != Publicity.MUNICIPALITY_ONLY,
        "shows_figures": region.publicity == Publicity.FULL,
        "needs": needs,
        "guides": guides_for(region),
    }
    return render(request, "region_public.html", context)
