"""One's own parties through the API: each act by who may, by who may not, twice."""

from __future__ import annotations

import pytest

from accounts.models import IdempotencyRecord, User, Volunteer
from tests.builders import (
    FUKUOKA,
    agree_to_terms,
    make_asset_kind,
    make_municipality,
    make_qualification,
    make_work_kind,
)
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
PARTIES = f"{API}parties/"


def address(party: Volunteer, rest: str = "") -> str:
    return f"{PARTIES}{party.public_id}/{rest}"


def test_party_is_registered_with_all_it_says() -> None:
    make_municipality(FUKUOKA)
    make_work_kind("grass_hand")
    make_asset_kind("trail_mtb")
    make_qualification("brushcutter")
    user = agree_to_terms(User.objects.create_user("new@example.org", name="新"))
    body = {
        "kind": "group",
        "name": "会",
        "size": 8,
        "min_people": 3,
        "home_code": FUKUOKA,
        "transport": "car",
        "has_minors": True,
        "youngest_age": 12,
        "abilities": [{"code": "grass_hand", "level": "experienced", "people": 5}],
        "wishes": [{"code": "trail_mtb", "weight": 3}],
        "qualifications": [{"code": "brushcutter", "people": 2, "expires_on": "2030-03-31"}],
        "availabilities": [{"weekdays": 64, "parts": 1, "from_minute": 480, "until_minute": 720}],
        "absences": [{"from_on": "2027-01-01", "until_on": "2027-01-03"}],
    }

    answer = as_user(user).post(PARTIES, body)

    shown = answer.json()
    assert answer.status_code == 201
    assert {name: shown[name] for name in ("kind", "name", "size", "min_people", "youngest_age")} == {
        name: body[name] for name in ("kind", "name", "size", "min_people", "youngest_age")
    }
    assert shown["representative"] == {"id": user.public_id, "name": "新"}
    assert (shown["home"]["code"], shown["home"]["label"]) == (FUKUOKA, "福岡県福岡市")
    assert [(row["code"], row["level"], row["people"]) for row in shown["abilities"]] == [
        ("grass_hand", "experienced", 5)
    ]
    assert [(row["code"], row["weight"]) for row in shown["wishes"]] == [("trail_mtb", 3)]
    assert [(row["code"], row["people"], row["expires_on"]) for row in shown["qualifications"]] == [
        ("brushcutter", 2, "2030-03-31")
    ]
    assert shown["availabilities"] == [
        {"weekdays": 64, "months": 4095, "parts": 1, "from_minute": 480, "until_minute": 720}
    ]
    assert shown["absences"] == [{"from_on": "2027-01-01", "until_on": "2027-01-03"}]
    assert [member["id"] for member in shown["members"]] == [user.public_id]
    assert "new@example.org" not in answer.content.decode()


def test_postal_code_finds_the_home_or_asks_which(reference, hana: User) -> None:
    body = {"kind": "individual", "name": "花"}
    client = as_user(hana)
    one = client.post(PARTIES, body | {"postal": "810-0001"})
    two = client.post(PARTIES, body | {"postal": "1900100"})
    none = client.post(PARTIES, body | {"postal": "0000000"})
    assert (one.status_code, one.json()["home"]["code"]) == (201, FUKUOKA)
    assert refusal(two) == (422, "postal_ambiguous", ["home_code", "postal"])
    assert [choice["code"] for choice in two.json()["fields"]["home_code"]] == ["132284", "133051"]
    assert refusal(none) == (422, "postal_unknown", ["postal"])


def test_values_are_changed_one_by_one(hana: User, hana_party: Volunteer) -> None:
    answer = as_user(hana).patch(address(hana_party), {"travel_limit_minutes": 60})
    assert (answer.status_code, answer.json()["travel_limit_minutes"], answer.json()["name"]) == (
        200,
        60,
        "花",
    )
    assert refusal(as_user(hana).patch(address(hana_party), {"kind": "group"})) == (
        422,
        "unknown_field",
        ["kind"],
    )


@pytest.mark.parametrize(
    ("rest", "body", "field"),
    [
        ("abilities/", {"abilities": [{"code": "waterway"}]}, "abilities"),
        ("wishes/", {"wishes": [{"code": "onsen", "weight": 2}]}, "wishes"),
        ("qualifications/", {"qualifications": [{"code": "brushcutter"}]}, "qualifications"),
    ],
)
def test_lists_are_replaced_as_a_whole(
    hana: User, hana_party: Volunteer, rest: str, body, field: str
) -> None:
    make_asset_kind("onsen")
    make_qualification("brushcutter")
    client = as_user(hana)
    code = body[field][0]["code"]
    assert [row["code"] for row in client.put(address(hana_party, rest), body).json()[field]] == [code]
    assert client.put(address(hana_party, rest), {field: []}).json()[field] == []
    assert refusal(client.put(address(hana_party, rest), {})) == (422, "invalid", [field])


def test_times_are_replaced_with_absences(hana: User, hana_party: Volunteer) -> None:
    body = {
        "availabilities": [{"weekdays": 1}],
        "absences": [{"from_on": "2027-02-01", "until_on": "2027-02-01"}],
    }
    shown = as_user(hana).put(address(hana_party, "availability/"), body).json()
    assert ([row["weekdays"] for row in shown["availabilities"]], len(shown["absences"])) == ([1], 1)
    refused = as_user(hana).put(
        address(hana_party, "availability/"), {"availabilities": [{"from_minute": 700, "until_minute": 600}]}
    )
    assert refusal(refused) == (422, "hours_wrong", ["availabilities"])
    assert hana_party.absences.count() == 1


def test_party_pauses_and_resumes(hana: User, hana_party: Volunteer) -> None:
    client = as_user(hana)
    assert client.post(address(hana_party, "pause/")).json()["is_active"] is False
    assert [row["id"] for row in client.get(f"{PARTIES}?is_active=true").json()["results"]] == []
    assert client.post(address(hana_party, "resume/"), {}).json()["is_active"] is True
    assert refusal(client.post(address(hana_party, "pause/"), {"why": "x"})) == (
        422,
        "unknown_field",
        ["why"],
    )


def test_party_of_another_does_not_exist(yuki: User, hana_party: Volunteer) -> None:
    client = as_user(yuki)
    assert refusal(client.get(address(hana_party))) == (404, "not_found", [])
    assert refusal(client.patch(address(hana_party), {"name": "盗"})) == (404, "not_found", [])
    assert hana_party.public_id not in client.get(PARTIES).content.decode()


def test_member_joins_by_code_sees_the_party_may_not_change_it_and_leaves(
    harada: User, riders: Volunteer, yuki: User
) -> None:
    code = as_user(harada).post(address(riders, "invitations/")).json()["code"]
    joined = as_user(yuki).post(f"{PARTIES}join/", {"code": code})
    assert (joined.status_code, joined.json()["id"]) == (200, riders.public_id)
    assert {member["name"] for member in joined.json()["members"]} == {"原田", "ゆき"}
    refused = as_user(yuki).patch(address(riders), {"name": "盗"})
    assert refusal(refused) == (403, "not_your_party", [])
    assert as_user(yuki).delete(address(riders, f"members/{yuki.public_id}/")).status_code == 204
    assert refusal(as_user(yuki).get(address(riders))) == (404, "not_found", [])


def test_wrong_code_and_unknown_member_are_refused(harada: User, riders: Volunteer, yuki: User) -> None:
    refused = as_user(yuki).post(f"{PARTIES}join/", {"code": "made up"})
    assert refusal(refused) == (422, "code_invalid", ["code"])
    unknown = as_user(harada).delete(address(riders, f"members/{yuki.public_id}/"))
    assert refusal(unknown) == (404, "not_found", [])
    stays = as_user(harada).delete(address(riders, f"members/{harada.public_id}/"))
    assert refusal(stays) == (409, "representative_stays", [])


def test_invitation_code_is_not_kept_with_its_key(harada: User, riders: Volunteer) -> None:
    answers = [
        as_user(harada).post(address(riders, "invitations/"), headers={"Idempotency-Key": "k"})
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert not IdempotencyRecord.objects.exists()
