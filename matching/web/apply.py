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
from matching.models import Match
from matching.selectors.openings import is_full
from matching.selectors.wanted import open_needs
from matching.services.proposals import apply_for_need
from matching.web.base import actor_of, private, take
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


@private
@require_http_methods(["GET", "POST"])
def need_apply(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for an open need. Who has no party yet is led to become one, and the need is remembered."""
    actor = actor_of(request)
    need = open_needs().filter(public_id=public_id).select_related("region__municipality").first()
    if need is None:
        raise Http404
    if not actor.represented_parties.exists():
        messages.info(request, _("First tell us a little about you."))
        return redirect("join-begin")
    form = ApplyForm(request.POST if request.method == "POST" else None, actor=actor, need=need)
    made: list[Match] = []
    if request.method == "POST" and take(form, lambda **values: made.append(_apply(actor, need, values))):
        messages.success(request, _("Thank you. A guide looks at it and talks with you."))
        return redirect("match-page", public_id=made[0].public_id)
    context = {"need": need, "form": form, "is_full": is_full(need)}
    return render(request, "need_apply.html", context, status=422 if form.errors else 200)


def _apply(actor: User, need: Need, values: dict[str, Any]) -> Match:
    return apply_for_need(actor=actor, need=need, **values)
