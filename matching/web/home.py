"""The home page: what an exchange of weaknesses is, and what is wanted now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from matching.selectors.wanted import open_needs, wanted_briefly

SHOWN = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Public. Four queries."""
    return render(request, "home.html", {"needs": wanted_briefly(open_needs()[:SHOWN])})
