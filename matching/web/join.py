"""Signing up, interests first: three short screens before any account, kept in the session, made a party afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError
from accounts.models import User
from accounts.policies import is_guide
from accounts.services.parties import create_party
from accounts.web.base import onwards
from matching.selectors.wanted import open_needs
from matching.web.base import actor_of, private
from matching.web.join_forms import STEPS, party_values
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
    return redirect("start" if request.user.is_authenticated else AFTER)


def _before(step: str) -> str:
    names = list(STEPS)
    here = names.index(step)
    return names[here - 1] if here else ""


def _marked(step: str) -> list[tuple[str, str]]:
    """The screens with how they stand: done, now, or still to come."""
    names = list(STEPS)
    here = names.index(step)
    marks = ["done" if number < here else "now" if number == here else "" for number in range(len(names))]
    labels = [_("Interests"), _("Home"), _("When"), _("E-mail")]
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
    """Where one goes after signing in: what was said before becomes a party; then to the page
    that was left for it, or one's own."""
    actor = actor_of(request)
    kept = request.session.get(KEPT)
    if kept and _is_whole(kept):
        return _begin(request, actor, kept)
    left = onwards(request)
    if left is not None:
        return redirect(left)
    if is_guide(actor) or not actor.represented_parties.exists():
        return redirect("match-list")
    return redirect("for-you")


def _is_whole(kept: Mapping[str, Any]) -> bool:
    return all(form.is_in(kept) for form in STEPS.values())


def _begin(request: HttpRequest, actor: User, kept: Mapping[str, Any]) -> HttpResponse:
    """Make the party; a refusal leads back to the screen it is about, with everything kept."""
    try:
        create_party(actor=actor, **party_values(kept))
    except DomainError as refusal:
        messages.error(request, str(refusal.message) or _("Please look at your answers again."))
        return redirect("join", step="home")
    del request.session[KEPT]
    messages.success(request, _("You are in. From now on you hear of it when both sides fit."))
    return redirect(onwards(request) or "for-you")
