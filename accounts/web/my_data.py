"""My data: see it, take it along, correct it, stop, erase it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors.parties import own_parties
from accounts.selectors.users import looks_at
from accounts.services.erasure import erase_account, pause_everything, resume_everything
from accounts.services.personal_data import export_my_data, what_is_kept
from accounts.web.base import actor_of, private, sent_from, take
from accounts.web.notice_settings import notice_settings
from accounts.web.statistics import statistics, statistics_take_back

ON_A_PAGE = 20


class EraseForm(forms.Form):
    """One's own e-mail address, typed: nobody does that by accident."""

    confirmation = forms.CharField(
        label=_("E-mail address of your account"),
        help_text=_("Please type it, so that this does not happen by accident."),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )


@private
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept of oneself in plain words, and who was shown one's contact data."""
    actor = actor_of(request)
    page = Paginator(looks_at(actor), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "kept": what_is_kept(actor),
        "takes_part": own_parties(actor).filter(is_active=True).exists(),
        "has_party": own_parties(actor).exists(),
        "page": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1),
    }
    return render(request, "my_data/see.html", context)


@private
@require_safe
def my_data_export(request: HttpRequest) -> HttpResponse:
    """Everything, as one JSON file to take along."""
    actor = actor_of(request)
    answer = JsonResponse(export_my_data(actor=actor), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="enishi-{actor.public_id}.json"'
    return answer


@private
@sent_from("my-data")
def my_data_pause(request: HttpRequest) -> HttpResponse:
    """Stop being matched with all one's participants; promises stand."""
    count = pause_everything(actor=actor_of(request))
    text = ngettext(
        "%(count)d participant is paused. Promises stand.",
        "%(count)d participants are paused. Promises stand.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("my-data")


@private
@sent_from("my-data")
def my_data_resume(request: HttpRequest) -> HttpResponse:
    """Take part again."""
    resume_everything(actor=actor_of(request))
    messages.success(request, _("You take part again."))
    return redirect("my-data")


@private
@require_http_methods(["GET", "POST"])
def my_data_erase(request: HttpRequest) -> HttpResponse:
    """Close the account for good, after saying what that means."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and take(form, lambda **values: _erase(actor_of(request), **values)):
        logout(request)
        messages.success(
            request, _("Your account is closed and your data is erased. Thank you for your time here.")
        )
        return redirect("home")
    return render(request, "my_data/erase.html", {"form": form}, status=422 if form.errors else 200)


def _erase(actor: User, *, confirmation: str) -> User:
    return erase_account(actor=actor, confirmation=confirmation)


urlpatterns: list[URLPattern] = [
    path("", my_data, name="my-data"),
    path("emails/", notice_settings, name="notice-settings"),
    path("statistics/", statistics, name="statistics"),
    path("statistics/take-back/", statistics_take_back, name="statistics-take-back"),
    path("export/", my_data_export, name="my-data-export"),
    path("pause/", my_data_pause, name="my-data-pause"),
    path("resume/", my_data_resume, name="my-data-resume"),
    path("erase/", my_data_erase, name="my-data-erase"),
]
