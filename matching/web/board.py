"""A guide's board: everything due, overdue first, and the needs that find too few people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.policies import is_admin, is_guide
from matching.selectors.advice import Advice, advice_of
from matching.selectors.board import SPANS, Task, board_first, board_rows, load_of, lonely_needs, tasks_of
from matching.selectors.paths import change_path
from matching.web.base import actor_of, private

SHOWN, NEEDS_SHOWN, ON_A_PAGE = 10, 3, 30


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the board: its first lines and how many there are in all."""

    when: str
    title: Any
    tasks: list[Task]
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.tasks)


@private
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is overdue, due today and in the days ahead, each section cut, and the needs that find too few people."""
    actor, now, is_own = actor_of(request), timezone.now(), _is_own(request)
    found = board_first(actor, at_most=SHOWN, now=now, is_own=is_own)
    tasks = iter(tasks_of(actor, [row for first in found.values() for row in first.rows], now=now))
    sections = [
        Section(when, SPANS[when], [next(tasks) for _row in first.rows], first.count)
        for when, first in found.items()
    ]
    lonely = lonely_needs(actor)
    context = {
        "sections": sections,
        "counts": {section.when: section.count for section in sections},
        "advice": _advice(lonely[:NEEDS_SHOWN]),
        "lonely": lonely.count(),
        "load": load_of(actor, on=timezone.localdate(now)),
        "is_own": is_own,
        "may_pair": is_guide(actor),
        "is_admin": is_admin(actor),
        "now": now,
    }
    return render(request, "board.html", context)


@private
@require_safe
def board_list(request: HttpRequest, when: str) -> HttpResponse:
    """One section as a whole, by pages."""
    if when not in SPANS:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    rows = board_rows(actor, when, now=now, is_own=_is_own(request))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"title": SPANS[when], "when": when, "tasks": tasks_of(actor, list(page), now=now), "now": now}
    return render(request, "board_list.html", context | _pages(page))


@private
@require_safe
def board_needs(request: HttpRequest) -> HttpResponse:
    """All needs that find too few, by pages."""
    actor = actor_of(request)
    page = Paginator(lonely_needs(actor), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"advice": _advice(page), "may_pair": is_guide(actor)}
    return render(request, "board_needs.html", context | _pages(page))


def _is_own(request: HttpRequest) -> bool:
    return request.GET.get("mine") == "1"


def _advice(rows: Any) -> list[tuple[Advice, str]]:
    """Each with the address where it is changed."""
    return [(advice, change_path(advice.row.need)) for advice in advice_of(rows)]


def _pages(page: Page[Any]) -> dict[str, Any]:
    return {
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
