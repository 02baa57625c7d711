"""Pages that say how Enishi works and what it promises: words alone, no data."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import TemplateView

PAGES = {
    "how-it-works": "about/how_it_works.html",
    "accessibility": "about/accessibility.html",
    "credits": "about/credits.html",
}

urlpatterns: list[URLPattern] = [
    path(f"about/{name}/", TemplateView.as_view(template_name=template), name=name)
    for name, template in PAGES.items()
]
