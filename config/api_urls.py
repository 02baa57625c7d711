"""The addresses under /api/v1/, each app's own list in its order from the bottom."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
