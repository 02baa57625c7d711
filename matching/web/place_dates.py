"""One date of a community: who comes, and the word of the day for everybody at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from matching.enums import EndReason
from matching.selectors.communities import dates_of, matches_on
from matching.selectors.viewers import entered_for
from matching.services.rain import names_another_day, postpone_slot, say_slot_goes_ahead
from matching.services.slots import cancel_slot
from matching.transitions import CANCEL_REASONS
from matching.web.base import actor_of, private, take
from matching.web.match_forms import NO_REASON_YET
from regions.models import Region, Slot
from regions.web.base import own_region, posted

WEEK = timedelta(days=7)
WHEN = {"type": "datetime-local"}


class AheadForm(forms.Form):
    """It takes place: nothing more is asked."""


class LaterForm(forms.Form):
    """When instead: a week later at the same hour, unless another time is said."""

    start_at = forms.DateTimeField(
        label=_("Begins instead at"),
        widget=forms.DateTimeInput(attrs=WHEN, format="%Y-%m-%dT%H:%M"),
    )


class OffForm(forms.Form):
    """Why it is called off; the others read the guide's neutral sentence."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[
            NO_REASON_YET,
            *((reason.value, reason.label) for reason in EndReason if reason in CANCEL_REASONS - {EndReason.CANNOT_COME}),
        ],
    )  # fmt: skip

    def clean_reason(self) -> EndReason:
        """As the service takes it."""
        return EndReason(self.cleaned_data["reason"])


WORDS: Mapping[str, tuple[type[forms.Form], Callable[..., Slot], Any]] = {
    "ahead": (AheadForm, say_slot_goes_ahead, _("Everybody is told that it takes place.")),
    "later": (LaterForm, postpone_slot, _("It is put off, and everybody is told.")),
    "off": (OffForm, cancel_slot, _("It is called off, and everybody is told.")),
}


@private
@require_http_methods(["GET", "POST"])
def place_date(request: HttpRequest, public_id: str, slot_id: str) -> HttpResponse:
    """Who comes on a date. A POST says one word for all its matches: it takes place, is put off, or is called off."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    slot = dates_of(region).filter(public_id=slot_id).first()
    if slot is None:
        raise Http404
    word = request.POST.get("word", "")
    shown = {name: _form(request, name, slot, is_said=name == word) for name in WORDS}
    form = shown.get(word)
    if request.method == "POST" and form is None:
        raise Http404
    if form is not None and take(form, lambda **said: _say(word, slot, region, actor, said)):
        messages.success(request, WORDS[word][2])
        return redirect("place-dates", public_id=public_id)
    now = timezone.now()
    context = {
        "region": region, "slot": slot, "need": slot.need, "sights": matches_on(actor, slot), "form": form,
        "ahead": shown["ahead"], "later": shown["later"], "off": shown["off"],
        "is_to_come": slot.cancelled_at is None and slot.start_at > now, "is_standing": slot.cancelled_at is None and slot.end_at > now,
        "may_be_put_off": names_another_day(slot),
    }  # fmt: skip
    return render(request, "place/date.html", context, status=422 if form is not None else 200)


def _form(request: HttpRequest, name: str, slot: Slot, *, is_said: bool) -> forms.Form:
    initial = {"start_at": slot.start_at + WEEK} if name == "later" else None
    return WORDS[name][0](posted(request) if is_said else None, initial=initial, auto_id=f"{name}_%s")


def _say(word: str, slot: Slot, region: Region, actor: User, said: dict[str, Any]) -> Slot:
    """The service, told on whose behalf it is entered."""
    return WORDS[word][1](slot=slot, actor=actor, on_behalf_of=entered_for(actor, region), **said)
