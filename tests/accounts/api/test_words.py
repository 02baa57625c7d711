"""Keeping the vocabularies through the API: added, changed and retired by administrators, read by everybody."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Outbox, User, WorkKind
from tests.builders import make_work_kind
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
URL = f"{API}vocabularies/work-kinds/"
TEA = {"code": "tea", "name_ja": "茶摘み", "name_en": "tea picking", "load": 1, "months": [5, 6]}


def codes() -> list[str]:
    return [row["code"] for row in as_user(None).get(URL).json()["results"]]


def test_kind_is_added_below_another_and_everybody_reads_it(admin: User) -> None:
    make_work_kind("grass_hand")
    answers = [
        as_user(admin).post(URL, TEA | {"parent": "grass"}, headers={"Idempotency-Key": "k"})
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert (answers[0].json()["parent"], answers[0].json()["load"]) == ("grass", 1)
    assert "tea" in codes()
    assert WorkKind.objects.get(code="tea").months == [5, 6]
    assert AuditEntry.objects.count() == 1


def test_kind_is_changed_and_retired(admin: User) -> None:
    make_work_kind("grass_hand")
    client, url = as_user(admin), f"{URL}grass_hand/"
    assert client.patch(url, {"load": 3}).json()["load"] == 3
    assert Outbox.objects.get(topic="matching.rescore").payload == {"all": True}
    assert client.patch(url, {"retired": True}).json()["retired"] is True
    assert "grass_hand" not in codes()
    assert client.patch(url, {"retired": False}).status_code == 200
    assert "grass_hand" in codes()


@pytest.mark.parametrize(
    ("change", "code", "fields"),
    [
        ({"code": "grass"}, "word_wrong", ["code"]),
        ({"code": "no slug"}, "word_wrong", ["code"]),
        ({"name_ja": ""}, "word_wrong", ["name_ja"]),
        ({"load": 4}, "invalid", ["load"]),
        ({"months": [0]}, "choice_unknown", ["months"]),
        ({"parent": "nowhere"}, "invalid", ["parent"]),
        ({"position": 10**20}, "invalid", ["position"]),
        ({"bit": 3}, "unknown_field", ["bit"]),
    ],
)
def test_wrong_word_is_refused_by_field(
    admin: User, change: dict[str, object], code: str, fields: list[str]
) -> None:
    make_work_kind("grass_hand")
    before = WorkKind.objects.count()
    assert refusal(as_user(admin).post(URL, TEA | change)) == (422, code, fields)
    assert WorkKind.objects.count() == before
    assert not AuditEntry.objects.exists()


def test_circle_and_a_new_code_are_refused(admin: User) -> None:
    make_work_kind("grass_hand")
    client = as_user(admin)
    assert refusal(client.patch(f"{URL}grass/", {"parent": "grass_hand"}))[1] == "kind_below_itself"
    assert refusal(client.patch(f"{URL}grass/", {"code": "other"})) == (422, "unknown_field", ["code"])
    assert refusal(client.patch(f"{URL}nowhere/", {"load": 1})) == (404, "not_found", [])
