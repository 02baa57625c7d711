"""Matches of who is signed in: what waits for an answer, how each one stands, whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.services.contact_cards import missing_lines
from accounts.web.profile import CardForm
from matching.enums import DISCLOSED, LIVE, MatchState, Side
from matching.models import Match
from matching.policies import matches_visible_to
from matching.selectors.conversation import takes_part
from matching.selectors.guardians import guarded_as_read
from matching.selectors.lacks import lacks_of
from matching.selectors.matches import events_of, matches_of_list
from matching.selectors.paths import review_path
from matching.selectors.printable import MatchSheets
from matching.selectors.readiness import SETTLING
from matching.selectors.reports import reports_beside
from matching.selectors.sights import MatchSight, sight_of
from matching.selectors.story import story
from matching.selectors.viewers import viewer_of
from matching.services.disclosure import reveal
from matching.web.acts import Act
from matching.web.base import actor_of, known_match, known_sight, private
from matching.web.conversation import newest, owes_thanks
from matching.web.guide_acts import groups_of, guide_acts_of
from matching.web.match_acts import acts_of, mending
from regions.models import Slot

ON_A_PAGE = 20
LIVE_SHOWN, PAGES_MAX = 50, 1000
OPENING = ("answer", "promise", "who-came")
BEFORE_MEETING = frozenset({MatchState.PROPOSED, MatchState.ASKING})
ENDING = ("decline", "withdraw", "cancel")


@private
@require_safe
def match_list(request: HttpRequest) -> HttpResponse:
    """The matches this person may know of: those that go on by their deadline, the past ones by pages. 13 queries."""
    actor = actor_of(request)
    keys = matches_visible_to(actor).values_list("pk", flat=True)
    live = _slice(keys.filter(state__in=sorted(LIVE)).order_by("due_at", "pk"), request.GET.get("live", ""))
    past = keys.exclude(state__in=sorted(LIVE)).order_by("-created_at", "-pk")
    page = Paginator(past, ON_A_PAGE).get_page(request.GET.get("page"))
    sights = _sights(actor, [*live.keys, *page])
    going_on = [sights[key] for key in live.keys if key in sights]
    context = {
        "waiting": [sight for sight in going_on if waits_for(sight)],
        "going_on": [sight for sight in going_on if not waits_for(sight)],
        "past": [sights[key] for key in page if key in sights],
        "live": live,
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "match_list.html", context)


def _sights(actor: User, keys: Iterable[int]) -> dict[int, MatchSight]:
    """These matches as this person may see them, by primary key, without any deleted meanwhile."""
    found = matches_of_list(keys)
    viewer = viewer_of(actor, found.values())
    return {key: MatchSight(match, viewer) for key, match in found.items()}


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list that is not counted."""

    number: int
    keys: list[int]
    has_next: bool


def _slice(keys: QuerySet[Match, int], asked: str) -> Slice:
    """The page asked for, else the first. One key more is read, to know whether there is a next page."""
    number = int(asked) if asked.isdecimal() and 0 < int(asked) <= PAGES_MAX else 1
    found = list(keys[(number - 1) * LIVE_SHOWN : number * LIVE_SHOWN + 1])
    return Slice(number, found[:LIVE_SHOWN], len(found) > LIVE_SHOWN)


def waits_for(sight: MatchSight) -> bool:
    """Whether the next word is this person's: a side owes an answer, or has not confirmed the promise."""
    return sight.is_live and (sight.owes_answer or sight.owes_promise)


@private
@require_safe
def match_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """How one match stands, what to do next, and how it came here. 15 queries, more for a guide, where minors come, and once both want to meet."""
    actor = actor_of(request)
    sight = known_sight(actor, public_id)
    acts, guided = acts_of(sight), guide_acts_of(sight)
    may_read = takes_part(sight.viewer.roles_on(sight.match)) and sight.match.approved_at is not None
    thread = newest(sight) if may_read else []
    context = {
        "sight": sight,
        "scenes": story(events_of(sight.match, sight.viewer), sight.viewer),
        "may_read_messages": may_read,
        "thread": thread,
        "asks_for_thanks": owes_thanks(sight, thread, timezone.now()),
        "first": next(((path, acts[path]) for path in OPENING if path in acts), None),
        "others": _others(acts),
        "endings": [(path, acts[path]) for path in ENDING if path in acts],
        "desk": groups_of(sight, guided),
        "lacks": [(lack, mending(lack.code, sight, acts, guided)) for lack in lacks_of(sight)],
        "checks": _checks(sight),
        "is_promised": sight.match.state in DISCLOSED,
        "is_settled": _is_settled(sight),
        "comes": _next_date(sight),
        "why_is_told": bool(sight.reasons or sight.caveat),
        "guarded": guarded_as_read(sight.match) if sight.is_live and sight.cares_for_people else [],
        "card_lacks": _card_lacks(sight, actor),
        "may_reveal": sight.may_look,
        "sheets": MatchSheets(sight),
        "reports": reports_beside(sight),
        "review_path": review_path(sight.match) if sight.oversees else "",
    }
    return render(request, "match_page.html", context)


def _is_settled(sight: MatchSight) -> bool:
    """Whether a side has nothing left to wait for but its guide, who makes the promise."""
    return sight.match.state in SETTLING and not (sight.missing or sight.oversees)


def _next_date(sight: MatchSight) -> Slot | None:
    """The date of a promised match that comes next or goes on now; None before the promise and after the last day."""
    if not (sight.is_live and sight.match.state in DISCLOSED):
        return None
    now = timezone.now()
    return next((slot for slot in sight.slots if slot.end_at > now), None)


def _card_lacks(sight: MatchSight, actor: User) -> list[str]:
    """What the participant's own contact card does not say yet, once both sides have answered. One query, else none.

    Before that there is one thing to do on this page: to answer.
    """
    is_to_answer = sight.match.state in BEFORE_MEETING and not _is_settled(sight)
    if not sight.is_live or is_to_answer or Side.PARTY not in sight.sides:
        return []
    return CardForm().labels_of(missing_lines(actor=actor))


def _checks(sight: MatchSight) -> list[Mapping[str, Any]]:
    """What is checked before the day, what is due first on top; empty before the promise and after the day."""
    if not (sight.is_live and sight.match.state in DISCLOSED):
        return []
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
