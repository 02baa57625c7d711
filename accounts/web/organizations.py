"""Intermediary organizations for everybody: where each works, and with how many guides. No person is named."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from accounts.models import Organization
from accounts.selectors.organizations import guides_at_work, organizations_in_public
from accounts.web.prefectures import BY_CODE, Prefecture

ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Area:
    """A prefecture an organization works in: the whole of it, or some municipalities."""

    prefecture: Prefecture
    municipalities: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An organization from ``organizations_in_public`` as the pages show it."""

    organization: Organization
    guides: int

    @property
    def areas(self) -> list[Area]:
        """Where it works, from north to south. No query."""
        rows = list(self.organization.coverages.all())
        named: dict[str, list[str]] = {row.prefecture_code: [] for row in rows}
        whole = {row.prefecture_code for row in rows if row.municipality is None}
        for row in rows:
            if row.municipality is not None and row.prefecture_code not in whole:
                named[row.prefecture_code].append(row.municipality.name)
        return [Area(BY_CODE[code], sorted(names)) for code, names in sorted(named.items())]


@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    """All organizations by name. Five queries."""
    page = Paginator(organizations_in_public(), ON_A_PAGE).get_page(request.GET.get("page"))
    guides = guides_at_work(page)
    context = {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
        "shown": [Shown(row, guides.get(row.pk, 0)) for row in page],
    }
    return render(request, "organization_list.html", context)


@require_safe
def organization_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One organization. Four queries."""
    row = get_object_or_404(organizations_in_public(), public_id=public_id)
    shown = Shown(row, guides_at_work([row]).get(row.pk, 0))
    return render(request, "organization_public.html", {"shown": shown})


urlpatterns: list[URLPattern] = [
    path("organizations/", organization_list, name="organization-list"),
    path("organizations/<slug:public_id>/", organization_page, name="organization-page"),
]
