"""Paper as a PDF: who gets it, what stands on it, and that nobody's name or number does."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urljoin

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import ContactAccess, ContactCard, Guide, Membership, User, Volunteer
from accounts.services.dates import era_day, era_span
from matching.enums import AnswerValue, Side
from matching.models import Match, MatchEvent
from matching.policies import can_read_card, needs_worked_at
from matching.selectors.letters import letter_of_match, letter_of_need
from matching.services.answers import answer_match
from matching.services.endings import cancel_match
from matching.services.review import name_people
from regions.enums import NeedStage, PermissionStatus
from regions.models import Need, Region
from regions.services.emergency import keep_region_card
from tests.builders import at_tokyo, make_hazard, make_need, make_offer, make_party, make_region
from tests.matching import saga as story
from tests.support.sheets import Sheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROLES = ("hana", "yuki")
MARKUP = '草刈り #sys.inputs $x$ *太字* "引用" \\ #panic()'


@pytest.fixture
def asked(mowing: Need, riders: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, riders), guide=mori)


def got(client: Client, user: User, name: str, row: Need | Match | Region):
    client.force_login(user)
    return client.get(reverse(name, args=[row.public_id]))


def sheet(client: Client, user: User, name: str, row: Need | Match | Region) -> Sheet:
    answer = got(client, user, name, row)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return Sheet(answer.content)


def contacts(*people: User) -> set[str]:
    """All that could be told of these people."""
    told: set[str] = set()
    for person in people:
        card = person.contact_card
        told |= {person.name, person.email, card.full_name, card.phone, card.address}
    return {text.replace(" ", "") for text in told if len(text) > 1}


# The circular of a need.
def test_circular_says_what_the_community_made_public_and_its_own_name(
    client: Client, mowing: Need, ume: User, mori: User
) -> None:
    mowing.hazards.add(make_hazard("heat"))
    shown = sheet(client, ume, "need-circular", mowing)
    slot = mowing.slots.get()
    for text in (
        "榎木谷のみなさまへ", era_day(timezone.localdate()), "夏と秋の草刈り", era_span(slot.start_at, slot.end_at),
        "共有林の山道を自転車で走る", "1人がいっしょに作業します", "背振つなぎ舎", f"困りごとの番号{mowing.public_id}", "きりとり",
        urljoin(settings.ENISHI_BASE_URL, reverse("need-page", args=[mowing.public_id])),
    ):  # fmt: skip
        assert text in shown.text
    assert (len(shown.pages), shown.is_tagged, shown.language) == (1, True, "ja")


def test_circular_has_a_name_that_says_what_it_is_and_is_not_kept(
    client: Client, mowing: Need, ume: User
) -> None:
    answer = got(client, ume, "need-circular", mowing)
    assert quote(f"回覧-{mowing.public_id}.pdf") in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_circular_is_japanese_for_an_english_reader(client: Client, mowing: Need, ume: User) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    shown = sheet(client, ume, "need-circular", mowing)
    assert "刈払機" in shown.text
    assert "Grass" not in shown.text


def test_circular_holds_no_contact_and_no_offer_that_is_not_public(
    client: Client, mowing: Need, saga: Region, ume: User, kenji: User, mori: User
) -> None:
    mowing.offers.add(make_offer(saga, title="まだ秘密の温泉", permission=PermissionStatus.PENDING))
    shown = sheet(client, mori, "need-circular", mowing)
    assert [text for text in contacts(ume, kenji, mori) if text in shown.text] == []
    assert "まだ秘密の温泉" not in shown.text
    assert mowing.on_site_lead not in shown.text


def test_texts_with_markup_are_printed_as_they_stand(client: Client, mowing: Need, ume: User) -> None:
    Need.objects.filter(pk=mowing.pk).update(title=MARKUP, story=f"話は{MARKUP}")
    shown = sheet(client, ume, "need-circular", mowing)
    assert shown.text.count(MARKUP.replace(" ", "")) >= 2


@pytest.mark.parametrize(
    "stage", [NeedStage.CONSULTING, NeedStage.HEARING, NeedStage.CONSENTED, NeedStage.CLOSED]
)
def test_need_that_is_not_open_has_no_circular(
    client: Client, mowing: Need, ume: User, stage: NeedStage
) -> None:
    Need.objects.filter(pk=mowing.pk).update(stage=stage)
    assert got(client, ume, "need-circular", mowing).status_code == 404


# The circular of a match.
def test_asking_circular_takes_down_what_the_answer_enters(client: Client, asked: Match, ume: User) -> None:
    shown = sheet(client, ume, "match-circular", asked)
    due = asked.answers.get(side="region").due_at
    for text in (
        "受け入れについて", "福岡市の団体（5人）", f"マッチングの番号{asked.public_id}", "会ってみる", "今回は見送ります",
        "ご署名", "日付", "代理の入力", f"お返事の期限{era_day(due)}",
    ):  # fmt: skip
        assert text in shown.text
    assert "お願いします" not in shown.text  # a first visit meets first
    assert "ライダーズ" not in shown.text  # nor has the group been named yet


def test_circular_names_a_group_once_the_promise_stands_and_never_a_person(
    client: Client,
    mowing: Need,
    riders: Volunteer,
    hana_party: Volunteer,
    mori: User,
    harada: User,
    hana: User,
) -> None:
    group = story.agreed(mowing, riders, guide=mori, people=5)
    alone = story.agreed(mowing, hana_party, guide=mori)
    with_group, with_one = (sheet(client, mori, "match-circular", match) for match in (group, alone))
    assert "福岡山道ライダーズ（5人）" in with_group.text
    assert "手伝ってくださる方が来ます" in with_group.text
    assert "わが家から" in with_group.text  # the community has answered
    assert "福岡市の個人（1人）" in with_one.text
    for shown in (with_group, with_one):
        assert [text for text in contacts(harada, hana) if text in shown.text] == []


def test_slip_offers_what_may_be_answered_now(
    mowing: Need, riders: Volunteer, asked: Match, mori: User
) -> None:
    with translation.override("ja"):
        first = letter_of_match(asked)["letters"][0]["answers"]
        story.both_answer(asked, AnswerValue.MEET)
        answered = letter_of_match(asked)["letters"][0]["answers"]
        story.met(asked, guide=mori)
        met = letter_of_match(asked)["letters"][0]["answers"]
        Match.objects.filter(pk=asked.pk).update(is_first_visit=False)
    assert (first, answered, met) == (["meet", "no"], [], ["yes", "no"])


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_ticked_on_the_slip_is_entered_as_it_stands(asked: Match, mori: User, which: int) -> None:
    ticked = letter_of_match(asked)["letters"][0]["answers"][which]
    answer_match(
        match_id=asked.pk,
        actor=mori,
        side=Side.REGION,
        value=AnswerValue(ticked),
        on_behalf_of="区長（切り取り用紙）",
    )
    event = MatchEvent.objects.filter(match=asked).order_by("-seq")[0]
    assert (event.actor, event.on_behalf_of) == (mori, "区長（切り取り用紙）")
    assert event.move == {"meet": "answer", "no": "decline"}[ticked]


def test_match_has_no_circular_before_approval_and_none_once_it_is_over(
    client: Client, mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.propose(mowing, riders)
    assert got(client, mori, "match-circular", match).status_code == 404
    story.asked(match, guide=mori)
    assert got(client, mori, "match-circular", match).status_code == 200
    ended = story.agreed(make_need(mowing.region), make_party(), guide=mori)
    cancel_match(match_id=ended.pk, actor=mori, reason="weather")
    assert got(client, mori, "match-circular", ended).status_code == 404


def test_circular_of_a_closed_need_has_no_code(mowing: Need, riders: Volunteer, asked: Match) -> None:
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    letter = letter_of_match(Match.objects.get(pk=asked.pk))["letters"][0]
    assert (letter["qr"], letter["address"]) == ("", "")


# All circulars of a community.
def test_open_circulars_of_a_community_come_as_one_pdf(
    client: Client, mowing: Need, asked: Match, saga: Region, ume: User
) -> None:
    second = make_need(saga, title="溝掃除")
    make_need(saga, title="まだ相談", stage=NeedStage.CONSULTING)
    make_need(make_region(), title="よその地区")
    shown = sheet(client, ume, "region-circulars", saga)
    assert len(shown.pages) == 3
    for page, text in zip(shown.pages, (mowing.public_id, second.public_id, asked.public_id), strict=True):
        assert text in page
        assert "きりとり" in page
    assert "まだ相談" not in shown.text
    assert "よその地区" not in shown.text


def test_community_without_anything_open_has_no_circulars(client: Client, saga: Region, ume: User) -> None:
    assert got(client, ume, "region-circulars", saga).status_code == 404


@pytest.mark.parametrize("more", [0, 2])
def test_circulars_cost_the_same_queries_whatever_their_number(
    client: Client, mowing: Need, asked: Match, saga: Region, mori: User, more: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(more):
        story.asked(story.propose(make_need(saga), make_party()), guide=mori)
    client.force_login(mori)
    with django_assert_num_queries(37):
        client.get(reverse("region-circulars", args=[saga.public_id]))


# The page.
@pytest.mark.parametrize("more", [0, 2])
def test_page_lists_what_can_be_printed(
    client: Client, mowing: Need, asked: Match, saga: Region, mori: User, more: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(more):
        story.asked(story.propose(make_need(saga), make_party()), guide=mori)
    client.force_login(mori)
    with django_assert_num_queries(13):
        text = client.get(reverse("paper-list", args=[saga.public_id])).content.decode()
    assert f"{2 + 2 * more}" in text
    assert reverse("need-circular", args=[mowing.public_id]) in text
    assert reverse("match-circular", args=[asked.public_id]) in text


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("address", ["paper-list", "region-circulars", "need-circular"])
def test_strangers_and_participants_print_nothing(
    request, client: Client, mowing: Need, saga: Region, name: str, address: str
) -> None:
    row = mowing if address.startswith("need") else saga
    assert got(client, request.getfixturevalue(name), address, row).status_code == 404


def test_participant_of_the_match_prints_none_of_its_paper(
    client: Client, asked: Match, harada: User, ume: User
) -> None:
    assert got(client, harada, "match-circular", asked).status_code == 404
    links = reverse("match-circular", args=[asked.public_id])
    assert links not in got(client, harada, "match-page", asked).content.decode()
    assert links in got(client, ume, "match-page", asked).content.decode()


def test_letter_of_a_need_needs_no_match(mowing: Need) -> None:
    assert letter_of_need(mowing)["letters"][0]["community"] == "榎木谷"


# The roster of the day.
@pytest.fixture
def agreed(mowing: Need, riders: Volunteer, mori: User, harada: User, hana: User) -> Match:
    """Four of the riders come; two of them are named."""
    Membership.objects.create(volunteer=riders, user=hana)
    ContactCard.objects.filter(user=hana).update(emergency_contact="母 090-0000-0099")
    match = story.agreed(mowing, riders, guide=mori, people=4)
    name_people(match_id=match.pk, actor=harada, users=[harada, hana])
    return match


def roster(client: Client, user: User, match: Match):
    client.force_login(user)
    return client.post(reverse("match-roster", args=[match.public_id]))


def test_roster_names_who_comes_with_lines_for_the_rest_and_its_destruction(
    client: Client, agreed: Match, ume: User, harada: User, hana: User
) -> None:
    answer = roster(client, ume, agreed)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    shown = Sheet(answer.content)
    for text in (
        "1原田本名団体の代表090-0000-0002", "2花本名090-0000-0001母090-0000-0099", "3□□4□□", "福岡山道ライダーズ4人",
        "廃棄した日", "廃棄した人", "確かめた人", "取扱注意", "梅が印刷", agreed.public_id, era_day(timezone.localdate()),
    ):  # fmt: skip
        assert text in shown.text
    assert "の住所" not in shown.text  # the day needs no home address
    assert (shown.is_tagged, len(shown.pages)) == (True, 1)


def test_each_print_of_the_roster_is_on_record(
    client: Client, agreed: Match, ume: User, harada: User, hana: User
) -> None:
    roster(client, ume, agreed)
    roster(client, ume, agreed)
    rows = ContactAccess.objects.filter(viewer=ume, match_public_id=agreed.public_id)
    assert sorted(rows.values_list("subject__name", flat=True)) == ["原田", "原田", "花", "花"]


def test_guide_also_reads_whom_to_call_in_the_community(
    client: Client, agreed: Match, mori: User, ume: User
) -> None:
    assert f"地区の連絡先梅本名{ume.contact_card.phone}" in Sheet(roster(client, mori, agreed).content).text


def test_representative_who_is_not_named_is_no_one_who_comes(
    client: Client, agreed: Match, ume: User, hana: User, harada: User
) -> None:
    name_people(match_id=agreed.pk, actor=harada, users=[hana])
    text = Sheet(roster(client, ume, agreed).content).text
    assert "1花本名" in text
    assert "団体の連絡先（当日来るかどうかは、まだ聞いていません）原田本名090-0000-0002" in text


def test_roster_of_many_goes_on_with_its_head_on_every_page(
    client: Client, mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori, people=5)
    Match.objects.filter(pk=match.pk).update(people=70)
    shown = Sheet(roster(client, ume, match).content)
    assert len(shown.pages) > 2
    assert all("番お名前電話" in page for page in shown.pages[:2])
    assert "廃棄の確認" in shown.pages[-1]


@pytest.mark.parametrize("state", ["asking", "meeting", "completed"])
def test_no_roster_before_the_promise_and_none_after_the_day(
    client: Client, mowing: Need, riders: Volunteer, ume: User, mori: User, state: str
) -> None:
    match = story.agreed(mowing, riders, guide=mori, people=4)
    ended = timezone.now() if state == "completed" else None
    Match.objects.filter(pk=match.pk).update(state=state, ended_at=ended)
    answer = roster(client, ume, match)
    assert answer["Location"] == reverse("match-page", args=[match.public_id])
    assert not ContactAccess.objects.exists()
    text = client.get(answer["Location"]).content.decode()
    assert "約束が決まってから当日まで" in text
    assert reverse("match-roster", args=[match.public_id]) not in text


@pytest.mark.parametrize("name", ["yuki", "harada", "admin"])
def test_roster_is_for_the_community_and_its_guides_alone(
    request, client: Client, agreed: Match, name: str
) -> None:
    assert roster(client, request.getfixturevalue(name), agreed).status_code == 404
    assert not ContactAccess.objects.exists()


def test_roster_is_printed_for_a_button_and_not_for_an_address(
    client: Client, agreed: Match, ume: User
) -> None:
    assert got(client, ume, "match-roster", agreed)["Location"] == reverse(
        "match-page", args=[agreed.public_id]
    )
    assert not ContactAccess.objects.exists()
    assert (
        reverse("match-roster", args=[agreed.public_id])
        in got(client, ume, "match-page", agreed).content.decode()
    )


# The emergency card.
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
