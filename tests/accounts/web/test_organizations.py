"""Intermediary organizations in public: where they work and with how many guides, and nobody's name."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from tests.builders import FUKUOKA, SAGA, make_guide, make_organization

pytestmark = pytest.mark.django_db
LIST = "/organizations/"


def test_organization_says_where_it_works_and_names_nobody(
    client: Client, organization: Organization, mori: User, sato: User
) -> None:
    gone = make_guide(organization)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    for path in (LIST, reverse("organization-page", args=[organization.public_id])):
        text = client.get(path).content.decode()
        assert "背振つなぎ舎" in text
        assert "佐賀県 (佐賀市)" in text
        assert "2人" in text  # who left is not counted
        for person in (mori, sato):
            assert person.name not in text.replace("森の", "")
            assert person.email not in text


def test_whole_prefecture_stands_for_its_municipalities(client: Client) -> None:
    wide = make_organization(name="九州の会", prefectures=["41"], municipalities=[SAGA, FUKUOKA])
    (shown,) = client.get(LIST).context["shown"]
    assert [(area.prefecture.code, area.municipalities) for area in shown.areas] == [
        ("40", ["福岡市"]),
        ("41", []),
    ]
    assert shown.guides == 0
    assert "今はいません" in client.get(reverse("organization-page", args=[wide.public_id])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_a_fixed_number_of_queries(client: Client, count: int, django_assert_num_queries) -> None:
    for _number in range(count):
        make_guide(make_organization(municipalities=[SAGA, FUKUOKA]))
    with django_assert_num_queries(5):
        assert len(client.get(LIST).context["shown"]) == count


def test_list_is_turned_by_pages(client: Client) -> None:
    for _number in range(21):
        make_organization()
    assert len(client.get(LIST).context["shown"]) == 20
    assert len(client.get(f"{LIST}?page=2").context["shown"]) == 1


def test_empty_list_says_what_happens(client: Client) -> None:
    assert "まだ" in client.get(LIST).content.decode()


def test_unknown_organization_is_not_there(client: Client) -> None:
    assert client.get(reverse("organization-page", args=["nothing"])).status_code == 404
