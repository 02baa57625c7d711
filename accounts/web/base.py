"""What pages for who is signed in share: who looks, refusals in words, and the way back after signing in or up."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from accounts.errors import DomainError, NotAllowed, NotFound
from accounts.models import User

View = Callable[..., HttpResponse]
Row = TypeVar("Row", bound=Model)
ONWARDS = "onwards"


def private(view: View) -> View:
    """A page for who is signed in; nothing of it is kept by the browser. What may not be known is not there (404)."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as refusal:
            raise Http404(str(refusal.message)) from refusal
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal.message)) from refusal

    return never_cache(login_required(answered))


def sent_from(page: str) -> Callable[[View], View]:
    """An act behind a button of ``page``. Whoever only opens its address, as after signing in anew, is led to that page."""

    def guarded(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs) if request.method == "POST" else redirect(page)

        return answered

    return guarded


def returning(view: View) -> View:
    """As ``private``; who is not signed in yet is led back here after signing in, or after signing up."""
    inside = private(view)

    @wraps(view)
    def led_back(request: HttpRequest, **address: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            remember(request)
        elif request.session.get(ONWARDS) == request.get_full_path():
            del request.session[ONWARDS]
        return inside(request, **address)

    return led_back


def remember(request: HttpRequest) -> None:
    """Keep the address of this page, so that ``onwards`` leads back to it."""
    request.session[ONWARDS] = request.get_full_path()


def onwards(request: HttpRequest) -> str | None:
    """The page that was left for signing up or for a missing answer; told once. Only our own pages are ever kept."""
    return cast("str | None", request.session.pop(ONWARDS, None))


def actor_of(request: HttpRequest) -> User:
    """Who is signed in; only for views under ``private``."""
    return cast("User", request.user)


def rows_of(page: Page[Row]) -> QuerySet[Row]:
    """The slice of a page as the queryset it was cut from, not read yet: it may still be given details."""
    return cast("QuerySet[Row]", page.object_list)


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
