"""Whom to call: sides whose time to answer is over. A number is shown to a POST alone, because each look is put on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Conflict
from accounts.models import User
from matching.enums import Role, Side
from matching.models import Answer
from matching.selectors.board import require_desk
from matching.selectors.guiding import side_label
from matching.selectors.matches import match_shown
from matching.selectors.paths import calls_path
from matching.selectors.reviews import call_list, next_to_call
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from matching.services.disclosure import reveal_to_call
from matching.web.base import actor_of, known_match, private
from matching.web.entry_forms import CallForm
from regions.selectors.regions import offices_of

ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Call:
    """A side to call."""

    answer: Answer
    sight: MatchSight

    @property
    def whom(self) -> str:
        """The side by its word and name."""
        return side_label(self.answer.match, Side(self.answer.side))

    @property
    def line(self) -> str:
        """See ``line_of``."""
        return line_of(self.answer)

    @property
    def may_reveal(self) -> bool:
        """Whether the number may be asked for: by guides, not by who only administers."""
        return Role.GUIDE in self.sight.roles


def next_call_path(actor: User, *, after: Answer | None) -> str:
    """The page of the call list on which the next side stands, at its line; the list alone where nobody has to be called."""
    place = next_to_call(actor, after=after)
    if place is None:
        return calls_path()
    query = urlencode({"page": place.before // ON_A_PAGE + 1})
    return f"{calls_path()}?{query}#{line_of(place.answer)}"


def line_of(answer: Answer) -> str:
    """The name of a line of the list, to which an address can lead."""
    return f"call-{answer.match.public_id}-{answer.side}"


@private
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The call list, the longest overdue first. Eleven queries."""
    actor = actor_of(request)
    require_desk(actor)
    page = Paginator(call_list(actor), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    viewer = viewer_of(actor, [row.match for row in rows])
    context = {
        "calls": [Call(row, MatchSight(row.match, viewer)) for row in rows],
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "call_list.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def call_number(request: HttpRequest, public_id: str, side: str) -> HttpResponse:
    """Whom to call and at which number, with the form for what the call brings. GET leads back to the list."""
    if request.method != "POST":
        return redirect("calls")
    if side not in Side.values:
        raise Http404
    actor = actor_of(request)
    match = match_shown(known_match(actor, public_id))
    try:
        contacts = reveal_to_call(match=match, side=Side(side), viewer=actor)
    except Conflict as refusal:
        messages.info(request, str(refusal.message))
        return redirect("calls")
    form = CallForm(match=match, actor=actor)
    form.offer_sides([Side(side)])
    context: dict[str, Any] = {
        "sight": MatchSight(match, viewer_of(actor, [match])),
        "whom": side_label(match, Side(side)),
        "contacts": contacts,
        "offices": offices_of(match.need.region) if side == Side.REGION else [],
        "form": form,
    }
    return render(request, "call_number.html", context)
