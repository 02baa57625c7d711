"""What the pages of the matching share: who looks, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import User
from matching.models import Match
from matching.policies import matches_visible_to

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """A page for who is signed in; nothing of it is kept by the browser. What a service keeps from them is a page too."""
    return never_cache(login_required(_refusing(view)))


def _refusing(view: View) -> View:
    """Refusals that belong to no form: 404 for what may not be known, 403 for what may not be done."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as refusal:
            raise Http404 from refusal
        except NotAllowed as refusal:
            raise PermissionDenied from refusal

    return answer


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
    match = matches_visible_to(actor).filter(public_id=public_id).first()
    if match is None:
        raise Http404
    return match
