"""Signing up, interests first: three short screens before any account, kept in the session, made a party afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import ConsentKind
from accounts.errors import DomainError
from accounts.models import User
from accounts.policies import is_guide
from accounts.selectors.users import has_consented
from accounts.services.consents import TERMS_VERSION, accept_terms
from accounts.services.parties import create_party
from accounts.web.base import onwards
from matching.selectors.wanted import open_needs
from matching.web.base import actor_of, private, take
from matching.web.join_forms import STEPS, CheckForm, party_values, summary
from regions.selectors import filters as narrow

KEPT = "join"
AFTER = "account_signup"


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, step: str) -> HttpResponse:
    """One screen. Every answer is kept, so that one may go back, or come back."""
    if step not in STEPS:
        raise Http404
    kept = request.session.get(KEPT, {})
    form = STEPS[step](request.POST if request.method == "POST" else None, initial=kept)
    if request.method == "POST" and form.is_valid():
        request.session[KEPT] = kept | form.kept()
        return _onwards(request, step)
    context = {
        "form": form,
        "step": step,
        "steps": _marked(step),
        "back": _before(step),
        "count": _fitting(kept),
    }
    return render(request, f"join/{step}.html", context, status=422 if form.errors else 200)


def _onwards(request: HttpRequest, step: str) -> HttpResponse:
    names = list(STEPS)
    following = names.index(step) + 1
    if following < len(names):
        return redirect("join", step=names[following])
    return redirect("join-check" if request.user.is_authenticated else AFTER)


def _before(step: str) -> str:
    names = list(STEPS)
    here = names.index(step)
    return names[here - 1] if here else ""


def _marked(step: str) -> list[tuple[str, str]]:
    """The screens with how they stand: done, now, or still to come."""
    names = list(STEPS)
    here = names.index(step)
    marks = ["done" if number < here else "now" if number == here else "" for number in range(len(names))]
    labels = [_("Interests"), pgettext("where one lives", "Home"), _("When"), _("E-mail")]
    return list(zip(labels, [*marks, ""], strict=True))


def _fitting(kept: Mapping[str, Any]) -> int:
    """How many communities fit the interests said so far, both ways. Two queries at most."""
    needs = open_needs()
    if kept.get("do"):
        needs = narrow.needs_of_work(needs, kept["do"])
    if kept.get("wish"):
        needs = narrow.needs_in_return_for(needs, kept["wish"])
    return needs.order_by().values("region").distinct().count()


@private
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where one goes after signing in. Changes nothing: what was said before the account waits to be sent."""
    actor = actor_of(request)
    if request.session.get(KEPT) and is_new_here(actor):
        return redirect("join-check")
    left = onwards(request)
    if left is not None:
        return redirect(left)
    if is_guide(actor) or is_new_here(actor):
        return redirect("match-list")
    return redirect("for-you")


def is_new_here(actor: User) -> bool:
    """Whether somebody has no party yet and no part in reviewing."""
    return not is_guide(actor) and not actor.represented_parties.exists()


@private
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The answers once more, and the button that makes a party of them. What is missing or unknown now is asked again."""
    actor, kept = actor_of(request), request.session.get(KEPT, {})
    missing = _first_missing(kept)
    if missing is not None:
        return redirect("join", step=missing)
    form = CheckForm(request.POST if request.method == "POST" else None, asks_consent=not _consented(actor))
    if request.method == "POST" and take(form, lambda **values: _begin(actor, kept, values)):
        del request.session[KEPT]
        messages.success(request, _("You are in. From now on you hear of it when both sides fit."))
        return redirect(onwards(request) or "for-you")
    context = {"form": form, "answers": summary(kept), "steps": _marked("days")}
    return render(request, "join/check.html", context, status=422 if form.errors else 200)


def begin_kept(request: HttpRequest, actor: User) -> None:
    """Make a party of what somebody new has answered before signing up; what is in the way is said on the next page."""
    kept = request.session.get(KEPT, {})
    if _first_missing(kept) is not None or not is_new_here(actor) or not _consented(actor):
        return
    try:
        _begin(actor, kept, {})
    except DomainError:
        return  # the answers stay, and the page that checks them says why
    del request.session[KEPT]
    messages.success(request, _("You are in. From now on you hear of it when both sides fit."))


def _first_missing(kept: Mapping[str, Any]) -> str | None:
    """The first screen whose answers are not there, or not offered any more."""
    return next((step for step, form in STEPS.items() if not form.is_whole(kept)), None)


def _consented(actor: User) -> bool:
    return has_consented(actor, ConsentKind.TERMS, text_version=TERMS_VERSION)


def _begin(actor: User, kept: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    if values.get("accepts_terms"):
        accept_terms(actor=actor, version=values["terms_version"])
    create_party(actor=actor, **party_values(kept))
