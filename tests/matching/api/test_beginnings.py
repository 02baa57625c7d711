"""A new match over HTTP: who begins it as what, and what is refused with nothing written."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.response import Response

from accounts.models import Outbox, User, Volunteer
from matching.models import Block, Match
from regions.models import Need, Slot
from tests.builders import make_need
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db


def begin(user: User, need: Need, party: Volunteer, /, *, key: str = "", **more: Any) -> Response:
    slots = [slot.public_id for slot in need.slots.all()]
    body = {"need": need.public_id, "party": party.public_id, "slots": slots} | more
    return as_user(user).post(f"{API}matches/", body, headers={"Idempotency-Key": key} if key else {})


@pytest.mark.parametrize(
    ("name", "origin", "move"),
    [
        ("hana", "party", "apply"),
        ("ume", "region", "invite"),
        ("kenji", "region", "invite"),
        ("mori", "guide", "suggest"),
    ],
)
def test_the_role_decides_how_a_match_begins(
    name: str, origin: str, move: str, mowing: Need, request: pytest.FixtureRequest
) -> None:
    party = request.getfixturevalue("hana_party")
    request.getfixturevalue("organization")
    answer = begin(request.getfixturevalue(name), mowing, party, note="祭りで会いました")
    assert answer.status_code == 201, answer.json()
    match = Match.objects.get()
    assert (answer.json()["id"], match.origin, match.events.get().move) == (match.public_id, origin, move)
    assert match.events.get().note == "祭りで会いました"
    assert match.events.get().on_behalf_of == ("佐賀県佐賀市" if name == "kenji" else "")


def test_who_has_two_roles_may_say_which(mowing: Need, ume: User, mori: User) -> None:
    own = ume.represented_parties.create(
        kind="individual",
        name="梅",
        home=mowing.region.municipality,
        transport="car",
        travel_limit_minutes=60,
    )
    assert begin(ume, mowing, own, **{"as": "region"}).json()["origin"] == "region"


def test_a_role_one_does_not_have_is_refused(mowing: Need, hana_party: Volunteer, hana: User) -> None:
    assert refusal(begin(hana, mowing, hana_party, **{"as": "guide"}))[:2] == (403, "role_may_not")
    assert not Match.objects.exists()


def test_the_same_click_twice_is_one_match(mowing: Need, hana_party: Volunteer, hana: User) -> None:
    first, second = (begin(hana, mowing, hana_party, key="k1") for _time in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert Match.objects.count() == 1
    assert refusal(begin(hana, mowing, hana_party))[:2] == (409, "already_matched")
    assert refusal(begin(hana, mowing, hana_party, key="k1", people=1))[:2] == (409, "idempotency_key_reused")


def test_a_group_whose_minimum_exceeds_the_places_is_refused(
    mowing: Need, riders: Volunteer, harada: User
) -> None:
    Slot.objects.filter(need=mowing).update(places=riders.min_people - 1)
    assert refusal(begin(harada, mowing, riders))[:2] == (409, "places_short")
    assert not Match.objects.exists()
    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"people": 0}, "people"),
        ({"people": 31}, "people"),
        ({"people": "5"}, "people"),
        ({"people": 2}, "people"),
        ({"slots": []}, "slots"),
        ({"slots": ["unknown"]}, "slots"),
        ({"slots": "all"}, "slots"),
        ({"need": "unknown"}, "need"),
        ({"party": "unknown"}, "party"),
        ({"note": "a" * 1_000_000}, "note"),
        ({"as": "worker"}, "as"),
        ({"guide": "me"}, "guide"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input_is_named_and_writes_nothing(
    more: dict[str, Any], field: str, mowing: Need, riders: Volunteer, harada: User
) -> None:
    status, _code, fields = refusal(begin(harada, mowing, riders, **more))
    assert (status, fields) == (422, [field])
    assert not Match.objects.exists()
    assert not Outbox.objects.exists()


def test_a_date_of_another_need_is_refused(mowing: Need, hana_party: Volunteer, hana: User) -> None:
    other = make_need(mowing.region)
    answer = begin(hana, mowing, hana_party, slots=[other.slots.get().public_id])
    assert refusal(answer) == (422, "slot_of_other_need", ["slots"])


def test_another_persons_party_does_not_exist(
    mowing: Need, hana_party: Volunteer, riders: Volunteer, hana: User
) -> None:
    assert refusal(begin(hana, mowing, riders))[::2] == (422, ["party"])
    assert not Match.objects.exists()


def test_a_block_ends_what_could_begin(mowing: Need, hana_party: Volunteer, hana: User, mori: User) -> None:
    match = begin(hana, mowing, hana_party).json()["id"]
    address = f"{API}blocks/"
    for _time in range(2):
        answer = as_user(hana).post(address, {"match": match, "note": "怖かった"})
        assert (answer.status_code, answer.json()["side"]) == (201, "party")
    assert Block.objects.count() == 1
    assert refusal(as_user(mori).post(f"{API}matches/{match}/approve/", {}))[:2] == (409, "blocked")
