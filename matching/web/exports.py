"""Lists as files: whoever may read a list may keep it, with the same rows and words."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.sheets.answers import table_file
from matching.selectors.lists import date_table, list_table, wanted_table
from matching.selectors.wanted import open_needs
from matching.web.base import actor_of, private
from matching.web.search import NeedSearch
from regions.web.base import own_region


@private
@require_safe
def list_file(request: HttpRequest, which: str, kind: str) -> HttpResponse:
    """A list of who is signed in: matches, proposals, calls, what is due."""
    table = list_table(actor_of(request), which, is_own=request.GET.get("mine") == "1")
    if table is None:
        raise Http404
    return table_file(table, kind)


@private
@require_safe
def dates_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The dates of one community that are still to come."""
    return table_file(date_table(own_region(actor_of(request), public_id)), kind)


@require_safe
def needs_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The open needs that fit the search, for everybody."""
    form = NeedSearch(request.GET or {})
    return table_file(wanted_table(form.in_prefecture(form.found_anywhere(open_needs()))), kind)
