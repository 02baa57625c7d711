"""Whoever opens a page that is not theirs meets a page of the house: a refusal, or the way to where they may be."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from tests.architecture.matrix_pages import CASES
from tests.browser.conftest import Visit
from tests.browser.pages import NO_HTML, SHOWN
from tests.support.matrix import ROLES, Case, Scene

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WITH_STRANGERS = [case for case in CASES if case.url not in NO_HTML and set(case.expected) != {SHOWN}]
OURS = {200, 403, 404}
NEVER = ("Traceback", "DEBUG", "Exception", "Internal Server Error", "Not Found")


@pytest.mark.parametrize("case", WITH_STRANGERS, ids=lambda case: case.url)
def test_page_of_somebody_else_is_a_page_of_the_house(
    case: Case, visitor: Visit, request: pytest.FixtureRequest
) -> None:
    assert settings.DEBUG is False
    scene = Scene(request)
    people = {role: None if role == "anonymous" else getattr(scene, role) for role in ROLES}
    assert scene.saga is not None
    address = reverse(case.url, kwargs=case.where(scene))
    for role, status in zip(ROLES, case.expected, strict=True):
        if status == SHOWN:
            continue
        page = visitor(people[role])
        answer = page.goto(address)
        text = page.locator("body").inner_text()
        assert answer.status in OURS, role
        assert page.locator("a.brand").count() == 1, role
        assert page.locator("h1").inner_text().strip(), role
        assert [word for word in NEVER if word in text] == [], role
        if status == 404:
            assert page.locator("h1").inner_text() == "ページが見つかりません", role
