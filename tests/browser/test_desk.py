"""The guide's desk in a browser: a pair that knows each other is decided with three keys; without scripts all is there too."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.enums import MatchState
from matching.models import Match
from regions.models import Need
from tests.browser.conftest import Visit
from tests.matching import saga as story
from tests.matching.desk import knowing_each_other, suggested

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FOCUSED = "document.activeElement.matches('main button[autofocus]')"
REASON_FOCUSED = "document.activeElement.matches('main select[autofocus]')"


@pytest.fixture
def new(mowing: Need, riders: Volunteer, mori: User) -> Match:
    return suggested(mowing, riders, mori)


@pytest.fixture
def known(new: Match, mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """Second on the desk."""
    return knowing_each_other(suggested(mowing, hana_party, mori))


def test_repeat_pair_is_decided_with_three_keys_and_taken_back_with_one(
    known: Match, mori: User, visitor: Visit
) -> None:
    page = visitor(mori, width=1280)
    page.goto(reverse("desk"))

    page.keyboard.press("j")
    page.wait_for_url(f"**{reverse('desk-match', args=[known.public_id])}*")
    page.keyboard.press("a")
    page.wait_for_url("**/approve/")
    page.wait_for_function(FOCUSED)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?asked=*")
    assert story.state_of(known) == MatchState.ASKING

    page.keyboard.press("u")
    page.wait_for_url(f"**{reverse('desk-match', args=[known.public_id])}*")
    assert story.state_of(known) == MatchState.PROPOSED


def test_reason_for_sending_back_is_chosen_with_keys_and_none_is_sent_unchosen(
    new: Match, mori: User, visitor: Visit
) -> None:
    page = visitor(mori, width=1280)
    page.goto(reverse("desk-match", args=[new.public_id]))
    page.keyboard.press("r")
    page.wait_for_url("**/reject/")
    page.wait_for_function(REASON_FOCUSED)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    assert story.state_of(new) == MatchState.PROPOSED

    page.wait_for_function(REASON_FOCUSED)
    page.keyboard.press("ArrowDown")
    chosen = page.locator("select[autofocus]").input_value()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('desk')}")
    new.refresh_from_db()
    assert (new.state, new.end_reason) == (MatchState.REJECTED, chosen)


def test_ticked_pairs_are_asked_together_by_keys(
    new: Match, known: Match, mori: User, visitor: Visit
) -> None:
    page = visitor(mori, width=1280)
    page.goto(reverse("desk-match", args=[known.public_id]))
    page.keyboard.press("x")
    assert page.locator("input[name=pick]").is_checked()
    page.keyboard.press("A")
    page.wait_for_url("**/together/?pick=*")
    page.wait_for_function(FOCUSED)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?asked=*")
    assert (story.state_of(known), story.state_of(new)) == (MatchState.ASKING, MatchState.PROPOSED)


def test_keys_are_told_rest_while_typing_and_can_be_switched_off(
    new: Match, known: Match, mori: User, visitor: Visit
) -> None:
    page = visitor(mori, width=1280)
    page.goto(reverse("desk"))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="キー操作")
    assert dialog.is_visible()
    dialog.get_by_label("キー操作を使う").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert page.url.endswith(reverse("desk"))

    page.reload()
    page.keyboard.press("?")
    assert not page.get_by_label("キー操作を使う").is_checked()


def test_without_scripts_a_proposal_is_sent_back_with_a_reason(
    new: Match, mori: User, visitor: Visit
) -> None:
    page = visitor(mori, javascript=False)
    page.goto(reverse("desk"))
    page.get_by_role("link", name="理由をつけて戻す").click()
    page.get_by_label("理由", exact=False).first.select_option("safety")
    page.get_by_role("button", name="戻す").click()
    page.wait_for_url(f"**{reverse('desk')}")
    assert page.get_by_text("戻しました。").is_visible()
    assert story.state_of(new) == MatchState.REJECTED
