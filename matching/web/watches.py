"""What one watches: the list, a new one from the page of a community, a need or a search, and its removal."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.errors import DomainError, Invalid
from accounts.models import User
from accounts.models.vocabulary import Kind
from matching.models import Watch
from matching.services.watches import unwatch, watch_region, watch_search
from matching.web.base import actor_of, private, sent_from
from matching.web.search import NeedSearch
from regions.models import Need
from regions.policies import public_label

QUERY_MAX = 1000


@private
@require_safe
def watch_list(request: HttpRequest) -> HttpResponse:
    """Everything one watches (twenty at most), in the words of the search, each with a way to the list of today."""
    watches = Watch.objects.filter(user=actor_of(request)).select_related("region__municipality")
    form = NeedSearch()
    rows = [_row(watch, form) for watch in watches.order_by("-made_at", "-pk")]
    return render(request, "watch_list.html", {"rows": rows})


def _row(watch: Watch, form: NeedSearch) -> dict[str, object]:
    if watch.region is not None:
        return {"watch": watch, "label": public_label(watch.region), "region": watch.region}
    query = QueryDict(mutable=True)
    for name, value in watch.answers.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return {"watch": watch, "label": form.words_of(watch.answers), "query": query.urlencode()}


@private
@sent_from("watch-list")
def watch_new(request: HttpRequest) -> HttpResponse:
    """Watch the community or the search that was sent."""
    region_id, query = request.POST.get("region", ""), request.POST.get("query", "")[:QUERY_MAX]
    return _done(
        request, lambda actor: _watch(actor, region_id, query), _("You hear of it when something new opens.")
    )


def _watch(actor: User, region_id: str, query: str) -> Watch:
    if region_id:
        return watch_region(actor=actor, region_id=region_id)
    form = NeedSearch(QueryDict(query))
    if not form.is_valid():
        raise Invalid("search_wrong", _("Please look at the answers of the search again."))
    return watch_search(actor=actor, answers=form.stated())


@private
@sent_from("watch-list")
def watch_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Watch it no longer."""
    return _done(
        request, lambda actor: unwatch(actor=actor, watch_id=public_id), _("You do not watch it any more.")
    )


def _done(request: HttpRequest, act: Callable[[User], object], told: object) -> HttpResponse:
    """Do it and say so, or say why not, on the list."""
    try:
        act(actor_of(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(told))
    return redirect("watch-list")


def kind_to_watch(need: Need) -> Kind | None:
    """The kind of work of a need as the search asks for it: the top of its tree. Two queries at most."""
    rows = list(need.work.all())
    kind: Kind | None = max(rows, key=lambda row: row.weight).work_kind if rows else None
    while kind is not None and kind.parent is not None:
        kind = kind.parent
    return kind
