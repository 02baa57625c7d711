"""Steps of a need that take no more than a word: the interview begins, it is paused, it is closed for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from matching.selectors.viewers import entered_for
from matching.services.slots import close_need
from matching.web.base import actor_of, private, take
from regions.enums import NeedStage
from regions.models import Need
from regions.services.stages import advance_need, pause_need
from regions.web.base import own_need, own_region, posted


@dataclass(frozen=True, slots=True)
class NeedAct:
    """One act: what it means, its button, what is said afterwards, the service."""

    title: Any
    meaning: Any
    button: Any
    done: Any
    service: Callable[..., Any]


def _hear(*, actor: User, need: Need) -> Need:
    return advance_need(actor=actor, need=need, to=NeedStage.HEARING)


def _close(*, actor: User, need: Need) -> Need:
    return close_need(need=need, actor=actor, on_behalf_of=entered_for(actor, need.region))


ACTS: dict[str, NeedAct] = {
    "hear": NeedAct(
        _("The interview begins"), _("The consultation becomes an interview. Nothing is public yet."),
        _("Begin the interview"), _("Noted: the interview has begun."), _hear,
    ),
    "pause": NeedAct(
        _("Pause this need"),
        _("It is taken off the lists and nobody new is proposed. What is asked or promised already goes on, and you can make it public again."),
        _("Pause it"), _("It is paused. Nobody new is proposed."), pause_need,
    ),
    "close": NeedAct(
        _("Close this need for good"),
        _("Who is asked and has not promised yet is told that it did not come about. Promises stand. This cannot be taken back."),
        _("Close it"), _("It is closed. Who was asked is told in one neutral sentence."), _close,
    ),
}  # fmt: skip


@private
@require_http_methods(["GET", "POST"])
def need_act(request: HttpRequest, public_id: str, need_id: str, act: str) -> HttpResponse:
    """Say what an act means, and do it."""
    actor = actor_of(request)
    region = own_region(actor, public_id)
    need = own_need(region, need_id)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    form = forms.Form(posted(request))
    if request.method == "POST" and take(form, lambda: chosen.service(actor=actor, need=need)):
        messages.success(request, chosen.done)
        return redirect("place-need", public_id=public_id, need_id=need_id)
    context = {"region": region, "need": need, "act": chosen, "form": form}
    return render(request, "place/act.html", context, status=422 if form.errors else 200)
