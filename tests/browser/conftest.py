"""A browser, pages that may not ask for anything outside, and who is signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.browser.chromium import MISSING, chromium_binary, running_chromium

PHONE = {"width": 390, "height": 844}
Visit = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the session; a machine without one says so loudly."""
    binary = chromium_binary()
    if binary is None:
        pytest.skip(MISSING)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps an event loop in this thread
    with running_chromium(binary) as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def base(live_server: Any) -> str:
    """The address of the test's server; passkeys need a name."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def visitor(chromium: Any, base: str) -> Iterator[Visit]:
    """Opens pages as somebody: ``visitor(user, width=390, javascript=True)`` returns one, watched until the end."""
    cache.clear()  # rate limits live there and would leak from test to test
    with watched_visits(chromium, base) as visit:
        yield visit


@contextmanager
def watched_visits(chromium: Any, base: str) -> Iterator[Visit]:
    """Opens pages of what is served at an address, each in a context of its own; none may ask outside or complain."""
    outside: list[str] = []
    errors: list[str] = []
    contexts: list[Any] = []

    def guard(route: Any) -> None:
        if route.request.url.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    def visit(user: User | None = None, *, width: int = 390, javascript: bool = True) -> Any:
        context = chromium.new_context(
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            viewport=PHONE | {"width": width},
            java_script_enabled=javascript,
            base_url=base,
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, base)])
        page = context.new_page()
        page.set_default_timeout(8000)
        page.route("**/*", guard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _is_complaint(line) else None)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert outside == []
    assert errors == []


def _is_complaint(line: Any) -> bool:
    """Refusals of the content policy and errors of scripts; a page that answers 4xx is no error of the page."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")


def session_cookie(user: User, base: str) -> dict[str, str]:
    """The cookie of a session of somebody who is signed in."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}
