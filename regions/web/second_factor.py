"""Guides, municipal officers and administrators sign in with a second factor (passkey or one-time code).

Community representatives and participants may, but need not: an elder with a telephone is not to be locked out.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import User
from regions.policies import lacks_second_factor

OPEN_PATHS = ("/accounts/", "/i18n/", "/static/", "/terms/", "/privacy/", "/healthz")
API = "/api/"
Answer = Callable[[HttpRequest], HttpResponseBase]


class SecondFactorMiddleware:
    """Sends who must have a second factor and has none to the page where it is set up; the API answers 403.

    Asked for every request of a session, by ``policies.lacks_second_factor``; tokens are asked in ``api.authentication``.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN_PATHS) or not _is_held_up(request):
            return self.get_response(request)
        if request.path.startswith(API):
            return _refusal()
        messages.info(
            request, _("Your role asks for a second factor. Please set up a passkey or one-time codes first.")
        )
        return redirect("mfa_index")


def _is_held_up(request: HttpRequest) -> bool:
    """Whether this session belongs to someone who must still set a second factor up."""
    user = request.user
    return isinstance(user, User) and lacks_second_factor(user)


def _refusal() -> HttpResponse:
    message = _("Your role asks for a second factor. Please sign in on the page and set it up first.")
    return JsonResponse({"code": "second_factor_needed", "message": message, "fields": {}}, status=403)
