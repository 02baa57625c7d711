"""The home page: what Enishi is, what is open now, and for who is signed in their matches."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from matching.policies import matches_visible_to
from regions.enums import NeedStage
from regions.models import Need

SHOWN = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Public. Three queries at most."""
    needs = Need.objects.filter(stage=NeedStage.OPEN)
    context = {
        "open_needs": needs.count(),
        "communities": needs.values("region").distinct().count(),
        "matches": _own_matches(request),
        "demo_url": reverse("demo") if settings.ENISHI_DEMO else "",
    }
    return render(request, "home.html", context)


def _own_matches(request: HttpRequest) -> list[object]:
    if not request.user.is_authenticated:
        return []
    mine = matches_visible_to(request.user).select_related("need").order_by("-changed_at", "-pk")
    return list(mine[:SHOWN])
