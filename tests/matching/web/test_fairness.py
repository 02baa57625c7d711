"""The page of proposals and yeses by age, sex and area: for administrators, in numbers that tell of nobody."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.statistics import say_statistics
from accounts.web.dates import day
from matching.reports.monthly import count_people, month_after
from regions.models import Need
from tests.builders import FUKUOKA, SAGA, SHINJUKU
from tests.matching.counted import STAGES, people, proposed

pytestmark = pytest.mark.django_db
PAGE = "/fairness/"


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def counted(mowing: Need) -> None:
    proposed(mowing, people(13, age="20s", sex="female"), "willing")
    proposed(mowing, people(4, age="20s", sex="female"))
    proposed(mowing, people(3, age="60s", sex="other", home=SHINJUKU), "promised")
    count_people(now=timezone.now())


def cells(html: str) -> list[list[str]]:
    """The rows of all tables of a page, without their headings."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, flags=re.DOTALL)
    return [[label, *re.findall(r"<td[^>]*>(.*?)</td>", rest)] for label, rest in rows]


def without_token(answer: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', b"", answer)


def test_page_shows_steps_and_hides_what_is_small(office: Client, counted: None) -> None:
    html = office.get(PAGE).content.decode()

    shown = cells(html)
    assert len(shown) == 8 + 4 + 1
    assert ["20代", "5人未満", "5人未満", "10〜14人", "5人未満"] in shown
    assert ["60代", *["5人未満"] * 4] in shown
    assert {cell for row in shown for cell in row[1:]} == {"5人未満", "10〜14人"}
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
    assert kept[0] == ["表", "区分", "提案まで", "お声がけまで", "前向きな返事まで", "約束まで", "集計した日"]
    assert [row[1:-1] for row in kept if row[1:-1] in shown] == shown
    assert {cell for row in kept[1:] for cell in row[2:-1]} == {"5人未満", "10〜14人"}
    assert office.get(reverse("fairness-file", args=["xlsx"])).status_code == 200
    assert office.get(reverse("fairness-file", args=["exe"])).status_code == 404


def test_answer_that_is_changed_changes_nothing_before_the_next_count(
    office: Client, counted: None, admin: User, mowing: Need
) -> None:
    addresses = (PAGE, reverse("fairness-file", args=["csv"]))
    before = [without_token(office.get(address).content) for address in addresses]

    for user in User.objects.filter(email__startswith="counted"):
        say_statistics(actor=user, age="50s", sex="male", agrees=True)
    proposed(mowing, people(40, age="30s", sex="male", home=SHINJUKU))
    count_people(now=timezone.now())

    assert [without_token(office.get(address).content) for address in addresses] == before


def test_page_says_when_the_first_count_will_be(office: Client) -> None:
    count_people(now=timezone.now())

    html = office.get(PAGE).content.decode()

    assert cells(html) == []
    assert "この年度の集計は、まだありません。" in html
    assert "集計は毎月1日に行い、次の集計まで変わりません。" in html
    assert day(month_after(timezone.now())) in html


def test_without_a_prefecture_of_five_the_page_says_so(office: Client, mowing: Need) -> None:
    for home in (SHINJUKU, FUKUOKA, SAGA):
        for stage in STAGES:
            proposed(mowing, people(2, home=home), stage)
    count_people(now=timezone.now())

    html = office.get(PAGE).content.decode()

    assert "5人以上の都道府県は、まだありません。" in html
    assert "載っていない都道府県" not in html


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
        assert "5人未満" not in answer.content.decode()


def test_administrators_find_it_from_where_they_look(office: Client, client: Client, mori: User) -> None:
    for place in ("admin:matching_matchrun_changelist", "admin:matching_matchoutcome_changelist", "board"):
        assert f'href="{PAGE}"' in office.get(reverse(place)).content.decode()
    client.force_login(mori)
    assert f'href="{PAGE}"' not in client.get(reverse("board")).content.decode()
