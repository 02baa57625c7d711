"""Organizations through the API: from nothing to a guide with a stand-in, and who may not."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Guide, Organization, User
from tests.builders import FUKUOKA, SAGA, make_guide, make_municipality, make_organization
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
URL = f"{API}organizations/"
NEW = {"name": "背振つなぎ舎", "legal_status": "business", "kind": "NPO", "municipalities": [SAGA]}


def guides_of(organization: Organization) -> str:
    return f"{URL}{organization.public_id}/guides/"


def test_administrator_goes_from_nothing_to_a_guide(admin: User, hana: User) -> None:
    make_municipality(SAGA)
    client = as_user(admin)
    made = client.post(URL, NEW)
    assert made.status_code == 201
    assert [row["municipality"]["code"] for row in made.json()["coverages"]] == [SAGA]
    organization = Organization.objects.get(public_id=made.json()["id"])
    appointed = client.post(guides_of(organization), {"user": hana.public_id, "weekly_capacity": 5})
    assert (appointed.status_code, appointed.json()["weekly_capacity"]) == (201, 5)
    assert Guide.objects.get(user=hana).organization == organization
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "organization.create",
        "organization.appoint_guide",
    ]


def test_same_key_makes_one_organization(admin: User) -> None:
    make_municipality(SAGA)
    answers = [as_user(admin).post(URL, NEW, headers={"Idempotency-Key": "k"}).json() for _time in range(2)]
    assert answers[0] == answers[1]
    assert Organization.objects.count() == 1


def test_coverage_and_basis_are_replaced(admin: User, organization: Organization) -> None:
    make_municipality(FUKUOKA)
    client, url = as_user(admin), f"{URL}{organization.public_id}/"
    answer = client.put(f"{url}coverage/", {"prefectures": ["40"]})
    assert [row["prefecture_code"] for row in answer.json()["coverages"]] == ["40"]
    assert answer.json()["coverages"][0]["municipality"] is None
    basis = [
        client.put(f"{url}employment-basis/", {"basis": text}).json() for text in ("職業安定法第29条", "")
    ]
    assert [row["has_employment_basis"] for row in basis] == [True, False]


def test_wrong_values_change_nothing(admin: User, organization: Organization) -> None:
    client, url = as_user(admin), f"{URL}{organization.public_id}/"
    assert refusal(client.post(URL, NEW | {"municipalities": ["999999"]}))[:2] == (422, "coverage_unknown")
    assert refusal(client.post(URL, NEW | {"legal_status": "x"})) == (422, "invalid", ["legal_status"])
    assert refusal(client.put(f"{url}coverage/", {"municipalities": ["999999"]}))[1] == "coverage_unknown"
    answer = client.post(guides_of(organization), {"user": "nobody"})
    assert refusal(answer) == (422, "invalid", ["user"])
    for number in (0, 101, 10**30):
        answer = client.post(guides_of(organization), {"user": admin.public_id, "weekly_capacity": number})
        assert refusal(answer)[2] == ["weekly_capacity"]
    assert Organization.objects.count() == 1
    assert organization.coverages.get().municipality_id == SAGA
    assert not Guide.objects.exists()


def test_person_who_guides_elsewhere_is_refused(admin: User, mori: User) -> None:
    answer = as_user(admin).post(guides_of(make_organization()), {"user": mori.public_id})
    assert refusal(answer) == (409, "guide_elsewhere", [])


def test_guide_says_when_away_and_who_stands_in(mori: User, sato: User, organization: Organization) -> None:
    url = f"{guides_of(organization)}{mori.public_id}/absence/"
    away = {
        "absent_from": "2027-01-04",
        "absent_until": "2027-01-08",
        "stand_in": sato.public_id,
        "handover": "榎木谷へは電話で",
    }
    answer = as_user(mori).put(url, away)
    assert answer.json()["stand_in"]["id"] == sato.public_id
    stored = Guide.objects.get(user=mori)
    assert (str(stored.absent_from), stored.stand_in, stored.handover) == (
        "2027-01-04",
        sato.guide,
        "榎木谷へは電話で",
    )
    wrong = away | {"absent_until": "2027-01-03"}
    assert refusal(as_user(mori).put(url, wrong)) == (422, "dates_wrong", ["absent_until"])
    elsewhere = make_guide(make_organization())
    wrong = away | {"stand_in": elsewhere.user.public_id}
    assert refusal(as_user(mori).put(url, wrong)) == (422, "invalid", ["stand_in"])
    assert Guide.objects.get(user=mori).stand_in == sato.guide
    assert AuditEntry.objects.filter(action="guide.set_absence").count() == 1


def test_notes_are_for_colleagues(mori: User, sato: User, yuki: User, organization: Organization) -> None:
    Guide.objects.filter(user=mori).update(handover="榎木谷へは電話で")
    other = make_guide(make_organization())
    seen = {
        user: as_user(user).get(guides_of(organization)).content.decode() for user in (sato, yuki, other.user)
    }
    assert "榎木谷へは電話で" in seen[sato]
    assert "榎木谷" not in seen[yuki] + seen[other.user]
    absence = f"{guides_of(organization)}{mori.public_id}/absence/"
    answer = as_user(other.user).put(absence, {"absent_from": "2027-01-04", "absent_until": None})
    assert refusal(answer) == (404, "not_found", [])
    assert Guide.objects.get(user=mori).absent_from is None
