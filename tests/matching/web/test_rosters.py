"""The roster of the day as a PDF: who may print it and when, who stands on it, and that each print is on record."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ContactAccess, User, Volunteer
from accounts.services.dates import era_day
from matching.models import Match
from matching.services.review import name_people
from regions.models import Need
from tests.matching import saga as story
from tests.matching.printing import got
from tests.support.sheets import Sheet

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def roster(client: Client, user: User, match: Match):
    client.force_login(user)
    return client.post(reverse("match-roster", args=[match.public_id]))


def test_roster_names_who_comes_with_lines_for_the_rest_and_its_destruction(
    client: Client, agreed: Match, ume: User, harada: User, hana: User
) -> None:
    answer = roster(client, ume, agreed)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    shown = Sheet(answer.content)
    for text in (
        "1原田本名団体の代表090-0000-0002", "2花本名090-0000-0001母090-0000-0099", "3□□4□□", "福岡山道ライダーズ4人",
        "廃棄した日", "廃棄した人", "確かめた人", "取扱注意", "梅が印刷", agreed.public_id, era_day(timezone.localdate()),
    ):  # fmt: skip
        assert text in shown.text
    assert "の住所" not in shown.text  # the day needs no home address
    assert (shown.is_tagged, len(shown.pages)) == (True, 1)


def test_each_print_of_the_roster_is_on_record(
    client: Client, agreed: Match, ume: User, harada: User, hana: User
) -> None:
    roster(client, ume, agreed)
    roster(client, ume, agreed)
    rows = ContactAccess.objects.filter(viewer=ume, match_public_id=agreed.public_id)
    assert sorted(rows.values_list("subject__name", flat=True)) == ["原田", "原田", "花", "花"]


def test_guide_also_reads_whom_to_call_in_the_community(
    client: Client, agreed: Match, mori: User, ume: User
) -> None:
    assert f"地区の連絡先梅本名{ume.contact_card.phone}" in Sheet(roster(client, mori, agreed).content).text


def test_representative_who_is_not_named_is_no_one_who_comes(
    client: Client, agreed: Match, ume: User, hana: User, harada: User
) -> None:
    name_people(match_id=agreed.pk, actor=harada, users=[hana])
    text = Sheet(roster(client, ume, agreed).content).text
    assert "1花本名" in text
    assert "団体の連絡先（当日来るかどうかは、まだ聞いていません）原田本名090-0000-0002" in text


def test_roster_of_many_goes_on_with_its_head_on_every_page(
    client: Client, mowing: Need, riders: Volunteer, ume: User, mori: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori, people=5)
    Match.objects.filter(pk=match.pk).update(people=70)
    shown = Sheet(roster(client, ume, match).content)
    assert len(shown.pages) > 2
    assert all("番お名前電話" in page for page in shown.pages[:2])
    assert "廃棄の確認" in shown.pages[-1]


@pytest.mark.parametrize("state", ["asking", "meeting", "completed"])
def test_no_roster_before_the_promise_and_none_after_the_day(
    client: Client, mowing: Need, riders: Volunteer, ume: User, mori: User, state: str
) -> None:
    match = story.agreed(mowing, riders, guide=mori, people=4)
    ended = timezone.now() if state == "completed" else None
    Match.objects.filter(pk=match.pk).update(state=state, ended_at=ended)
    answer = roster(client, ume, match)
    assert answer["Location"] == reverse("match-page", args=[match.public_id])
    assert not ContactAccess.objects.exists()
    text = client.get(answer["Location"]).content.decode()
    assert "約束が決まってから当日まで" in text
    assert reverse("match-roster", args=[match.public_id]) not in text


@pytest.mark.parametrize("name", ["yuki", "harada", "admin"])
def test_roster_is_for_the_community_and_its_guides_alone(
    request, client: Client, agreed: Match, name: str
) -> None:
    assert roster(client, request.getfixturevalue(name), agreed).status_code == 404
    assert not ContactAccess.objects.exists()


def test_roster_is_printed_for_a_button_and_not_for_an_address(
    client: Client, agreed: Match, ume: User
) -> None:
    assert got(client, ume, "match-roster", agreed)["Location"] == reverse(
        "match-page", args=[agreed.public_id]
    )
    assert not ContactAccess.objects.exists()
    assert (
        reverse("match-roster", args=[agreed.public_id])
        in got(client, ume, "match-page", agreed).content.decode()
    )
