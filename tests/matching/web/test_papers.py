"""Circulars as a PDF: who gets them, what stands on them, and that nobody's name or number does."""

from __future__ import annotations

from urllib.parse import quote, urljoin

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User, Volunteer
from accounts.services.dates import era_day, era_span
from matching.enums import AnswerValue, Side
from matching.models import Match, MatchEvent
from matching.selectors.letters import letter_of_match, letter_of_need
from matching.services.answers import answer_match
from matching.services.endings import cancel_match
from regions.enums import NeedStage, PermissionStatus
from regions.models import Need, Region
from tests.builders import make_hazard, make_need, make_offer, make_party, make_region
from tests.matching import saga as story
from tests.matching.printing import MARKUP, got, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROLES = ("hana", "yuki")


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


def test_page_leads_back_to_the_community(client: Client, saga: Region, ume: User) -> None:
    back = f'href="{reverse("place-desk", args=[saga.public_id])}"'
    assert back in got(client, ume, "paper-list", saga).content.decode()


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
