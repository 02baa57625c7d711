"""«I would like to try»: a participant asks for a need, on dates and with people of its choice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User, Volunteer
from accounts.services.contact_cards import missing_lines
from accounts.web.base import remember, returning
from matching.models import Match
from matching.selectors.openings import is_full
from matching.selectors.wanted import open_needs
from matching.services.applications import ask_for_need
from matching.web.base import actor_of, take
from matching.web.match_forms import note_field, slot_label
from regions.models import Need, Slot
from regions.selectors.needs import coming_slots


class ApplyForm(forms.Form):
    """With which party, when, with how many."""

    volunteer = forms.ModelChoiceField(
        label=_("As whom"), queryset=Volunteer.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    slots = forms.ModelMultipleChoiceField(
        label=_("When you could come"), queryset=Slot.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(
        label=_("With how many"), required=False, min_value=1,
        help_text=_("Leave it empty for as many as may come."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input input--num"}),
    )  # fmt: skip
    note = note_field()

    def __init__(self, *args: Any, actor: User, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        parties = actor.represented_parties.filter(is_active=True).order_by("pk")
        fields["volunteer"].queryset = parties
        fields["volunteer"].label_from_instance = str
        fields["volunteer"].initial = parties.first()
        fields["slots"].queryset = coming_slots().filter(need=need)
        fields["slots"].label_from_instance = slot_label


@returning
@require_http_methods(["GET", "POST"])
def need_apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for an open need. Who has no account, no party or no contact card yet is led there and back: nothing is lost."""
    actor = actor_of(request)
    need = open_needs().filter(public_id=public_id).select_related("region__municipality").first()
    if need is None:
        raise Http404
    if not actor.represented_parties.filter(is_active=True).exists():
        return _first_take_part(request, actor)
    posted = request.POST if request.method == "POST" else None
    form = ApplyForm(posted, actor=actor, need=need, initial=_kept(request, need))
    if request.method == "POST" and form.is_valid() and missing_lines(actor=actor):
        return _first_the_card(request, need)
    made: list[Match] = []
    if request.method == "POST" and take(form, lambda **values: made.append(_apply(actor, need, values))):
        request.session.pop(_kept_as(need), None)
        messages.success(request, _("Thank you. A guide looks at it and talks with you."))
        return redirect("match-page", public_id=made[0].public_id)
    context = {"need": need, "form": form, "is_full": is_full(need)}
    return render(request, "need_apply.html", context, status=422 if form.errors else 200)


def _first_take_part(request: HttpRequest, actor: User) -> HttpResponse:
    """Who has no party becomes one first, and comes back to this need; who has paused is told so."""
    if actor.represented_parties.exists():
        messages.info(request, _("You have paused matching. Take it up again to ask for a need."))
        return redirect("for-you")
    remember(request)
    messages.info(request, _("First tell us a little about you."))
    return redirect("join-begin")


def _kept_as(need: Need) -> str:
    return f"apply:{need.public_id}"


def _kept(request: HttpRequest, need: Need) -> dict[str, Any]:
    """The answers given before the way to the contact card; else the party that was looked at when this was chosen."""
    kept = request.session.get(_kept_as(need))
    if kept is not None:
        return {name: said if name == "slots" else "".join(said[:1]) for name, said in kept.items()}
    chosen = actor_of(request).represented_parties.filter(
        public_id=request.GET.get("party", ""), is_active=True
    )
    return {"volunteer": party} if (party := chosen.first()) else {}


def _first_the_card(request: HttpRequest, need: Need) -> HttpResponse:
    """Keep the answers and ask for what the contact card lacks; that page leads back here."""
    request.session[_kept_as(need)] = {name: request.POST.getlist(name) for name in ApplyForm.base_fields}
    remember(request)
    messages.info(
        request, _("Your answers are kept. Only your contact details are missing; then you can send them.")
    )
    return redirect("me-contact")


def _apply(actor: User, need: Need, values: dict[str, Any]) -> Match:
    return ask_for_need(actor=actor, need=need, **values)
