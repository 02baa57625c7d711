"""The addresses of the installation, and three where something goes wrong."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler404
from config.urls import urlpatterns as always

__all__ = ["handler404", "urlpatterns"]


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret of the house")


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("secret of the house")


def doubt(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("secret of the house")


urlpatterns = [*always, path("crash/", crash), path("forbid/", forbid), path("doubt/", doubt)]
