"""The page of messages: the thread as each reads it, and writing through the same service as the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.models import Match, MatchMessage
from matching.services.conversation import send_message
from regions.models import Need
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def address(match: Match) -> str:
    return reverse("message-list", args=[match.public_id])


def test_message_is_sent_and_shown_without_becoming_a_link(
    client: Client, asked: Match, hana: User, ume: User
) -> None:
    client.force_login(hana)
    answer = client.post(address(asked), {"text": "https://example.org/<b>見て</b>\nください"})
    assert answer["Location"] == address(asked)
    client.force_login(ume)
    for path in (address(asked), reverse("match-page", args=[asked.public_id])):
        text = client.get(path).content.decode()
        assert "https://example.org/&lt;b&gt;見て&lt;/b&gt;<br>ください" in text
        assert 'href="https://example.org' not in text
        assert "福岡市の個人（1人）" in text


def test_refusal_stands_beside_the_field_and_the_text_is_kept(
    client: Client, asked: Match, hana: User
) -> None:
    client.force_login(hana)
    answer = client.post(address(asked), {"text": "電話は090-1234-5678です"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])
    assert "電話は090-1234-5678です" in answer.content.decode()
    assert not MatchMessage.objects.exists()


def test_outsider_and_administrator_are_shown_nothing(
    client: Client, asked: Match, hana: User, yuki: User, admin: User
) -> None:
    send_message(match_id=asked.pk, actor=hana, text="ふたりの話")
    for user in (yuki, admin):
        client.force_login(user)
        assert client.get(address(asked)).status_code == 404
        assert client.post(address(asked), {"text": "わたしも"}).status_code == 404
        assert "ふたりの話" not in client.get(reverse("match-page", args=[asked.public_id])).content.decode()


def test_form_is_gone_where_nothing_can_be_written(
    client: Client, mowing: Need, hana_party: Volunteer, mori: User
) -> None:
    match = story.propose(mowing, hana_party)
    client.force_login(mori)
    answer = client.get(address(match))
    assert (answer.status_code, answer.context["may_write"]) == (200, False)
    assert client.post(address(match), {"text": "早すぎ"}).status_code == 422


def test_newest_page_comes_first_in_the_order_of_speaking(client: Client, asked: Match, hana: User) -> None:
    for number in range(21):
        send_message(match_id=asked.pk, actor=hana, text=f"{number}番")
    client.force_login(hana)
    shown = [message.text for message in client.get(address(asked)).context["thread"]]
    assert shown == [f"{number}番" for number in range(1, 21)]
    older = client.get(f"{address(asked)}?page=2").context["thread"]
    assert [message.text for message in older] == ["0番"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    client: Client, asked: Match, hana: User, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        send_message(match_id=asked.pk, actor=hana, text=f"{number}")
    client.force_login(hana)
    with django_assert_num_queries(8):
        client.get(address(asked))
