"""What would bring more to a need, on a page of its own for its community and its guides, who may have it looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from matching.models import MatchRun, NeedDiagnosis
from regions.enums import NeedStage
from regions.models import Need, Region
from regions.policies import public_label
from tests.builders import make_asset_kind, make_need, make_party, make_region, make_slot
from tests.matching.lonely import diagnosed
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db

THREE = [
    {"code": "no_common_date", "brings": 12, "detail": {}},
    {"code": "no_wish_fit", "brings": 7, "detail": {"kind": "onsen"}},
    {"code": "first_visit_max", "brings": 4, "detail": {"people": 8}},
]


def address(need: Need) -> str:
    return reverse("need-findings", args=[need.region.public_id, need.public_id])


def page(client: Client, user: User, need: Need):
    client.force_login(user)
    return client.get(address(need))


@pytest.mark.parametrize("name", ["ume", "kenji", "mori", "admin"])
def test_three_changes_are_said_best_first(client: Client, request, mowing: Need, name: str) -> None:
    kind = make_asset_kind("onsen").label
    diagnosed(mowing, changes=THREE)
    text = page(client, request.getfixturevalue(name), mowing).content.decode()
    said = [
        "ほかの日にも頼むと、あと12件に頼めます。",
        f"お返しに「{kind}」も用意すると、あと7件に頼めます。",
        "初回の受け入れを8人までにすると、あと4件に頼めます。",
    ]
    places = [text.index(sentence) for sentence in said]
    assert places == sorted(places)
    assert ("土曜の朝など、ほかの日にもお願いできるでしょうか。" in text) is (name != "ume")
    assert "%" not in text[places[0] : places[-1]]


@pytest.mark.parametrize(("many", "is_ordered"), [(1, False), (2, True)])
def test_an_order_is_told_only_where_there_is_more_than_one_change(
    client: Client, mowing: Need, ume: User, many: int, is_ordered: bool
) -> None:
    diagnosed(mowing, changes=THREE[:many])
    text = page(client, ume, mowing).content.decode()
    assert "ふやすための一手" in text
    assert ("効果の大きい順" in text) is is_ordered


@pytest.mark.parametrize("name", ["hana", "harada"])
def test_nobody_else_reads_them_and_the_public_page_does_not_tell(
    client: Client, request, mowing: Need, name: str
) -> None:
    diagnosed(mowing, changes=THREE)
    user = request.getfixturevalue(name)
    assert page(client, user, mowing).status_code == 404
    assert client.post(address(mowing)).status_code == 404
    assert not MatchRun.objects.exclude(pk=NeedDiagnosis.objects.get().run_id).exists()
    public = client.get(reverse("need-page", args=[mowing.public_id])).content.decode()
    assert public_label(mowing.region) in public
    assert "件に頼めます" not in public


def test_the_button_has_any_need_looked_at_and_a_second_press_is_the_same_run(
    client: Client, saga: Region, trails, ume: User, mori: User
) -> None:
    need = make_need(saga, offers=[trails], places=1)
    diagnosed(make_need(saga), changes=THREE)
    make_party()
    make_party(abilities=("design_web",))
    assert "お見せできる結果はまだありません" in page(client, ume, need).content.decode()
    assert client.post(address(need)).status_code == 302
    run = MatchRun.objects.get(requested_by=ume)
    assert run.scope == f"need:{need.public_id}"
    client.get(address(need))
    pressed = client.post(address(need), follow=True).content.decode()
    assert MatchRun.objects.get(requested_by=ume) == run
    assert (pressed.count("調べ始めました。"), pressed.count("いま調べています")) == (1, 1)
    waiting = client.get(address(need)).content.decode()
    assert ("いま調べています" in waiting, "もう一度開く" in waiting, "いま調べる" in waiting) == (
        True,
        True,
        False,
    )
    drain_outbox()
    text = client.get(address(need)).content.decode()
    assert "も一緒に頼むと、あと1件に頼めます。" in text
    assert NeedDiagnosis.objects.get(need=need).finds_enough
    board = page(client, mori, need).client.get(reverse("board"))
    assert board.context["lonely"] == 1


def test_a_need_that_is_not_public_is_not_looked_at(client: Client, saga: Region, ume: User) -> None:
    need = make_need(saga, stage=NeedStage.CONSENTED)
    text = page(client, ume, need).content.decode()
    assert "公開中の困りごとだけです" in text
    assert "いま調べる" not in text
    answer = client.post(address(need), follow=True)
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["error"]
    assert not MatchRun.objects.exists()


def test_the_page_of_a_need_leads_there_while_it_is_public(client: Client, saga: Region, ume: User) -> None:
    client.force_login(ume)
    for stage, leads in ((NeedStage.OPEN, True), (NeedStage.CONSENTED, False)):
        need = make_need(saga, stage=stage)
        shown = client.get(reverse("place-need", args=[saga.public_id, need.public_id])).content.decode()
        assert (address(need) in shown) is leads


def test_the_page_takes_a_fixed_number_of_queries(
    client: Client, saga: Region, ume: User, django_assert_num_queries
) -> None:
    client.force_login(ume)
    for more in (1, 3):
        need = make_need(saga)
        for days in range(more):
            make_slot(need, start_at=timezone.now() + timedelta(days=40 + days))
        make_asset_kind("onsen")
        diagnosed(need, changes=THREE)
        diagnosed(make_need(make_region()), changes=THREE)
        client.get(address(need))
        with django_assert_num_queries(18):
            client.get(address(need))
