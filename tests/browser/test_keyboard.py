"""The keyboard alone: the first key leads past the menu, and every control shows where one is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from regions.models import Need
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_first_key_leads_to_the_text(mowing: Need, visitor: Visit) -> None:
    page = visitor()
    page.goto(reverse("need-list"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")


def test_search_is_answered_by_keyboard_and_without_javascript(mowing: Need, visitor: Visit) -> None:
    page = visitor(javascript=False)
    page.goto(reverse("need-list"))
    page.get_by_label("子どもと").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="この条件でさがす").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*with_=children*")
    assert page.get_by_text("すべての条件に合う困りごとはありません。").is_visible()
