"""From the home page to the needs that fit: five screens, twelve taps, with and without JavaScript."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import PostalCode, User, Volunteer
from matching.enums import AnswerValue, MatchState, Origin, Side
from matching.models import Answer, Match
from regions.models import Need
from tests.browser.conftest import Visit
from tests.browser.hand import Hand, code_in_last_letter
from tests.builders import FUKUOKA, make_asset_kind, make_municipality, make_work_kind
from tests.matching import saga as story
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SCREENS, TAPS = 5, 12


@pytest.fixture(autouse=True)
def places(mowing: Need) -> None:
    """What the screens offer, beside an open need that fits."""
    for code in ("grass", "waterway"):
        make_work_kind(code)
    make_asset_kind("trail")
    PostalCode.objects.create(postal="8100001", municipality=make_municipality(FUKUOKA))


def sign_up(hand: Hand) -> None:
    """As somebody who chooses two things, lives in Fukuoka and takes the other answers as they stand."""
    hand.page.goto(reverse("home"))
    hand.tap("link", "関心のあることを選ぶ")
    hand.see("何に関心がありますか")
    hand.choose("草刈り")
    hand.choose("山の道")
    hand.tap("button", "次へ")
    hand.see("お住まいはどちらですか")
    hand.write("郵便番号", "810-0001")
    hand.tap("button", "次へ")
    hand.see("いつ、だれと行けますか")
    hand.tap("button", "次へ")
    hand.see("メールアドレスを教えてください")
    hand.write("メールアドレス", "new@example.org")
    hand.write("お名前", "新しい人")
    hand.choose("同意")
    hand.tap("button", "コードを送る")
    hand.see("届いたコードを入力してください")
    hand.write("コード", code_in_last_letter())
    hand.tap("button", "確認する")
    hand.page.wait_for_url("**/for-you/")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_signing_up_takes_five_screens_and_twelve_taps(visitor: Visit, javascript: bool) -> None:
    hand = Hand(visitor(javascript=javascript))
    sign_up(hand)
    assert hand.screens[0] == "何に関心がありますか"  # interests before any account
    assert len(hand.screens) <= SCREENS
    assert hand.taps <= TAPS
    party = Volunteer.objects.get()
    assert [row.work_kind.code for row in party.abilities.all()] == ["grass"]
    drain_outbox()  # the worker looks at who is new, and a guide reads first what fits
    assert Match.objects.get().need.title == "夏と秋の草刈り"
    hand.page.reload()
    hand.page.get_by_role("heading", level=1, name="さがしています").wait_for()


def test_who_signed_up_applies_and_the_community_answers_without_scripts(
    visitor: Visit, mowing: Need, ume: User, mori: User
) -> None:
    hand = Hand(visitor(javascript=False))
    sign_up(hand)
    drain_outbox()  # the worker has proposed it to a guide already: nobody is refused for that
    hand.page.goto(reverse("need-page", args=[mowing.public_id]))
    hand.tap("link", "やってみたいと伝える")
    hand.see("やってみたいと伝える")
    hand.page.locator("fieldset", has_text="行ける日").locator("label").first.click()
    hand.tap("button", "送る")
    hand.see("ご連絡先を教えてください")  # at the first application only; what was chosen is kept
    hand.write("氏名", "見本 新")
    hand.write("電話", "090-0000-0001")
    hand.write("緊急連絡先", "見本 母 090-0000-0002")
    hand.tap("button", "保存する")
    hand.see("やってみたいと伝える")
    hand.tap("button", "送る")
    hand.page.wait_for_url("**/matches/*/")
    match = Match.objects.get(state=MatchState.PROPOSED)
    assert (match.origin, match.need) == (Origin.PARTY, mowing)
    assert hand.page.url.endswith(reverse("match-page", args=[match.public_id]))
    story.asked(match, guide=mori)

    page = visitor(ume, javascript=False)
    page.goto(reverse("match-list"))
    page.get_by_role("link", name="夏と秋の草刈り").first.click()
    page.get_by_role("link", name="お返事").first.click()
    page.get_by_role("button", name="返事を送る").click()
    page.wait_for_url(f"**{reverse('match-page', args=[match.public_id])}")
    assert page.get_by_role("status").inner_text() == "お返事を記録しました。ありがとうございます。"
    assert Answer.objects.get(match=match, side=Side.REGION).value == AnswerValue.MEET
    assert Match.objects.get(pk=match.pk).state == MatchState.MEETING


def test_participant_answers_without_scripts(
    visitor: Visit, mowing: Need, hana: User, hana_party: Volunteer, mori: User
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    page = visitor(hana, javascript=False)
    page.goto(reverse("for-you"))
    page.get_by_role("link", name="見て、返事をする").click()
    page.get_by_role("link", name="お返事").first.click()
    page.get_by_role("button", name="返事を送る").click()
    page.get_by_role("status").wait_for()
    assert Answer.objects.get(match=match, side=Side.PARTY).value == AnswerValue.MEET
