"""«Not this time»: it ends for both, and the other side reads one neutral sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.enums import EndReason, MatchState
from matching.models import Match
from regions.models import Need
from tests.browser.conftest import Visit
from tests.matching import saga as story

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NEUTRAL = "今回は条件が合いませんでした"
SECRET = "山道が苦手なので"


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def main_text(page: Any) -> str:
    return page.locator("main").inner_text()


@pytest.mark.parametrize(("who", "reason"), [("hana", "distance"), ("ume", "dates")])
def test_declining_is_read_by_the_other_side_as_one_neutral_sentence(
    visitor: Visit, asked: Match, hana: User, ume: User, who: str, reason: str
) -> None:
    first, second = (hana, ume) if who == "hana" else (ume, hana)
    page = visitor(first, javascript=False)
    page.goto(reverse("match-page", args=[asked.public_id]))
    page.get_by_role("link", name="今回は見送る").click()
    page.get_by_label("理由").select_option(reason)
    page.get_by_label("案内人へひとこと").fill(SECRET)
    page.get_by_role("button", name="今回は見送る").click()
    page.get_by_role("status").wait_for()
    assert "ここで終わりにします" in main_text(page)
    assert SECRET in main_text(page)  # what could be seen
    assert page.get_by_role("heading", name="いまできること").count() == 0
    match = Match.objects.get(pk=asked.pk)
    assert (match.state, match.end_reason) == (MatchState.DECLINED, EndReason(reason))

    other = visitor(second, javascript=False)
    other.goto(reverse("match-list"))
    other.get_by_role("link", name="夏と秋の草刈り").first.click()
    read = main_text(other)
    assert NEUTRAL in read
    assert SECRET not in read
    assert str(match.get_end_reason_display()) not in read
    assert "見送りました" not in read.replace(NEUTRAL, "")
