"""Matches of who is signed in: what waits for an answer, how each one stands, whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from matching.enums import LIVE
from matching.models import Match
from matching.selectors.conversation import takes_part
from matching.selectors.guardians import guarded_of
from matching.selectors.lacks import lacks_of
from matching.selectors.matches import events_of, matches_for
from matching.selectors.paths import review_path
from matching.selectors.sights import MatchSight, sight_of
from matching.selectors.story import story
from matching.selectors.viewers import viewer_of
from matching.services.disclosure import reveal
from matching.web.acts import Act
from matching.web.base import actor_of, known_match, private
from matching.web.conversation import newest
from matching.web.guide_acts import groups_of
from matching.web.match_acts import acts_of, mending

ON_A_PAGE = 20
LIVE_SHOWN, PAGES_MAX = 50, 1000
OPENING = ("answer", "promise")
ENDING = ("decline", "withdraw", "cancel")


@private
@require_safe
def match_list(request: HttpRequest) -> HttpResponse:
    """The matches this person may know of: those that go on by their deadline, the past ones by pages."""
    actor = actor_of(request)
    known = matches_for(actor).prefetch_related("answers")
    going_on = known.filter(state__in=sorted(LIVE)).order_by("due_at", "pk")
    live = _slice(going_on, request.GET.get("live", ""))
    page = Paginator(known.exclude(state__in=sorted(LIVE)), ON_A_PAGE).get_page(request.GET.get("page"))
    past = list(page)
    viewer = viewer_of(actor, [*live.rows, *past])
    sights = [MatchSight(match, viewer) for match in live.rows]
    context = {
        "waiting": [sight for sight in sights if waits_for(sight)],
        "going_on": [sight for sight in sights if not waits_for(sight)],
        "past": [MatchSight(match, viewer) for match in past],
        "live": live,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "match_list.html", context)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list that is not counted."""

    number: int
    rows: list[Match]
    has_next: bool


def _slice(matches: QuerySet[Match], asked: str) -> Slice:
    """The page asked for, else the first. One row more is read, to know whether there is a next page."""
    number = int(asked) if asked.isdecimal() and 0 < int(asked) <= PAGES_MAX else 1
    rows = list(matches[(number - 1) * LIVE_SHOWN : number * LIVE_SHOWN + 1])
    return Slice(number, rows[:LIVE_SHOWN], len(rows) > LIVE_SHOWN)


def waits_for(sight: MatchSight) -> bool:
    """Whether the next word is this person's: a side owes an answer, or has not confirmed the promise."""
    return sight.is_live and (sight.owes_answer or sight.owes_promise)


@private
@require_safe
def match_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """How one match stands, what to do next, and how it came here."""
    actor = actor_of(request)
    sight = sight_of(known_match(actor, public_id), actor)
    acts, desk = acts_of(sight), groups_of(sight)
    may_read = takes_part(sight.viewer.roles_on(sight.match)) and sight.match.approved_at is not None
    context = {
        "sight": sight,
        "scenes": story(events_of(sight.match, sight.viewer), sight.viewer),
        "may_read_messages": may_read,
        "thread": newest(sight) if may_read else [],
        "first": next(((path, acts[path]) for path in OPENING if path in acts), None),
        "others": _others(acts),
        "endings": [(path, acts[path]) for path in ENDING if path in acts],
        "desk": desk,
        "lacks": [(lack, mending(lack.code, sight)) for lack in lacks_of(sight)],
        "checks": _checks(sight) if sight.is_live else [],
        "guarded": guarded_of(sight.match) if sight.is_live and sight.cares_for_people else [],
        "may_reveal": sight.may_look,
        "review_path": review_path(sight.match) if sight.oversees else "",
    }
    return render(request, "match_page.html", context)


def _checks(sight: MatchSight) -> list[Mapping[str, Any]]:
    """What is checked before the day, what is due first on top."""
    return sorted(sight.preconditions, key=lambda check: (check["due_at"] is None, check["due_at"]))


def _others(acts: Mapping[str, Act]) -> list[tuple[str, Act]]:
    """What may be done beside the one thing that is to be done, endings apart."""
    first = next((path for path in OPENING if path in acts), "")
    return [(path, act) for path, act in acts.items() if path != first and path not in ENDING]


@private
@require_http_methods(["GET", "HEAD", "POST"])
def match_contacts(request: HttpRequest, public_id: str) -> HttpResponse:
    """Whom to call, as far as the state discloses it. Shown to a POST alone, because each look is put on record."""
    if request.method != "POST":
        return redirect("match-page", public_id=public_id)
    actor = actor_of(request)
    match = known_match(actor, public_id)
    contacts = reveal(match=match, viewer=actor)
    return render(request, "match_contacts.html", {"sight": sight_of(match, actor), "contacts": contacts})
