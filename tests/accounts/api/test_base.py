"""What every address shares: strict input, acts once, pages by cursor, refusals in one shape."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEntry, IdempotencyRecord, User, Volunteer
from tests.builders import FUKUOKA, make_municipality, make_party, make_work_kind
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
PARTIES = f"{API}parties/"


@pytest.fixture
def fukuoka(db: None) -> dict[str, object]:
    """A body that makes a party."""
    make_municipality(FUKUOKA)
    return {"kind": "individual", "name": "花", "home_code": FUKUOKA}


def parties(user: User) -> int:
    return Volunteer.objects.filter(representative=user).count()


# Acting once.
def test_same_key_gives_the_same_answer_and_acts_once(yuki: User, fukuoka) -> None:
    client, before = as_user(yuki), parties(yuki)
    first = client.post(PARTIES, fukuoka, headers={"Idempotency-Key": "a1"})
    second = client.post(PARTIES, dict(reversed(fukuoka.items())), headers={"Idempotency-Key": "a1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert parties(yuki) == before + 1


@pytest.mark.parametrize("changed", ["body", "address"])
def test_same_key_for_something_else_is_refused(hana: User, fukuoka, changed: str) -> None:
    client = as_user(hana)
    assert client.post(PARTIES, fukuoka, headers={"Idempotency-Key": "a1"}).status_code == 201
    before = parties(hana)
    party = Volunteer.objects.filter(representative=hana).first()
    again = {
        "body": (PARTIES, fukuoka | {"name": "別"}),
        "address": (f"{PARTIES}{party.public_id}/pause/", fukuoka),
    }[changed]
    answer = client.post(*again, headers={"Idempotency-Key": "a1"})
    assert refusal(answer) == (409, "idempotency_key_reused", [])
    assert parties(hana) == before
    assert Volunteer.objects.filter(representative=hana, is_active=True).count() == before


def test_refused_act_leaves_no_record_and_the_key_is_free(yuki: User, fukuoka) -> None:
    client = as_user(yuki)
    refused = client.post(PARTIES, fukuoka | {"size": 2}, headers={"Idempotency-Key": "a1"})
    assert refusal(refused) == (422, "individual_is_one", ["size"])
    assert not IdempotencyRecord.objects.exists()
    assert client.post(PARTIES, fukuoka, headers={"Idempotency-Key": "a1"}).status_code == 201


def test_key_of_another_person_is_another_key(hana: User, yuki: User, fukuoka) -> None:
    bodies = [
        as_user(user).post(PARTIES, fukuoka, headers={"Idempotency-Key": "a1"}).json()
        for user in (hana, yuki)
    ]
    assert bodies[0]["id"] != bodies[1]["id"]


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_key_that_is_none_is_refused(hana: User, fukuoka, key: str) -> None:
    answer = as_user(hana).post(PARTIES, fukuoka, headers={"Idempotency-Key": key})
    assert refusal(answer) == (422, "idempotency_key_invalid", [])


def test_same_click_twice_without_a_key_changes_nothing(hana: User, hana_party: Volunteer) -> None:
    client = as_user(hana)
    answers = [client.post(f"{PARTIES}{hana_party.public_id}/pause/") for _click in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert AuditEntry.objects.filter(action="party.pause").count() == 1


# Bad input: a clear answer, nothing changed.
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"colour": "red"}, (422, "unknown_field", ["colour"])),
        (
            {"abilities": [{"code": "grass_hand", "colour": "red"}]},
            (422, "unknown_field", ["abilities.colour"]),
        ),
        ({"name": "x" * 1_000_000}, (422, "invalid", ["name"])),
        ({"note": "x" * 1_000_000}, (422, "invalid", ["note"])),
        ({"name": 7}, (422, "invalid", ["name"])),
        ({"size": "1"}, (422, "invalid", ["size"])),
        ({"size": True}, (422, "invalid", ["size"])),
        ({"size": 10**30}, (422, "invalid", ["size"])),
        ({"size": 0}, (422, "size_wrong", ["size"])),
        ({"remote_ok": "yes"}, (422, "invalid", ["remote_ok"])),
        ({"kind": "crowd"}, (422, "invalid", ["kind"])),
        ({"home_code": "999999"}, (422, "home_unknown", ["home_code"])),
        ({"abilities": "grass"}, (422, "invalid", ["abilities"])),
        ({"abilities": [{"code": "no_such"}]}, (422, "workkind_unknown", ["abilities"])),
        ({"qualifications": [{"code": "no_such"}]}, (422, "qualification_unknown", ["qualifications"])),
        ({"wishes": [{"code": "x"}] * 101}, (422, "invalid", ["wishes"])),
        ({"kind": "group", "size": 3, "min_people": 4}, (422, "min_people_wrong", ["min_people"])),
        (
            {"absences": [{"from_on": "2027-05-02", "until_on": "2027-05-01"}]},
            (422, "dates_wrong", ["absences"]),
        ),
        ({"absences": [{"from_on": "tomorrow", "until_on": "2027-05-01"}]}, (422, "invalid", ["absences"])),
    ],
)
def test_bad_input_is_refused_and_nothing_is_stored(yuki: User, fukuoka, change, refused) -> None:
    make_work_kind("grass_hand")
    before = Volunteer.objects.count()
    assert refusal(as_user(yuki).post(PARTIES, fukuoka | change)) == refused
    assert Volunteer.objects.count() == before


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        ("{", 400, "parse_error"),
        ('{"name": NaN}', 400, "parse_error"),
        ('{"name": "\\u0000"}', 400, "parse_error"),
        ('{"name": "\\ud800"}', 400, "parse_error"),
        ('{"size": ' + "9" * 5000 + "}", 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ("[]", 422, "invalid"),
        ("null", 422, "invalid"),
        ('"text"', 422, "invalid"),
        ('{"name": "' + "x" * 3_000_000 + '"}', 413, "body_too_large"),
    ],
)
@pytest.mark.parametrize("has_key", [True, False])
def test_body_that_is_no_object_is_refused(
    yuki: User, raw: str, status: int, code: str, has_key: bool
) -> None:
    headers = {"Idempotency-Key": "a1"} if has_key else {}
    answer = as_user(yuki).generic("POST", PARTIES, raw, content_type="application/json", headers=headers)
    assert refusal(answer)[:2] == (status, code)


def test_too_large_a_body_is_refused_whatever_it_claims_to_be(yuki: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(yuki)
    answer = client.post(PARTIES, "x" * 3_000_000, content_type="application/x-www-form-urlencoded")
    assert refusal(answer) == (413, "body_too_large", [])


def test_form_is_no_json(yuki: User) -> None:
    answer = as_user(yuki).post(PARTIES, {"name": "花"}, format=None, content_type="text/plain")
    assert refusal(answer) == (415, "unsupported_media_type", [])


def test_options_tells_nothing(yuki: User) -> None:
    assert refusal(as_user(yuki).options(PARTIES)) == (405, "method_not_allowed", [])


# Lists.
def test_pages_by_cursor_hold_every_row_once(yuki: User) -> None:
    for _number in range(4):
        make_party(yuki)
    client, seen, address = as_user(yuki), [], f"{PARTIES}?page_size=2"
    while address:
        body = client.get(address).json()
        seen += [row["id"] for row in body["results"]]
        address = body["next"]
    assert sorted(seen) == sorted(
        Volunteer.objects.filter(representative=yuki).values_list("public_id", flat=True)
    )
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("colour=red", (422, "unknown_filter", ["colour"])),
        ("kind=crowd", (422, "invalid", ["kind"])),
        ("ordering=password", (422, "unknown_ordering", ["ordering"])),
        ("cursor=nonsense", (404, "not_found", [])),
        ("cursor=cD1ub25zZW5zZQ==", (404, "not_found", [])),
    ],
)
def test_misspelt_question_is_refused(yuki: User, query: str, refused) -> None:
    assert refusal(as_user(yuki).get(f"{PARTIES}?{query}")) == refused


def test_nobody_is_asked_to_sign_in() -> None:
    answer = as_user(None).get(PARTIES)
    assert refusal(answer) == (401, "not_authenticated", [])
    assert answer["WWW-Authenticate"].startswith("Token")
