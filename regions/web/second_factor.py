"""Guides, municipal officers and administrators sign in with a second factor (passkey or one-time code).

Community representatives and participants may, but need not: an elder with a telephone is not to be locked out.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from regions.policies import needs_second_factor

SESSION_KEY = "second_factor_checked"
OPEN_PATHS = ("/accounts/", "/i18n/", "/static/", "/terms/", "/privacy/", "/healthz")
API = "/api/"
Answer = Callable[[HttpRequest], HttpResponseBase]


class SecondFactorMiddleware:
    """Sends who must have a second factor and has none to the page where it is set up; the API answers 403.

    Asked once a session (two queries), because the middleware runs on every page. Sample people of the demo are let in.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN_PATHS) or not lacks_second_factor(request):
            return self.get_response(request)
        if request.path.startswith(API):
            return _refusal()
        messages.info(
            request, _("Your role asks for a second factor. Please set up a passkey or one-time codes first.")
        )
        return redirect("mfa_index")


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this session belongs to someone who must still set a second factor up."""
    user = request.user
    if not user.is_authenticated or request.session.get(SESSION_KEY) == user.pk:
        return False
    if settings.ENISHI_DEMO and user.is_sample:
        return False
    if needs_second_factor(user) and not is_mfa_enabled(user):
        return True
    request.session[SESSION_KEY] = user.pk
    return False


def _refusal() -> HttpResponse:
    message = _("Your role asks for a second factor. Please sign in on the page and set it up first.")
    return JsonResponse({"code": "second_factor_needed", "message": message, "fields": {}}, status=403)
