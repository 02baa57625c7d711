"""The watching itself is seen to catch what it is there for."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.browser.axe import violations
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LIGHT = "document.querySelector('h1').style.color = '#ccc'"
UNLABELLED = "document.querySelector('main').append(document.createElement('input'))"


@pytest.mark.parametrize(("spoil", "rule"), [(LIGHT, "color-contrast"), (UNLABELLED, "label")])
def test_a_spoilt_page_is_caught(visitor: Visit, spoil: str, rule: str) -> None:
    page = visitor()
    page.goto(reverse("accessibility"))
    assert violations(page) == []
    page.evaluate(spoil)
    assert any(re.match(rf"{rule} ", line) for line in violations(page))


def test_the_content_policy_refuses_scripts_inside_the_page(visitor: Visit) -> None:
    page = visitor()
    policy = page.goto(reverse("home")).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
