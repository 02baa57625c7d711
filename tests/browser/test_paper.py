"""A need on paper: one sheet of A4, with what one has to know on the day."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import User
from regions.models import Need
from regions.services.emergency import keep_region_card
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STORY = "年に三回、集落の道ぞいの草を刈っています。去年は八人で三日かかりました。" * 8


def test_need_prints_on_one_sheet(visitor: Visit, mowing: Need, mori: User) -> None:
    Need.objects.filter(pk=mowing.pk).update(
        story=STORY, bring=["長ぐつ", "軍手", "飲みもの", "帽子"], prepared=["草刈り機", "鎌"],
        toilet="公民館にあります", parking="公民館に8台", last_mile="古湯温泉のバス停まで迎えに行きます",
    )  # fmt: skip
    page = visitor()
    page.goto(reverse("need-page", args=[mowing.public_id]))
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
    page.emulate_media(media="print")
    assert page.get_by_text(f"募集番号　{mowing.public_id}").is_visible()
    assert page.get_by_text("古湯温泉のバス停まで迎えに行きます").is_visible()
    assert page.locator(".button:visible, .nav:visible, footer:visible").count() == 0


def test_emergency_card_prints_from_its_page_without_its_buttons(
    visitor: Visit, mowing: Need, ume: User
) -> None:
    keep_region_card(
        actor=ume, region=mowing.region, rescue_address="佐賀市富士町12番地 公民館の前", hospital="富士の病院",
        hospital_phone="0952-00-0000", aed_place="公民館の玄関", signal="none", signal_place="鳥居の前", stop_wbgt=31,
    )  # fmt: skip
    page = visitor(ume)
    page.goto(reverse("emergency-card", args=[mowing.public_id]))
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
    page.emulate_media(media="print")
    assert page.get_by_text("佐賀市富士町12番地 公民館の前").is_visible()
    assert page.locator(".button:visible, .nav:visible, footer:visible").count() == 0
