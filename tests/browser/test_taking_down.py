"""An officer at the telephone: a need from the first word to the public, and «the same as last year» counted in keys and taps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from regions.enums import NeedStage
from regions.models import Need, Offer, Region
from tests.browser.conftest import Visit
from tests.browser.hand import Hand
from tests.builders import at_tokyo, make_hazard, make_need, make_work_kind, sunday_ahead

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEYS_AND_TAPS = 25


class CountingHand(Hand):
    """Counts keys as well: every letter that is written is one."""

    keys = 0

    def write(self, label: str, text: str) -> None:
        super().write(label, text)
        self.keys += len(text)


def test_officer_takes_a_need_down_and_makes_it_public_without_scripts(
    visitor: Visit, saga: Region, trails: Offer, kenji: User
) -> None:
    make_work_kind("grass_hand")
    make_hazard("heat")
    page: Any = visitor(kenji, javascript=False)
    hand = Hand(page)
    page.goto(reverse("need-list"))
    hand.tap("link", "担当の地区")
    hand.see("担当の地区")
    hand.tap("link", "榎木谷")
    hand.see("榎木谷")
    hand.tap("link", "困りごとを聞きとる")
    hand.see("困りごとを聞きとる")
    hand.write("話している方", "区長さん（電話）")
    hand.choose("手刈り")
    hand.write("話したとおりに", "道ばたの草がもう腰まである。")
    hand.choose("6月")
    page.get_by_label("第何週").select_option(label="第2")
    page.get_by_label("雨のとき").select_option(label="一週間あとに延期")
    hand.write("地元から", "8")
    hand.choose("熱中症")
    hand.write("現地責任者", "区長")
    hand.choose("共有林の山道")
    hand.tap("button", "読み上げへ進む")
    hand.see("読み上げる")
    text = page.locator("blockquote").inner_text()
    for said in ("手刈り", "午前8時から正午まで", "一週間あとに延期", "地元からは8人", "共有林の山道"):
        assert said in text
    hand.choose("本人に読み上げて了解")
    hand.tap("button", "了解を記録して公開する")
    page.get_by_role("status").wait_for()
    need = Need.objects.get()
    assert (need.stage, need.posted_by, need.posted_for) == (NeedStage.OPEN, kenji, "区長さん（電話）")
    assert {slot.start_at.month for slot in need.slots.all()} == {6}
    record = page.locator("main").inner_text()
    assert "健二" in record
    assert "読み上げて了解を得ました" in record
    assert AuditEntry.objects.get(action="need.read_back").details["agreed_by"] == "区長さん（電話）"
    page.get_by_role("link", name="公開中のページを見る").click()
    page.get_by_role("heading", level=1, name="道ばたの草がもう腰まである。").wait_for()


def test_same_as_last_year_takes_at_most_25_keys_and_taps(
    visitor: Visit, saga: Region, trails: Offer, kenji: User
) -> None:
    start = at_tokyo(sunday_ahead(-300), 8)
    slots = [{"start_at": start, "end_at": start + timedelta(hours=4), "rain": "次の日曜"}]
    old = make_need(saga, stage=NeedStage.CLOSED, title="道ぞいの草刈り", slots=slots, offers=[trails])
    page: Any = visitor(kenji, javascript=False)
    hand = CountingHand(page)
    page.goto(reverse("place-list"))
    hand.tap("link", "榎木谷")
    hand.see("榎木谷")
    hand.tap("link", "困りごと")
    hand.tap("link", "去年と同じ：道ぞいの草刈り")
    hand.see("去年と同じ")
    hand.tap("button", "この日程で引き継ぐ")
    hand.see("読み上げる")
    hand.choose("本人に読み上げて了解")
    hand.tap("button", "了解を記録して公開する")
    page.get_by_role("status").wait_for()
    assert hand.taps + hand.keys <= KEYS_AND_TAPS
    new = Need.objects.exclude(pk=old.pk).get()
    assert (new.title, new.stage) == ("道ぞいの草刈り", NeedStage.OPEN)
    assert [offer.pk for offer in new.offers.all()] == [trails.pk]
    coming = new.slots.filter(cancelled_at=None).order_by("start_at")[0].start_at
    assert coming.astimezone(start.tzinfo).weekday() == start.weekday()  # the rule, not the date
    assert coming != start
