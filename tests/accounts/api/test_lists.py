"""Lists of accounts take as many queries for three rows as for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries

from accounts.models import AssetKind, Consent, Hazard, Notification, Outbox, Qualification, User, WorkKind
from accounts.services.consents import TERMS_VERSION
from tests.builders import (
    FUKUOKA,
    SAGA,
    SHINJUKU,
    make_guide,
    make_municipality,
    make_organization,
    make_party,
    make_user,
)
from tests.support.api import API, as_user

pytestmark = pytest.mark.django_db
Make = Callable[[User, int], object]
PLACES = (SAGA, FUKUOKA, SHINJUKU)


def municipality(_user: User, number: int) -> None:
    make_municipality(PLACES[number])


def work_kind(_user: User, number: int) -> None:
    top = WorkKind.objects.create(code=f"t{number}", name_ja="上", name_en="top", bit=number, retired=True)
    WorkKind.objects.create(code=f"k{number}", name_ja="種", name_en="kind", bit=number + 10, parent=top)


def asset_kind(_user: User, number: int) -> None:
    AssetKind.objects.create(code=f"k{number}", name_ja="種", name_en="kind", bit=number)


def qualification(_user: User, number: int) -> None:
    Qualification.objects.create(code=f"k{number}", name_ja="証", name_en="paper")


def hazard(_user: User, number: int) -> None:
    Hazard.objects.create(code=f"k{number}", name_ja="熊", name_en="bear")


def organization(_user: User, number: int) -> None:
    made = make_organization(municipalities=[PLACES[number]], prefectures=["01"])
    make_guide(made)


def party(user: User, _number: int) -> None:
    made = make_party(
        user,
        size=4,
        abilities=("grass_hand", "waterway"),
        qualifications=("brushcutter",),
        members=[make_user()],
    )
    made.absences.create(from_on="2027-01-01", until_on="2027-01-02")


def consent(user: User, number: int) -> None:
    user.consents.filter(text_version=TERMS_VERSION).delete()
    Consent.objects.create(user=user, kind="terms", text_version=str(number), given_by=user)


def message(user: User, number: int) -> None:
    Notification.objects.create(key=f"k{number}", user=user, kind="match_asked", context={})


def letter(_user: User, number: int) -> None:
    Outbox.objects.create(key=f"k{number}", topic="x", dead_at=timezone.now(), last_error="no")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "listing",
    [
        ("municipalities/", municipality, 1),
        ("vocabularies/work-kinds/", work_kind, 1),
        ("vocabularies/asset-kinds/", asset_kind, 1),
        ("vocabularies/qualifications/", qualification, 1),
        ("vocabularies/hazards/", hazard, 1),
        ("organizations/", organization, 5),
        ("parties/", party, 7),
        ("me/consents/", consent, 1),
        ("me/notifications/", message, 1),
        ("outbox/dead-letters/", letter, 1),
    ],
)
def test_list_takes_a_fixed_number_of_queries(
    admin: User,
    listing: tuple[str, Make, int],
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    path, make, queries = listing
    for number in range(count):
        make(admin, number)
    with django_assert_num_queries(queries):
        answer = as_user(admin).get(f"{API}{path}")
    assert len(answer.json()["results"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_guides_takes_a_fixed_number_of_queries(
    admin: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = make_organization()
    colleague = None
    for _number in range(count):
        colleague = make_guide(made, stand_in=colleague)
    with django_assert_num_queries(2):  # the organization, its guides with stand-ins
        answer = as_user(admin).get(f"{API}organizations/{made.public_id}/guides/")
    assert len(answer.json()["results"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_tokens_takes_a_fixed_number_of_queries(
    hana: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        AuthToken.objects.create(hana)
    client = Client()
    client.force_login(hana)
    with django_assert_num_queries(5):  # session, person, whether a guide or an officer, tokens
        answer = client.get(f"{API}tokens/")
    assert len(answer.json()["results"]) == count
