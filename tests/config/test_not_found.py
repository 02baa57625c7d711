"""Unknown addresses: JSON under /api/, a page elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", [f"{API}nothing/", "/api/", "/api/v2/needs/", f"{API}needs/a/b/c/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_address_of_the_api_answers_as_every_refusal(path: str, method: str) -> None:
    answer = getattr(as_user(None), method)(path)
    assert answer["Content-Type"] == "application/json"
    assert refusal(answer) == (404, "not_found", [])


def test_unknown_page_is_a_page() -> None:
    answer = Client().get("/nothing/")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (404, "text/html")
