"""A slip of a circular that came back: its number leads to the entry of the community's answer, on the record."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, EndReason, MatchState, Side
from matching.models import Match
from matching.selectors.letters import letter_of_match, letter_of_need
from regions.models import Need
from tests.builders import SHINJUKU, make_need, make_region
from tests.matching import saga as story

pytestmark = pytest.mark.django_db
SLIPS = reverse("slips")


@pytest.fixture
def asked(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    return story.asked(story.propose(mowing, hana_party), guide=mori)


def looked_up(client: Client, user: User, number: str):
    client.force_login(user)
    return client.get(SLIPS, {"number": number})


def paths(answer) -> list[str]:
    return [way.path for way in answer.context["ways"]]


def test_number_on_the_slip_leads_to_its_match_however_it_is_typed(
    client: Client, asked: Match, mori: User
) -> None:
    (letter,) = letter_of_match(asked)["letters"]
    for typed in (
        letter["number"],
        letter["number"].upper(),
        f" {letter['number'][:4]}-{letter['number'][4:]} ",
    ):
        answer = looked_up(client, mori, typed)
        assert answer.context["slip"].sight.match == asked
        assert len(paths(answer)) == 2
    assert asked.need.title in answer.content.decode()


def test_yes_on_a_slip_is_entered_for_the_community_and_the_next_one_is_asked_for(
    client: Client, asked: Match, mori: User
) -> None:
    yes, _no = paths(looked_up(client, mori, asked.public_id))
    form = client.get(yes).context["form"]
    assert form.initial["side"] == "region"
    said = {
        "side": "region",
        "value": "meet",
        "on_behalf_of": "自治会長（回覧の署名）",
        "note": "駐車場が気がかり",
    }
    assert client.post(yes, said)["Location"] == SLIPS
    row = asked.answers.get(side=Side.REGION)
    assert (row.value, row.answered_by, row.on_behalf_of) == (
        AnswerValue.MEET,
        mori,
        "自治会長（回覧の署名）",
    )
    assert asked.events.get(move="answer").note == "駐車場が気がかり"
    assert "返事を記録しました" in client.get(SLIPS).content.decode()
    assert paths(looked_up(client, mori, asked.public_id)) == []


def test_no_on_a_slip_ends_the_match(client: Client, asked: Match, mori: User) -> None:
    _yes, no = paths(looked_up(client, mori, asked.public_id))
    said = {"side": "region", "reason": "dates", "on_behalf_of": "自治会長（回覧の署名）"}
    assert client.post(no, said)["Location"] == SLIPS
    asked.refresh_from_db()
    assert (asked.state, asked.end_reason) == (MatchState.DECLINED, EndReason.DATES)


@pytest.mark.parametrize("who", ["ume", "kenji"])
def test_who_acts_for_the_community_enters_it_too(
    client: Client, asked: Match, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    yes, no = paths(looked_up(client, user, asked.public_id))
    assert (client.get(yes).status_code, client.get(no).status_code) == (200, 200)
    assert client.post(yes, {"value": "meet"})["Location"] == SLIPS
    row = asked.answers.get(side=Side.REGION)
    assert (row.value, row.answered_by, bool(row.on_behalf_of)) == (AnswerValue.MEET, user, who == "kenji")


def test_slip_of_a_household_is_not_entered(client: Client, mowing: Need, asked: Match, kenji: User) -> None:
    (letter,) = letter_of_need(mowing)["letters"]
    answer = looked_up(client, kenji, letter["number"])
    text = answer.content.decode()
    assert (answer.status_code, paths(answer)) == (200, [])
    assert "住民のお名前は残しません" in text
    assert reverse("place-need", args=[mowing.region.public_id, mowing.public_id]) in text


def test_number_of_others_is_as_unknown_as_none(
    client: Client, asked: Match, mowing: Need, elsewhere: User, mori: User
) -> None:
    far = make_need(make_region(municipality=SHINJUKU))
    numbers = [
        (elsewhere, asked.public_id),
        (elsewhere, mowing.public_id),
        (mori, far.public_id),
        (mori, "234"),
    ]
    texts = set()
    for user, number in numbers:
        answer = looked_up(client, user, number)
        assert (answer.status_code, answer.context["slip"]) == (422, None)
        texts.add(str(answer.context["form"].errors))
    assert len(texts) == 1
    assert looked_up(client, mori, " ").status_code == 422


def test_participants_and_administrators_enter_no_slips(
    client: Client, asked: Match, hana: User, yuki: User, admin: User
) -> None:
    for user in (hana, yuki, admin):
        assert looked_up(client, user, asked.public_id).status_code == 403


def test_board_and_paper_lead_here(
    client: Client, asked: Match, mori: User, kenji: User, admin: User
) -> None:
    paper = reverse("paper-list", args=[asked.need.region.public_id])
    for user, page, leads in (
        (mori, reverse("board"), True),
        (kenji, paper, True),
        (admin, paper, False),
        (admin, reverse("board"), False),
    ):
        client.force_login(user)
        assert (f'"{SLIPS}"' in client.get(page).content.decode()) is leads
