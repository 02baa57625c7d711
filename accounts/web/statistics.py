"""Age and sex for counts: a question that nobody has to answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.enums import StatAge, StatSex
from accounts.services.statistics import own_statistics, say_statistics, take_back_statistics
from accounts.web.base import actor_of, private, sent_from, take


class StatisticsForm(forms.Form):
    """Two choices with «I would rather not say» beside the others, and the consent."""

    age = forms.ChoiceField(label=_("Age"), choices=StatAge.choices, widget=forms.RadioSelect)
    sex = forms.ChoiceField(label=_("Sex"), choices=StatSex.choices, widget=forms.RadioSelect)
    agrees = forms.BooleanField(label=_("I agree that this is kept for counts only"), required=False)


@private
@require_http_methods(["GET", "POST"])
def statistics(request: HttpRequest) -> HttpResponse:
    """Say it, change it, or see what is kept."""
    actor = actor_of(request)
    held = own_statistics(actor)
    initial = {"age": held.age, "sex": held.sex} if held else {"age": StatAge.UNSAID, "sex": StatSex.UNSAID}
    form = StatisticsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and take(form, lambda **values: say_statistics(actor=actor, **values)):
        is_kept = own_statistics(actor) is not None
        messages.success(
            request, _("Your answer is kept. Thank you.") if is_kept else _("No answer is kept.")
        )
        return redirect("statistics")
    context = {"form": form, "held": held}
    return render(request, "my_data/statistics.html", context, status=422 if form.errors else 200)


@private
@sent_from("statistics")
def statistics_take_back(request: HttpRequest) -> HttpResponse:
    """Delete what was said."""
    take_back_statistics(actor=actor_of(request))
    messages.success(request, _("Your answer is deleted."))
    return redirect("statistics")
