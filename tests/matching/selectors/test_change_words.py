"""What would bring more, in sentences: each says what to do and how many, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from accounts.models import AssetKind
from matching.engine.near import CHANGEABLE
from matching.selectors.advice import ASKS, advice_of
from matching.selectors.change_words import LOADS, STEPS, WHOLE, ChangeWords
from matching.services.findings import NUMBERS
from tests.builders import make_asset_kind, make_need, make_qualification, make_region, make_work_kind
from tests.matching.lonely import diagnosed

pytestmark = pytest.mark.django_db

SAID = [
    ("age", {"age": 15}, "15歳から来られるようにすると、あと12件に頼めます。"),
    ("minors", {"age": 6}, "6歳からのお子さんも一緒に来られるようにすると、あと12件に頼めます。"),
    ("minors", {"age": 0}, "何歳のお子さんでも一緒に来られるようにすると、あと12件に頼めます。"),
    ("load", {"load": 1}, "軽い作業だけを頼むと、あと12件に頼めます。"),
    ("load", {"load": 2}, "きつい力仕事を除いて頼むと、あと12件に頼めます。"),
    ("no_work_fit", {"kind": "grass_hand"}, "「手刈り・草取り・草集め」も一緒に頼むと、あと12件に頼めます。"),
    ("no_wish_fit", {"kind": "onsen"}, "お返しに「温泉・湯につかる」も用意すると、あと12件に頼めます。"),
    ("no_wish_fit", {"kind": "gone-since"}, "お返しに「gone-since」も用意すると、あと12件に頼めます。"),
    ("places_short", {"places": 2}, "どの日も、来られる人数を2人ふやすと、あと12件に頼めます。"),
    ("first_visit_max", {"people": 8}, "初回の受け入れを8人までにすると、あと12件に頼めます。"),
    (
        "travel_too_far",
        {"minutes": 20},
        "駅やバス停まで車で迎えに出ると（移動が20分短くなります）、あと12件に頼めます。",
    ),
    (
        "no_common_date",
        {
            "start_at": "2027-06-12T09:00:00+09:00",
            "end_at": "2027-06-12T12:00:00+09:00",
            "is_window": False,
        },
        "2027年6月12日（土）午前9時〜正午にも日程を加えると、あと12件に頼めます。",
    ),
    (
        "no_common_date",
        {
            "start_at": "2027-06-12T00:00:00+00:00",
            "end_at": "2027-06-13T03:00:00+00:00",
            "is_window": False,
        },
        "2027年6月12日（土）午前9時〜2027年6月13日（日）午後0時にも日程を加えると、あと12件に頼めます。",
    ),
    (
        "no_common_date",
        {"start_at": "2027-02-01T00:00:00+09:00", "end_at": "2027-03-01T00:00:00+09:00", "is_window": True},
        "2027年2月に、離れた場所からの手伝いも頼むと、あと12件に頼めます。",
    ),
]


@pytest.mark.parametrize(("code", "detail", "text"), SAID)
def test_a_change_is_said_with_how_far_and_how_many(code: str, detail: dict, text: str) -> None:
    make_work_kind("grass_hand")
    make_asset_kind("onsen")
    row = diagnosed(make_need(make_region()), changes=[{"code": code, "brings": 12, "detail": detail}])
    (advice,) = advice_of([row])
    assert advice.changes == [text]
    with translation.override("en"):
        (said,) = advice.changes
    assert "12 more could be asked" in said
    assert said.isascii() or "“" in said


def test_every_change_has_words_with_and_without_how_far() -> None:
    assert set(WHOLE) == set(CHANGEABLE) == set(ASKS)
    named = {*NUMBERS, *STEPS}
    assert named == {*STEPS, "load"}
    assert set(LOADS) == {1, 2}
    said = [ChangeWords({}).sentence({"code": str(code), "brings": 3}) for code in WHOLE]
    assert all("あと3件に頼めます" in text for text in said)
    assert len(set(said)) == len(said)
    assert ChangeWords({}).sentence({"code": "gone_since", "brings": 3}) == ""


def test_labels_take_one_query_for_each_list_named(django_assert_num_queries) -> None:
    held = make_qualification("brushcutter")
    named = [
        {"code": "no_work_fit", "brings": 3, "detail": {"kind": make_work_kind("grass_hand").code}},
        {"code": "no_wish_fit", "brings": 2, "detail": {"kind": make_asset_kind("onsen").code}},
        {"code": "qualification", "brings": 1, "detail": {"qualification": held.code}},
    ]
    rows = [diagnosed(make_need(make_region()), changes=named) for _ in range(3)]
    for shown in (rows[:1], rows):
        with django_assert_num_queries(3):
            advice = advice_of(shown)
        with django_assert_num_queries(0):
            told = [each.changes for each in advice]
        assert told[0][2] == f"「{held.label}」を求めずに頼むと、あと1件に頼めます。"
        assert {tuple(changes) for changes in told} == {tuple(told[0])}
    plain = [diagnosed(make_need(make_region()))]
    with django_assert_num_queries(0):
        advice_of(plain)
    assert AssetKind.objects.get(code="onsen").label in told[0][1]


def test_what_to_ask_and_the_number_are_of_the_first_change_that_has_words() -> None:
    gone = {"code": "gone_since", "brings": 30, "detail": {}}
    known = {"code": "group_not_accepted", "brings": 4, "detail": {}}
    (advice,) = advice_of([diagnosed(make_need(make_region()), changes=[gone, known])])

    assert (len(advice.changes), advice.brings) == (1, 4)
    assert advice.ask == str(ASKS["group_not_accepted"])
    (nothing,) = advice_of([diagnosed(make_need(make_region()), changes=[gone])])
    assert (nothing.changes, nothing.ask, nothing.brings) == ([], "", 0)
