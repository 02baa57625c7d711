"""What every page is told by the installation it belongs to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def sample_notice(_request: HttpRequest) -> dict[str, str]:
    """Where one may borrow a sample person's eyes: only under the demo settings, and then every page says so."""
    return {"demo_url": reverse("demo") if settings.ENISHI_DEMO else ""}
