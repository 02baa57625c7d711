"""Municipal officers through the API: kept by administrators, once each."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from regions.models import MunicipalStaff
from tests.builders import FUKUOKA, SAGA, make_municipality, make_user
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
URL = f"{API}municipalities/{SAGA}/officers/"


def test_officer_is_appointed_once(admin: User, hana: User) -> None:
    make_municipality(SAGA)
    body = {"user": hana.public_id, "office": "地域振興課"}
    answers = [as_user(admin).post(URL, body) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == {
        "id": hana.public_id,
        "name": "花",
        "office": "地域振興課",
        "municipality": SAGA,
    }
    assert MunicipalStaff.objects.count() == AuditEntry.objects.count() == 1


def test_unknown_place_person_and_long_office_are_refused(admin: User, hana: User) -> None:
    make_municipality(SAGA)
    client = as_user(admin)
    assert refusal(client.post(URL, {"user": "nobody"})) == (422, "invalid", ["user"])
    long = {"user": hana.public_id, "office": "x" * 121}
    assert refusal(client.post(URL, long)) == (422, "invalid", ["office"])
    assert refusal(client.get(f"{API}municipalities/999999/officers/")) == (404, "not_found", [])
    assert not MunicipalStaff.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_is_of_one_municipality_in_a_fixed_number_of_queries(
    admin: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        MunicipalStaff.objects.create(municipality=make_municipality(SAGA), user=make_user())
    MunicipalStaff.objects.create(municipality=make_municipality(FUKUOKA), user=make_user())
    with django_assert_num_queries(2):  # the municipality, its officers
        answer = as_user(admin).get(f"{API}municipalities/{SAGA}/officers/")
    assert len(answer.json()["results"]) == count
