"""Messages over HTTP: one door of the same service."""

from __future__ import annotations

import pytest
from rest_framework.response import Response

from accounts.models import User, Volunteer
from matching.models import Match, MatchMessage
from matching.services.conversation import send_message
from regions.models import Need
from tests.matching import saga as story
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def say(match: Match, user: User, key: str = "", **body: object) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    return as_user(user).post(f"{API}matches/{match.public_id}/messages/", body, headers=headers)


def test_sides_are_named_by_their_labels_until_they_meet(
    asked: Match, hana: User, ume: User, mori: User
) -> None:
    for user in (hana, ume, mori):
        assert say(asked, user, text=f"{user.name}から").status_code == 201
    rows = as_user(ume).get(f"{API}matches/{asked.public_id}/messages/").json()["results"]
    assert [(row["role"], row["who"], row["is_own"]) for row in rows] == [
        ("guide", "森", False),
        ("region", "佐賀県佐賀市 榎木谷", True),
        ("party", "福岡市の個人（1人）", False),
    ]
    rows = as_user(hana).get(f"{API}matches/{asked.public_id}/messages/").json()["results"]
    assert "榎木谷" not in rows[1]["who"]


def test_officer_writes_as_the_office(asked: Match, kenji: User) -> None:
    assert say(asked, kenji, text="市役所です").json()["on_behalf_of"].startswith("佐賀県佐賀市")


def test_same_key_is_one_message_and_another_body_is_refused(asked: Match, hana: User) -> None:
    first, again = (say(asked, hana, key="k1", text="はじめまして") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    assert MatchMessage.objects.count() == 1
    assert refusal(say(asked, hana, key="k1", text="別"))[:2] == (409, "idempotency_key_reused")


def test_outsider_and_administrator_find_nothing(asked: Match, yuki: User, admin: User) -> None:
    send_message(match_id=asked.pk, actor=asked.volunteer.representative, text="秘密の話")
    for user in (yuki, admin):
        answer = as_user(user).get(f"{API}matches/{asked.public_id}/messages/")
        assert refusal(answer)[0] == 404
        assert refusal(say(asked, user, text="わたしも"))[0] == 404
    assert MatchMessage.objects.count() == 1


def test_contact_data_is_refused_beside_its_field(asked: Match, hana: User) -> None:
    assert refusal(say(asked, hana, text="090-1234-5678")) == (422, "contact_in_text", ["text"])


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("mori", 8), ("hana", 4)])
def test_messages_ask_as_often_for_three_as_for_one(
    count: int,
    name: str,
    queries: int,
    asked: Match,
    request: pytest.FixtureRequest,
    django_assert_num_queries,
) -> None:
    for number in range(count):
        send_message(match_id=asked.pk, actor=asked.volunteer.representative, text=f"{number}")
    user = User.objects.get(pk=request.getfixturevalue(name).pk)
    with django_assert_num_queries(queries):
        rows = as_user(user).get(f"{API}matches/{asked.public_id}/messages/").json()["results"]
    assert len(rows) == count
