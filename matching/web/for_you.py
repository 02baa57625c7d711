"""«For you»: what waits for an answer, what fits, or why nothing does and which condition to loosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User, Volunteer
from accounts.selectors.parties import told_parties
from accounts.web.party_tasks import told_of
from matching.engine import ReasonCode
from matching.selectors.matches import opened_to
from matching.selectors.sights import MatchSight
from matching.selectors.suggestions import suggested
from matching.selectors.viewers import party_viewer
from matching.services.suggestions import seen_by_party
from matching.web.base import actor_of, private
from matching.web.matches import waits_for

LOOSEN: Mapping[ReasonCode, tuple[Any, str]] = {
    ReasonCode.NO_COMMON_DATE: (_("the days on which you can come"), "days"),
    ReasonCode.TRAVEL_TOO_FAR: (_("how far you would go"), "travel"),
    ReasonCode.NO_WORK_FIT: (_("what you would like to do"), "abilities"),
    ReasonCode.NO_WISH_FIT: (_("what you are looking for"), "wishes"),
    ReasonCode.LOAD: (_("how heavy the work may be"), "limits"),
    ReasonCode.REMOTE_NOT_WANTED: (_("whether you would help from home"), "limits"),
    ReasonCode.PLACES_SHORT: (_("with how many you come at least"), "people"),
    ReasonCode.FIRST_VISIT_MAX: (_("with how many you come at least"), "people"),
    ReasonCode.QUALIFICATION: (_("which qualifications you hold"), "qualifications"),
}


"""What a rule is about in words, and the task on which it can be said otherwise."""


@private
@require_safe
def for_you(request: HttpRequest) -> HttpResponse:
    """The page of somebody who represents a party; without one, the way to become one. 14 queries, two more where a
    match waits."""
    actor, now = actor_of(request), timezone.now()
    parties = list(told_parties(actor).select_related("home", "look"))
    if not parties:
        return redirect("join-begin")
    party = next((each for each in parties if each.public_id == request.GET.get("party")), parties[0])
    look = seen_by_party(actor=actor, party=party, now=now)
    loosen, task = LOOSEN[ReasonCode(look.keeps_away)] if look and look.keeps_away else ("", "")
    context = {
        "party": party,
        "parties": parties,
        "waiting": _waiting(actor, party),
        "fits": suggested(look, party, now=now) if look and party.is_active else [],
        "look": look,
        "loosen": loosen,
        "loosen_task": task,
        "told": told_of(party),
    }
    return render(request, "for_you.html", context)


def _waiting(actor: User, party: Volunteer) -> list[MatchSight]:
    viewer = party_viewer(actor)
    sights = [MatchSight(match, viewer) for match in opened_to(party).prefetch_related("answers")]
    return [sight for sight in sights if waits_for(sight)]
