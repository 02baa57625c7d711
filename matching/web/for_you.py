"""«For you»: what waits for an answer, what fits, or why nothing does and which condition to loosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Volunteer
from matching.engine import ReasonCode
from matching.enums import LIVE
from matching.models import Match
from matching.selectors.matches import matches_for
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from matching.selectors.wanted import open_needs, wanted
from matching.services.suggestions import Suggestions, suggestions_for
from matching.web.base import actor_of, private
from matching.web.matches import waits_for

KEPT_SECONDS = 300
LOOSEN: Mapping[ReasonCode, Any] = {
    ReasonCode.NO_COMMON_DATE: _("the days on which you can come"),
    ReasonCode.TRAVEL_TOO_FAR: _("how far you would go"),
    ReasonCode.NO_WORK_FIT: _("what you would like to do"),
    ReasonCode.NO_WISH_FIT: _("what you are looking for"),
    ReasonCode.LOAD: _("how heavy the work may be"),
    ReasonCode.REMOTE_NOT_WANTED: _("whether you would help from home"),
    ReasonCode.PLACES_SHORT: _("with how many you come at least"),
    ReasonCode.FIRST_VISIT_MAX: _("with how many you come at least"),
    ReasonCode.QUALIFICATION: _("which qualifications you hold"),
}


@private
@require_safe
def for_you(request: HttpRequest) -> HttpResponse:
    """The page of somebody who represents a party; without one, the way to become one."""
    actor = actor_of(request)
    told = actor.represented_parties.select_related("home")
    told = told.prefetch_related("abilities__work_kind", "wishes__asset_kind")
    parties = list(told.order_by("pk"))
    if not parties:
        return redirect("join-begin")
    party = next((each for each in parties if each.public_id == request.GET.get("party")), parties[0])
    found = _found(party)
    context = {
        "party": party,
        "parties": parties,
        "waiting": _waiting(request, party),
        "fits": _shown(found, party),
        "found": found,
        "loosen": LOOSEN[found.keeps_away] if found.keeps_away else None,
    }
    return render(request, "for_you.html", context)


def _found(party: Volunteer) -> Suggestions:
    """What fits, looked for anew when the party changes what it said, else every few minutes.

    Judging every open need takes seconds in a full country. What is kept is a list of needs and words: whether a need is still
    open and how much room it has is read each time.
    """
    key = f"for-you:{party.pk}:{party.changed_at.timestamp()}:{get_language()}"
    kept: Suggestions | None = cache.get(key)
    if kept is None:
        kept = suggestions_for(party, now=timezone.now())
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _waiting(request: HttpRequest, party: Volunteer) -> list[MatchSight]:
    actor = actor_of(request)
    live = matches_for(actor).filter(volunteer=party, state__in=sorted(LIVE))
    rows = list(live.prefetch_related("answers").order_by("due_at", "pk"))
    viewer = viewer_of(actor, rows)
    return [sight for sight in (MatchSight(match, viewer) for match in rows) if waits_for(sight)]


def _shown(found: Suggestions, party: Volunteer) -> list[dict[str, Any]]:
    """What fits, without needs about which there is a match already."""
    going_on = set(
        Match.objects.filter(volunteer=party, state__in=sorted(LIVE)).values_list("need", flat=True)
    )
    fits = [fit for fit in found.fits if fit.need_id not in going_on]
    rows = {item.need.pk: item for item in wanted(open_needs().filter(pk__in=[fit.need_id for fit in fits]))}
    return [{"item": rows[fit.need_id], "fit": fit} for fit in fits if fit.need_id in rows]
