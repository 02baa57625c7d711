"""The desk of who speaks for communities: which are listed with what, and what waits on each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState
from matching.models import Match
from matching.services.answers import answer_match
from matching.services.slots import cancel_slot
from regions.enums import NeedStage
from regions.models import Need, Region
from tests.builders import SAGA, SHINJUKU, make_need, make_party, make_region, make_slot
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def listed(client: Client, user: User) -> list[tuple[str, int]]:
    client.force_login(user)
    answer = client.get(reverse("place-list"))
    return [(region.name, waiting) for region, waiting in answer.context["lines"]]


def desk(client: Client, region: Region, user: User):
    client.force_login(user)
    return client.get(reverse("place-desk", args=[region.public_id]))


def test_each_finds_the_communities_they_work_for(
    client: Client, saga: Region, ume: User, kenji: User, mori: User, admin: User, hana: User
) -> None:
    make_region(name="古湯", municipality=SAGA)
    make_region(name="見知らぬ地区", municipality=SHINJUKU)
    assert listed(client, ume) == [("榎木谷", 0)]
    assert listed(client, kenji) == [("古湯", 0), ("榎木谷", 0)]  # several hamlets under one office
    assert listed(client, mori) == [("古湯", 0), ("榎木谷", 0)]
    assert {name for name, _waiting in listed(client, admin)} == {"榎木谷", "古湯", "見知らぬ地区"}
    assert listed(client, hana) == []


def test_menu_leads_there_whoever_works_for_a_community(
    client: Client, saga: Region, ume: User, kenji: User, mori: User, admin: User, hana: User
) -> None:
    address = f'href="{reverse("place-list")}"'
    for user, is_there in ((ume, True), (kenji, True), (mori, True), (admin, True), (hana, False)):
        client.force_login(user)
        assert (address in client.get(reverse("need-list")).content.decode()) is is_there, user.name
    client.logout()
    assert address not in client.get(reverse("need-list")).content.decode()


def test_list_counts_needs_by_stage_and_what_waits(
    client: Client, saga: Region, mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    for stage in (NeedStage.CONSULTING, NeedStage.CONSULTING, NeedStage.HEARING, NeedStage.CLOSED):
        make_need(saga, stage=stage)
    match = story.propose(mowing, hana_party)
    assert listed(client, ume) == [("榎木谷", 0)]  # nobody has approved it
    story.asked(match, guide=mori)
    assert listed(client, ume) == [("榎木谷", 1)]
    text = client.get(reverse("place-list")).content.decode()
    for words in ("お返事待ち1件", "募集中1件", "相談中2件", "聞き取り中1件"):
        assert words in text


def test_desk_shows_what_waits_until_the_community_has_spoken(
    client: Client, mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    match = story.asked(story.propose(mowing, hana_party), guide=mori)
    address = reverse("match-page", args=[match.public_id])
    assert address in desk(client, mowing.region, ume).content.decode()
    answer_match(match_id=match.pk, actor=ume, value=AnswerValue.NO, reason=EndReason.DATES)
    assert Match.objects.get(pk=match.pk).state == MatchState.DECLINED
    assert address not in desk(client, mowing.region, ume).content.decode()


def test_desk_shows_coming_dates_with_who_comes(
    client: Client, mowing: Need, hana_party: Volunteer, ume: User, mori: User
) -> None:
    off = make_slot(mowing, start_at=mowing.slots.get().start_at + timedelta(days=7))
    cancel_slot(slot=off, actor=ume, reason=EndReason.WEATHER)
    (date,) = desk(client, mowing.region, ume).context["dates"]
    assert (date.held, date.promised) == (0, 0)
    story.asked(story.propose(mowing, make_party(size=3)), guide=mori)
    story.agreed(mowing, hana_party, guide=mori)
    (date,) = desk(client, mowing.region, ume).context["dates"]
    assert (date.held, date.promised) == (4, 1)
    assert "1人が来ます" in desk(client, mowing.region, ume).content.decode()


def test_drafts_of_others_are_on_no_desk(client: Client, saga: Region, ume: User) -> None:
    own = make_need(saga, stage=NeedStage.HEARING, title="自分の相談")
    other = make_need(make_region(name="隣"), stage=NeedStage.HEARING, title="隣の相談")
    answer = desk(client, saga, ume)
    assert own.title in answer.content.decode()
    assert other.title not in answer.content.decode()
    assert desk(client, other.region, ume).status_code == 404


@pytest.mark.parametrize("page", ["place-desk", "place-dates", "place-needs"])
@pytest.mark.parametrize("who", ["hana", "yuki"])
def test_outsider_finds_no_desk(
    client: Client, mowing: Need, page: str, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(page, args=[mowing.region.public_id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(
    client: Client, saga: Region, ume: User, kenji: User, mori: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        make_region(name=f"集落{number}", municipality=SAGA)
        need = make_need(saga)
        later = timedelta(weeks=number + 1)
        slot = need.slots.get()
        slot.start_at, slot.end_at = slot.start_at + later, slot.end_at + later
        slot.save(update_fields=["start_at", "end_at"])
        story.asked(story.propose(need, make_party()), guide=mori)
        make_need(saga, stage=NeedStage.HEARING)
    client.force_login(kenji)
    pages = {"place-list": 8, "place-desk": 18, "place-dates": 11, "place-needs": 17}
    for page, queries in pages.items():
        address = reverse(page, args=[] if page == "place-list" else [saga.public_id])
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
