"""What the pages of the matching share: who looks, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.errors import DomainError
from accounts.models import User
from matching.models import Match
from matching.policies import matches_visible_to

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A page for who is signed in; nothing of it is kept by the browser."""
    return never_cache(login_required(view))


def actor_of(request: HttpRequest) -> User:
    """Who is signed in; only for views under ``private``."""
    return cast("User", request.user)


def take(form: forms.Form, act: Callable[..., Any]) -> bool:
    """Do ``act`` with the answers of a form; a refusal becomes an error of the form. Whether it was done."""
    if not form.is_valid():
        return False
    try:
        act(**form.cleaned_data)
    except DomainError as refusal:
        tell(form, refusal)
        return False
    return True


def tell(form: forms.Form, refusal: DomainError) -> None:
    """Put a refusal where it belongs: beside the field that is to blame, else above the form."""
    placed = False
    for name, messages in refusal.fields.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, str(message))
            placed = True
    if not placed:
        form.add_error(None, str(refusal.message) or refusal.code)


def known_match(actor: User, public_id: str) -> Match:
    """A match this person may know of.

    Raises:
        Http404: there is none, or this person may not know that there is.
    """
    rows = matches_visible_to(actor).select_related("need__region__municipality", "volunteer__home")
    match = rows.filter(public_id=public_id).first()
    if match is None:
        raise Http404
    return match
