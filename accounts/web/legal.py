"""The texts that people agree to, in the reader's language. Their version is the name of their folder."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.services.consents import TERMS_VERSION


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use in force. Public; no query."""
    return _text(request, "terms")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force. Public; no query."""
    return _text(request, "privacy")


def _text(request: HttpRequest, name: str) -> HttpResponse:
    language = "en" if (get_language() or "").startswith("en") else "ja"
    return render(request, f"legal/{TERMS_VERSION}/{name}.{language}.html", {"version": TERMS_VERSION})
