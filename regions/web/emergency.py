"""Filling in the emergency card of a community, or of one need that lies elsewhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.web.base import actor_of, private, take
from regions.enums import Signal
from regions.models import EmergencyCard, Need, Region
from regions.models.emergency import MINUTES_MAX, WBGT_HIGHEST, WBGT_LOWEST
from regions.policies import known_regions
from regions.selectors.emergency import FACTS, facts_of_region, need_card, region_card
from regions.services.emergency import keep_need_card, keep_region_card


def _line(label: Any, *, at_most: int = 200, help_text: Any = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input"} | attrs)
    return forms.CharField(
        label=label, max_length=at_most, help_text=help_text, required=False, widget=widget
    )


def _number(label: Any, *, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input input--short", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, help_text=help_text, required=False, widget=widget
    )


class EmergencyForm(forms.Form):
    """All facts at once, in the order in which one calls for help. What is left empty is a line on paper."""

    rescue_address = _line(
        _("Address to tell 119, with a landmark"),
        help_text=_(
            "The place where people work, as the fire brigade finds it. A house number of the community hall helps."
        ),
    )
    hospital = _line(_("Hospital that takes in emergencies"), at_most=120)
    hospital_phone = _line(
        _("Telephone of the hospital"), at_most=30, type="tel", **{"class": "input input--short"}
    )
    hospital_minutes = _number(_("Minutes by car to the hospital"), least=0, most=MINUTES_MAX)
    aed_place = _line(_("Where the AED is"), help_text=_("And whether the door is locked."))
    signal = forms.ChoiceField(
        label=_("Signal of mobile phones on the spot"),
        choices=[("", _("not known yet")), *Signal.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    signal_place = _line(_("Where one can telephone from"))
    stop_wbgt = _number(
        _("Heat index (WBGT) from which work stops"),
        least=WBGT_LOWEST,
        most=WBGT_HIGHEST,
        help_text=_("From 31 on, exercise is to stop as a rule (guideline of the Japan Sport Association)."),
    )
    thunder_rule = _line(
        _("When it thunders"), help_text=_("When one stops, and which house or car one goes to.")
    )
    flood_rule = _line(_("When water rises"), help_text=_("What one watches, and where one goes."))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def region_emergency(request: HttpRequest, public_id: str) -> HttpResponse:
    """What holds everywhere in a community."""
    actor = actor_of(request)
    region = known_region(actor, public_id)
    form = _form(request, region_card(actor, region))
    if request.method == "POST" and take(
        form, lambda **values: keep_region_card(actor=actor, region=region, **values)
    ):
        messages.success(request, _("The emergency card is kept."))
        return redirect("region-emergency", public_id=public_id)
    context = {"form": form, "region": region}
    return render(request, "emergency_form.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def need_emergency(request: HttpRequest, public_id: str) -> HttpResponse:
    """What differs for one need; the community's facts stand for what is left empty."""
    actor = actor_of(request)
    need = known_need(actor, public_id)
    form = _form(request, need_card(actor, need))
    if request.method == "POST" and take(
        form, lambda **values: keep_need_card(actor=actor, need=need, **values)
    ):
        messages.success(request, _("The emergency card is kept."))
        return redirect("emergency-card", public_id=public_id)
    context = {"form": form, "region": need.region, "need": need, "shared": facts_of_region(need.region)}
    return render(request, "emergency_form.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, card: EmergencyCard) -> EmergencyForm:
    if request.method == "POST":
        return EmergencyForm(request.POST)
    return EmergencyForm(initial=model_to_dict(card, fields=FACTS))


def known_region(actor: User, public_id: str) -> Region:
    """A community this person acts or guides for.

    Raises:
        Http404: there is none.
    """
    region = known_regions(actor).select_related("municipality").filter(public_id=public_id).first()
    if region is None:
        raise Http404
    return region


def known_need(actor: User, public_id: str) -> Need:
    """A need, in any stage, of a community this person acts or guides for.

    Raises:
        Http404: there is none.
    """
    rows = Need.objects.filter(region__in=known_regions(actor).values("pk"))
    need = rows.select_related("region__municipality").filter(public_id=public_id).first()
    if need is None:
        raise Http404
    return need


urlpatterns: list[URLPattern] = [
    path("communities/<slug:public_id>/emergency/", region_emergency, name="region-emergency"),
    path("needs/<slug:public_id>/emergency/", need_emergency, name="need-emergency"),
]
