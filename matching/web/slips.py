"""Slips of circulars that came back on paper: the number on the slip leads to where its answer is entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.errors import NotAllowed
from matching.enums import Role, Side
from matching.selectors.paths import change_path
from matching.selectors.sights import MatchSight
from matching.selectors.slips import Slip, can_enter_slips, slip_of
from matching.web.base import actor_of, private
from matching.web.guide_acts import guide_acts_of
from matching.web.match_acts import acts_of

ANSWERED = (("enter-answer", "enter-no"), ("answer", "decline"))
"""Where a yes and a no of a community are entered: by a guide, and by who acts for the community."""


class NumberForm(forms.Form):
    """What stands on the slip."""

    number = forms.CharField(
        label=gettext_lazy("Number on the slip"), max_length=40, help_text=gettext_lazy("Twelve letters and digits, beside the title."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two ticks of a slip, and where it is entered."""

    ticked: Any
    button: Any
    path: str


@private
@require_safe
def slips(request: HttpRequest) -> HttpResponse:
    """Ask for the number of a slip, show what it belongs to, and lead to the entry of the answer."""
    actor = actor_of(request)
    if not can_enter_slips(actor):
        raise NotAllowed("no_slips", _("This page is for community guides and for who acts for a community."))
    form = NumberForm(request.GET if "number" in request.GET else None)
    slip = slip_of(actor, form.cleaned_data["number"]) if form.is_valid() else None
    if form.is_valid() and slip is None:
        form.add_error("number", _("None of your communities has a circular with this number. Please look at the slip again."))  # fmt: skip
    context = {
        "form": form, "slip": slip, "ways": _ways(slip), "change": change_path(slip.need) if slip and slip.need else "",
        "asks_who": slip is not None and slip.sight is not None and Role.GUIDE in slip.sight.roles,
    }  # fmt: skip
    return render(request, "slips.html", context, status=422 if form.errors else 200)


def _ways(slip: Slip | None) -> list[Way]:
    """Yes and no, as far as they may be entered now."""
    if slip is None or slip.sight is None or not slip.is_waited_for:
        return []
    sight = slip.sight
    yes, no = ANSWERED[0] if Role.GUIDE in sight.roles else ANSWERED[1]
    acts = acts_of(sight) | guide_acts_of(sight)
    found = (
        (yes, Way(_("“Let us meet” or “yes” is ticked"), _("Enter the yes"), _path(sight, yes))),
        (no, Way(_("“Not this time” is ticked"), _("Enter the no"), _path(sight, no))),
    )
    return [way for act, way in found if act in acts]


def _path(sight: MatchSight, act: str) -> str:
    query = urlencode({"side": Side.REGION.value, "from": "slips"})
    return f"{reverse('match-act', args=[sight.match.public_id, act])}?{query}"
