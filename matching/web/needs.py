"""Needs for everybody: searching them, and one need with its day, its dangers and what is given for it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.web.base import rows_of
from accounts.web.prefectures import CELL, COLUMNS, PREFECTURES, ROWS, Prefecture
from matching.selectors.openings import Opening
from matching.selectors.wanted import Wanted, needs_by_prefecture, open_needs, wanted, wanted_briefly
from matching.web.schema import event_of
from matching.web.search import NeedSearch
from matching.web.watches import kind_to_watch
from regions.models import Need
from regions.selectors.regions import guides_for

ON_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class MapBox:
    """One prefecture on the map, in units of the drawing, with how many needs stand there."""

    prefecture: Prefecture
    count: int

    @property
    def x(self) -> int:
        return self.prefecture.box[0] * CELL

    @property
    def y(self) -> int:
        return self.prefecture.box[1] * CELL

    @property
    def width(self) -> int:
        return self.prefecture.box[2] * CELL

    @property
    def height(self) -> int:
        return self.prefecture.box[3] * CELL

    @property
    def middle(self) -> tuple[int, int]:
        """Where its name stands."""
        return self.x + self.width // 2, self.y + self.height // 2 + 7


@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """Open needs by what one looks for. Eight queries, four more for answers that name kinds and a home."""
    form = NeedSearch(request.GET or {})
    anywhere = form.found_anywhere(open_needs())
    page = Paginator(form.in_prefecture(anywhere), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
        "needs": wanted_briefly(rows_of(page)),
        "boxes": _map(anywhere),
        "map_size": (COLUMNS * CELL, ROWS * CELL),
    }
    return render(request, "need_list.html", context)


def _map(anywhere: QuerySet[Need]) -> list[MapBox]:
    """The map counts what the other answers leave in each prefecture."""
    counts = needs_by_prefecture(anywhere)
    return [MapBox(each, counts.get(each.code, 0)) for each in PREFECTURES]


@require_safe
def need_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One open need for everybody. 404 for anything that is not open."""
    shown = _one(public_id)
    guides = guides_for(shown.need.region)
    kind = kind_to_watch(shown.need) if request.user.is_authenticated else None
    guide = guides[0] if guides else None
    context = {
        "wanted": shown,
        "need": shown.need,
        "guide": guide,
        "kind": kind,
        "is_full": shown.opening == Opening.FULL,
        "event": event_of(
            shown,
            address=request.build_absolute_uri(),
            organizer=guide.organization.name if guide else "",
        ),
    }
    return render(request, "need_public.html", context)


def _one(public_id: str) -> Wanted:
    found = wanted(open_needs().filter(public_id=public_id))
    if not found:
        raise Http404
    return found[0]
