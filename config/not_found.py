"""What is answered under addresses that nothing is at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Under ``/api/`` the form of every refusal there, elsewhere a page. Django calls it (``handler404``)."""
    if not request.path.startswith(API):
        return page_not_found(request, exception)
    message = _("There is nothing at this address.")
    return JsonResponse({"code": "not_found", "message": message, "fields": {}}, status=404)
