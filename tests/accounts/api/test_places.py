"""What everybody may read: places, vocabularies, organizations."""

from __future__ import annotations

import pytest

from accounts.models import Organization, User, WorkKind
from tests.builders import FUKUOKA, SAGA, make_municipality
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("postal=810-0001", [FUKUOKA]),
        ("postal=１９００１００", ["132284", "133051"]),
        ("prefecture=41", [SAGA]),
        ("name=佐賀", [SAGA]),
        ("name=さがし", [SAGA]),
        ("name=サガシ", [SAGA]),
        ("name=ｻｶﾞｼ", [SAGA]),
        ("name=nowhere", []),
    ],
)
def test_municipality_is_found(reference, query: str, codes: list[str]) -> None:
    results = as_user(None).get(f"{API}municipalities/?{query}").json()["results"]
    assert [row["code"] for row in results] == codes


@pytest.mark.parametrize("postal", ["123", "0000000", "abc", "'; drop table"])
def test_wrong_postal_code_is_refused(reference, postal: str) -> None:
    answer = as_user(None).get(f"{API}municipalities/", {"postal": postal})
    assert refusal(answer) == (422, "postal_unknown", ["postal"])


@pytest.mark.parametrize(
    ("name", "least"), [("work-kinds", 64), ("asset-kinds", 45), ("qualifications", 12), ("hazards", 12)]
)
def test_vocabulary_is_whole(reference, name: str, least: int) -> None:
    results = as_user(None).get(f"{API}vocabularies/{name}/?page_size=100").json()["results"]
    assert len(results) >= least
    assert len({row["code"] for row in results}) == len(results)
    assert all(row["name_ja"] and row["name_en"] for row in results)


def test_tree_names_parents_and_leaves_retired_words_out(reference) -> None:
    WorkKind.objects.filter(code="waterway").update(retired=True)
    results = as_user(None).get(f"{API}vocabularies/work-kinds/?page_size=100").json()["results"]
    by_code = {row["code"]: row for row in results}
    assert "waterway" not in by_code
    assert by_code["grass_hand"]["parent"] in by_code
    assert (by_code["grass_brushcutter"]["credit_from_parent"], by_code["grass_brushcutter"]["load"]) == (
        False,
        3,
    )


def test_organization_says_where_it_works_and_who_guides(organization: Organization, mori: User) -> None:
    listed = as_user(None).get(f"{API}organizations/").json()["results"]
    one = as_user(None).get(f"{API}organizations/{organization.public_id}/")
    assert listed == [one.json()]
    assert [row["municipality"]["code"] for row in one.json()["coverages"]] == [SAGA]
    assert one.json()["guides"] == [{"id": mori.public_id, "name": "森", "role": ""}]
    assert "mori@example.org" not in one.content.decode()


def test_unknown_organization_does_not_exist(db: None) -> None:
    make_municipality()
    assert refusal(as_user(None).get(f"{API}organizations/none/")) == (404, "not_found", [])
