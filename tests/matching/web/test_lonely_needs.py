"""Needs that find too few people, on the board of a guide: what to ask the community, and when there is nothing to ask."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from matching.engine.near import CHANGEABLE
from matching.models import Hold
from matching.selectors.advice import ASKS
from matching.selectors.reasons import BARRIERS
from regions.models import Region
from tests.builders import make_need, make_party, make_region
from tests.matching import saga as story
from tests.matching.lonely import diagnosed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def board(client: Client, user: User, **query: str):
    client.force_login(user)
    return client.get(reverse("board"), query)


@pytest.mark.parametrize("query", [{}, {"mine": "1"}], ids=["everybody's", "mine"])
def test_need_that_finds_too_few_says_what_to_ask_the_community(
    client: Client, saga, mori: User, query: dict[str, str]
) -> None:
    need = make_need(saga, title="電柵の見回り")
    diagnosed(need)
    diagnosed(make_need(make_region(municipality="131041"), title="よその困りごと"))
    text = board(client, mori, **query).content.decode()
    assert "人が足りない困りごと" in text
    assert "電柵の見回り" in text
    assert "ほかの日にも頼むと、あと5件に頼めます。" in text
    assert "土曜の朝など、ほかの日にもお願いできるでしょうか。" in text
    assert reverse("place-need", args=[need.region.public_id, need.public_id]) in text
    assert "よその困りごと" not in text


def test_more_needs_than_shown_lead_to_their_whole_list(client: Client, saga, mori: User) -> None:
    made = {diagnosed(make_need(saga)).need_id for _number in range(5)}
    answer = board(client, mori)
    assert (len(answer.context["advice"]), answer.context["lonely"]) == (3, 5)
    assert reverse("board-needs") in answer.content.decode()
    shown = client.get(reverse("board-needs")).context["advice"]
    assert {advice.row.need_id for advice, _path in shown} == made


def test_need_whose_dates_are_all_promised_is_none_that_finds_too_few(
    client: Client, saga: Region, mori: User
) -> None:
    need = make_need(saga, title="電柵の見回り", places=2)
    diagnosed(need)
    match = story.propose(make_need(saga), make_party())
    for place, lonely in ((1, 1), (2, 0)):
        for slot in need.slots.all():
            Hold.objects.create(match=match, slot=slot, place=place)
        answer = board(client, mori)
        assert (len(answer.context["advice"]), answer.context["lonely"]) == (lonely, lonely)
    Hold.objects.update(released_at=timezone.now())
    assert board(client, mori).context["lonely"] == 1


def test_need_whose_dates_are_over_still_lacks_dates(client: Client, saga: Region, mori: User) -> None:
    need = make_need(saga, slots=[])
    diagnosed(need)
    assert board(client, mori).context["lonely"] == 1


def test_every_change_a_diagnosis_may_name_has_its_question() -> None:
    assert set(ASKS) == set(CHANGEABLE)
    assert set(ASKS) <= set(BARRIERS)
