"""The engine's weights over the API: for administrators, by version, with who did what when."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from matching.models import WeightSet
from matching.services.weights import add_weights, ensure_weights
from tests.matching.running import matched
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
WEIGHTS = f"{API}weights/"


def test_administrator_adds_and_activates_a_version_and_reads_its_history(admin: User) -> None:
    matched()
    made = as_user(admin).post(WEIGHTS, {"numbers": {"top_k": 40}, "note": "幅を狭める"})
    assert (made.status_code, made.json()["version"], made.json()["is_active"]) == (201, 2, False)
    used = as_user(admin).post(f"{WEIGHTS}2/activate/")
    assert (used.status_code, used.json()["is_active"]) == (200, True)
    new, first = as_user(admin).get(WEIGHTS).json()["results"]
    assert (new["version"], new["note"], new["runs"], new["numbers"]["top_k"]) == (2, "幅を狭める", 0, 40)
    assert [(event["action"], event["actor"]) for event in new["history"]] == [
        ("weights.add", str(admin)),
        ("weights.activate", str(admin)),
    ]
    assert (first["version"], first["is_active"], first["runs"], first["history"]) == (1, False, 1, [])
    assert {**first["numbers"], "top_k": 40} == new["numbers"]


def test_earlier_version_is_activated_again(admin: User) -> None:
    ensure_weights()
    as_user(admin).post(WEIGHTS, {"numbers": {"top_k": 40}, "note": "試す"})
    for version in (2, 1):
        as_user(admin).post(f"{WEIGHTS}{version}/activate/")
    assert WeightSet.objects.get(is_active=True).version == 1
    assert AuditEntry.objects.filter(action="weights.activate").count() == 2


def test_same_key_adds_one_version(admin: User) -> None:
    body, headers = {"numbers": {"top_k": 40}, "note": "一度だけ"}, {"Idempotency-Key": "w"}
    answers = [as_user(admin).post(WEIGHTS, body, headers=headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert list(WeightSet.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    other = as_user(admin).post(WEIGHTS, body | {"note": "別"}, headers=headers)
    assert refusal(other)[:2] == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"numbers": {"colour": 3}, "note": "x"}, "weights_unusable", ["numbers"]),
        ({"numbers": {"near_limit_fifths": 1}, "note": "x"}, "weights_unusable", ["numbers"]),
        ({"numbers": {"relation_bonus": 2_000_000_000}, "note": "x"}, "weights_unusable", ["numbers"]),
        ({"numbers": {"top_k": 40}, "note": "x", "version": 7}, "unknown_field", ["version"]),
    ],
)
def test_what_no_run_could_use_is_refused(admin: User, body, code: str, fields: list[str]) -> None:
    assert refusal(as_user(admin).post(WEIGHTS, body)) == (422, code, fields)
    assert not WeightSet.objects.filter(version__gt=1).exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"numbers": {}, "note": "x"}, {"numbers": {"top_k": 40}}, {"numbers": {"top_k": "40"}, "note": "x"},
     {"numbers": {"top_k": -1}, "note": "x"}, {"numbers": {"top_k": 40}, "note": ""}],
)  # fmt: skip
def test_incomplete_or_crooked_input_is_refused(admin: User, body) -> None:
    assert as_user(admin).post(WEIGHTS, body).status_code == 422
    assert not WeightSet.objects.exists()


def test_unknown_version_is_not_activated(admin: User) -> None:
    ensure_weights()
    assert refusal(as_user(admin).post(f"{WEIGHTS}9/activate/"))[:2] == (404, "weights_unknown")
    assert WeightSet.objects.get(is_active=True).version == 1


def test_guides_read_and_change_nothing(mori: User, admin: User) -> None:
    add_weights(actor=admin, values={"top_k": 41}, note="内緒の重み")
    for answer in (
        as_user(mori).get(WEIGHTS),
        as_user(mori).post(WEIGHTS, {"numbers": {"top_k": 40}, "note": "x"}),
        as_user(mori).post(f"{WEIGHTS}2/activate/"),
    ):
        assert answer.status_code == 403
        assert "内緒の重み" not in answer.content.decode()
    assert WeightSet.objects.get(is_active=True).version == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_often_for_three_as_for_one(admin, count: int, django_assert_num_queries) -> None:
    ensure_weights()
    for number in range(count - 1):
        add_weights(actor=admin, values={"top_k": 40 + number}, note="版")
    client = as_user(admin)
    with django_assert_num_queries(2):
        assert len(client.get(f"{API}weights/").json()["results"]) == count


# The administration's page.
def test_page_lists_versions_and_activates_one_through_the_service(client, admin: User) -> None:
    first = ensure_weights()
    row = add_weights(actor=admin, values={"top_k": 40}, note="幅を狭める")
    client.force_login(admin)
    address = reverse("admin:matching_weightset_changelist")
    assert "幅を狭める" in client.get(address).content.decode()
    assert client.post(reverse("admin:matching_weightset_add")).status_code == 403
    client.post(address, {"action": "activate", "_selected_action": [first.pk, row.pk]})
    assert WeightSet.objects.get(is_active=True).version == 1
    client.post(address, {"action": "activate", "_selected_action": [row.pk]})
    assert WeightSet.objects.get(is_active=True) == row
    assert AuditEntry.objects.get(action="weights.activate").actor == admin


def test_page_is_closed_to_everyone_else(client, admin: User, mori: User) -> None:
    add_weights(actor=admin, values={"top_k": 40}, note="内緒の重み")
    client.force_login(mori)
    answer = client.get(reverse("admin:matching_weightset_changelist"))
    assert answer.status_code in {302, 403}
    assert "内緒の重み" not in answer.content.decode()
