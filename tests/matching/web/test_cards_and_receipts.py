"""The emergency card of a need, and the receipt for who rang, as PDFs: what stands on them and who reads them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Guide, User, Volunteer
from accounts.services.dates import era_span
from matching.models import Match
from matching.policies import can_read_card, needs_worked_at
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.services.emergency import keep_region_card
from tests.builders import at_tokyo, make_hazard, make_need
from tests.matching import saga as story
from tests.matching.printing import MARKUP, got, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


FACTS = {
    "rescue_address": "佐賀市富士町12公民館前", "hospital": "富士の病院", "hospital_phone": "0952-00-0000",
    "hospital_minutes": 25, "aed_place": "公民館の玄関", "signal": "patchy", "signal_place": "鳥居の前", "stop_wbgt": 31,
    "thunder_rule": "音が聞こえたら公民館へ", "flood_rule": "用水が濁ったら道まで上がる",
}  # fmt: skip


def test_card_holds_every_fact_and_nothing_is_left_to_fill_in(
    client: Client, mowing: Need, ume: User, mori: User
) -> None:
    keep_region_card(actor=ume, region=mowing.region, **FACTS)
    mowing.hazards.add(make_hazard("heat"))
    shown = sheet(client, ume, "emergency-sheet", mowing)
    for text in (*(str(fact) for name, fact in FACTS.items() if name != "signal"), "ところどころで通じる", "区役の世話役",
                 "119", "熱中症", "背振つなぎ舎", era_span(mowing.slots.get().start_at, mowing.slots.get().end_at)):  # fmt: skip
        assert text in shown.text
    assert "未記入" not in shown.text
    assert (len(shown.pages), shown.is_tagged) == (1, True)


def test_card_says_what_nobody_has_filled_in(client: Client, mowing: Need, ume: User) -> None:
    Need.objects.filter(pk=mowing.pk).update(on_site_lead="")
    assert sheet(client, ume, "emergency-sheet", mowing).text.count("未記入") == 11
    page = got(client, ume, "emergency-card", mowing).content.decode()
    assert page.count("未記入") == 8


def test_longest_facts_stay_on_one_page(client: Client, mowing: Need, ume: User) -> None:
    long = FACTS | dict.fromkeys(
        ("rescue_address", "aed_place", "signal_place", "thunder_rule", "flood_rule"), "長" * 200
    )
    keep_region_card(actor=ume, region=mowing.region, **long | {"hospital": "病" * 120})
    Need.objects.filter(pk=mowing.pk).update(title="題" * 120, on_site_lead="責" * 80)
    shown = sheet(client, ume, "emergency-sheet", mowing)
    assert len(shown.pages) == 1
    assert shown.text.count("長" * 200) == 5


def test_markup_on_the_card_is_printed_as_it_stands(client: Client, mowing: Need, ume: User) -> None:
    keep_region_card(actor=ume, region=mowing.region, aed_place=MARKUP)
    assert MARKUP.replace(" ", "") in sheet(client, ume, "emergency-sheet", mowing).text


def test_page_of_the_card_says_the_same(client: Client, mowing: Need, ume: User) -> None:
    keep_region_card(actor=ume, region=mowing.region, **FACTS)
    page = got(client, ume, "emergency-card", mowing).content.decode()
    for name, fact in FACTS.items():
        assert str(fact) in page or name == "signal"
    assert "未記入" not in page
    assert reverse("need-emergency", args=[mowing.public_id]) in page


def test_who_has_promised_to_come_reads_the_card_and_changes_nothing(
    client: Client, agreed: Match, harada: User, hana: User, yuki: User
) -> None:
    need = agreed.need
    for user in (harada, hana):  # the representative, and who is named
        page = got(client, user, "emergency-card", need)
        assert page.status_code == 200
        assert reverse("need-emergency", args=[need.public_id]) not in page.content.decode()
        assert got(client, user, "emergency-sheet", need).status_code == 200
    assert got(client, yuki, "emergency-card", need).status_code == 404
    assert (
        reverse("emergency-card", args=[need.public_id])
        in got(client, harada, "match-page", agreed).content.decode()
    )


def test_card_is_not_read_before_the_promise(client: Client, asked: Match, harada: User) -> None:
    assert got(client, harada, "emergency-card", asked.need).status_code == 404
    assert got(client, harada, "emergency-sheet", asked.need).status_code == 404


def test_predicate_and_queryset_of_the_card_agree(
    agreed: Match, hana: User, harada: User, yuki: User, ume: User, mori: User
) -> None:
    for user, may in ((hana, True), (harada, True), (ume, True), (mori, True), (yuki, False)):
        assert can_read_card(user, agreed.need) is may
        assert needs_worked_at(user).filter(pk=agreed.need.pk).exists() is may


# The receipt for who rang.
def test_receipt_says_what_was_taken_down_from_whom_and_by_whom(
    client: Client, mowing: Need, kenji: User
) -> None:
    Need.objects.filter(pk=mowing.pk).update(
        posted_by=kenji, posted_for="区長の梅さん（電話）", stage=NeedStage.CONSULTING, story="道ぞいの草が伸びました。\n三日かかります。",
        toilet="公民館", bring=["長ぐつ", "軍手"], created_at=at_tokyo(date(2026, 11, 2), 9),
    )  # fmt: skip
    shown = sheet(client, kenji, "need-receipt", mowing)
    for text in (
        "お話の控え", mowing.public_id, "2026年（令和8年）11月2日（月）", "健二（佐賀県佐賀市）", "区長の梅さん（電話）", "夏と秋の草刈り",
        "道ぞいの草が伸びました。三日かかります。", "30人", "区役の世話役", "長ぐつ、軍手", "共有林の山道を自転車で走る",
        "まだうかがっていないこと気をつけること、駐車場、駅・バス停から", "くわしいお話をうかがいます", "読み上げてもらい",
    ):  # fmt: skip
        assert text in shown.text
    assert (shown.is_tagged, len(shown.pages)) == (True, 1)


def test_receipt_of_a_long_story_goes_on_and_loses_nothing(client: Client, mowing: Need, ume: User) -> None:
    Need.objects.filter(pk=mowing.pk).update(story=f"{'話' * 3980}おわり", title="題" * 120)
    shown = sheet(client, ume, "need-receipt", mowing)
    assert len(shown.pages) > 2
    assert "おわり" in shown.text
    assert "お名前" in shown.pages[-1]


def test_receipt_of_help_from_afar_asks_for_no_toilet(client: Client, saga: Region, ume: User) -> None:
    remote = make_need(saga, mode="remote", slots=[])
    shown = sheet(client, ume, "need-receipt", remote)
    assert "まだうかがっていないことお話の内容、いつ、お返しにできること" in shown.text
    assert "受けた人" not in shown.text  # nobody in between


def test_closed_need_has_no_receipt_and_strangers_have_none(
    client: Client, mowing: Need, ume: User, yuki: User
) -> None:
    assert got(client, yuki, "need-receipt", mowing).status_code == 404
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    assert got(client, ume, "need-receipt", mowing).status_code == 404


def test_guide_in_charge_from_elsewhere_reads_the_card_of_that_need_alone(
    client: Client, saga: Region, mowing: Need, hana_party: Volunteer, mori: User, elsewhere: User
) -> None:
    match = story.agreed(mowing, hana_party, guide=mori)
    other = make_need(saga)
    card = reverse("emergency-card", args=[mowing.public_id])
    sheet = reverse("emergency-sheet", args=[mowing.public_id])
    everything = reverse("paper-list", args=[saga.public_id])
    client.force_login(elsewhere)
    assert client.get(card).status_code == 404
    Match.objects.filter(pk=match.pk).update(guide=elsewhere.guide)
    page = client.get(reverse("match-page", args=[match.public_id])).content.decode()
    assert card in page
    assert everything not in page
    assert {client.get(path).status_code for path in (card, sheet)} == {200}
    assert client.post(reverse("match-roster", args=[match.public_id])).status_code == 200
    assert client.get(reverse("emergency-card", args=[other.public_id])).status_code == 404
    Guide.objects.filter(user=elsewhere).update(ended_on=timezone.localdate())
    assert client.get(card).status_code == 404
    client.force_login(mori)
    assert everything in client.get(reverse("match-page", args=[match.public_id])).content.decode()
