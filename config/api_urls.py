"""The addresses under /api/v1/, each app's own list in its order from the bottom."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.signin import CodeView
from regions.policies import needs_second_factor

urlpatterns: list[URLPattern | URLResolver] = [
    # Which roles need more than a mailbox is decided above accounts, hence handed in here.
    path(
        "sign-in-code/confirm/",
        CodeView.as_view(needs_second_factor=needs_second_factor),
        name="sign-in-code-confirm",
    ),
    path("", include("accounts.api.urls")),
    path("", include("regions.api.urls")),
    path("", include("matching.api.urls")),
]
