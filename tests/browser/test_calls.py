"""Calls one after the other: what was recorded leads to the next line, where the keyboard goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from matching.enums import Side
from regions.models import Region
from tests.browser.conftest import Visit
from tests.builders import make_need, make_party
from tests.matching import saga as story

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_recorded_call_leads_to_the_next_line_without_javascript(
    visitor: Visit, saga: Region, mori: User
) -> None:
    for hours in (9, 8):
        match = story.asked(story.propose(make_need(saga), make_party()), guide=mori)
        at = timezone.now() - timedelta(hours=hours)
        match.answers.filter(side=Side.PARTY).update(due_at=at, overdue_at=at)
    page = visitor(mori, javascript=False)
    page.goto(reverse("calls"))
    page.locator("main li form button").first.click()
    page.locator("[name=result][value=no]").check()
    page.locator("[name=spoke_with]").fill("本人")
    page.locator("main form button.button--primary").click()
    page.wait_for_url(f"**{reverse('calls')}?page=1#call-{match.public_id}-party")
    assert page.locator("main [role=status]").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "button button--primary"
    assert page.locator("main li:target").count() == 1
