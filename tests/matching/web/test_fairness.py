"""The page of proposals and yeses by age, sex and area: for administrators, in numbers that tell of nobody."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from regions.models import Need
from tests.builders import SHINJUKU
from tests.matching.counted import people, proposed

pytestmark = pytest.mark.django_db
PAGE = "/fairness/"


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def counted(mowing: Need) -> None:
    proposed(mowing, people(13, age="20s", sex="female"), "willing")
    proposed(mowing, people(3, age="60s", sex="other", home=SHINJUKU), "promised")


def cells(html: str) -> list[list[str]]:
    """The rows of all tables of a page, without their headings."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, flags=re.DOTALL)
    return [[label, *re.findall(r"<td[^>]*>(.*?)</td>", rest)] for label, rest in rows]


def test_page_shows_steps_and_hides_what_is_small(office: Client, counted: None) -> None:
    html = office.get(PAGE).content.decode()

    shown = cells(html)
    assert len(shown) == 8 + 4 + 1
    assert ["20代", "5未満", "5未満", "10〜14", "5未満"] in shown
    assert ["60代", *["5未満"] * 4] in shown
    assert {cell for row in shown for cell in row[1:]} == {"5未満", "10〜14"}
    assert "福岡県" in html
    assert "東京都" not in html
    for told in (
        "国籍は、マッチングの計算に使っていません",
        "予測するものでもありません",
        "合計は載せません",
    ):
        assert told in html


def test_files_have_the_same_numbers(office: Client, counted: None) -> None:
    shown = cells(office.get(PAGE).content.decode())

    answer = office.get(reverse("fairness-file", args=["csv"]))

    kept = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert kept[0] == ["表", "区分", "提案まで", "おたずねまで", "前向きな返事まで", "約束まで"]
    assert [row[1:] for row in kept if row[1:] in shown] == shown
    assert {cell for row in kept[1:] for cell in row[2:]} == {"5未満", "10〜14"}
    assert office.get(reverse("fairness-file", args=["xlsx"])).status_code == 200
    assert office.get(reverse("fairness-file", args=["exe"])).status_code == 404


@pytest.mark.parametrize("year", ["1999", "９", "x", "-1", "20261", "999999999999"])
def test_year_that_is_none_is_not_there(office: Client, year: str) -> None:
    for address in (PAGE, reverse("fairness-file", args=["csv"])):
        assert office.get(address, {"year": year}).status_code == 404


@pytest.mark.parametrize("who", ["hana", "ume", "kenji", "mori"])
def test_it_is_for_administrators(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    for address in (PAGE, reverse("fairness-file", args=["csv"])):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "5未満" not in answer.content.decode()


def test_administrators_find_it_from_where_they_look(office: Client, client: Client, mori: User) -> None:
    for place in ("admin:matching_matchrun_changelist", "admin:matching_matchoutcome_changelist", "board"):
        assert f'href="{PAGE}"' in office.get(reverse(place)).content.decode()
    client.force_login(mori)
    assert f'href="{PAGE}"' not in client.get(reverse("board")).content.decode()
