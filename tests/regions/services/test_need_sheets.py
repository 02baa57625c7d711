"""The sheet of needs: read whole, explained row by row, taken over whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotFound
from accounts.models import AuditEntry, Outbox, User, WorkKind
from accounts.services.dates import TOKYO
from accounts.sheets.writing import as_xlsx
from regions.enums import NeedStage
from regions.models import Need, Region, SheetUpload
from regions.selectors.need_sheet import need_table
from regions.services.need_sheets import forget_sheets, keep_sheet, look_through, own_sheet, take_over
from tests.builders import (
    at_tokyo,
    make_hazard,
    make_need,
    make_region,
    make_slot,
    make_work_kind,
    sunday_ahead,
)

pytestmark = pytest.mark.django_db
HEAD = "困りごとの番号,地区・集落,見出し,話したとおりに,活動の種類1,日にち,何時から,何時まで,その日に来てほしい人数,雨のとき,地元から出る人数,危ないこと,持ち物,はじめての方も歓迎"
DAY = sunday_ahead(60)


def csv(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *lines, ""]).encode()


def kept(actor: User, *lines: str, **more: str) -> SheetUpload:
    return keep_sheet(actor=actor, name="困りごと.csv", content=csv(*lines, **more))


def line(saga: Region, **cells: object) -> str:
    keys = (
        "number",
        "community",
        "title",
        "story",
        "work",
        "day",
        "start",
        "end",
        "places",
        "rain",
        "hands",
        "hazards",
        "bring",
        "beginner",
    )
    told = {"community": saga.name, "title": "道ぞいの草刈り"} | cells
    return ",".join(f'"{told.get(key, "")}"' for key in keys)


@pytest.fixture(autouse=True)
def words() -> None:
    make_work_kind("grass_hand")
    make_work_kind("waterway")
    make_hazard("heat")


def draft(saga: Region, **values: object) -> Need:
    """A need that is not public: it may be without work."""
    return make_need(saga, stage=NeedStage.CONSULTING, opened_at=None, **values)


def taken(actor: User, sheet: SheetUpload):
    return take_over(actor=actor, sheet=sheet, digest=look_through(actor=actor, sheet=sheet).digest)


@pytest.mark.django_db
def test_row_becomes_a_consultation_with_its_date(saga: Region, kenji: User) -> None:
    kind = make_work_kind("grass_hand")
    sheet = keep_sheet(
        actor=kenji, name="春.csv", on_behalf_of="区長会",
        content=csv(line(saga, story="腰まである。", work=kind.label, day=f"{DAY:%Y/%m/%d}", start="8:00", end="11:30", places="5人",
                         rain="翌週", hands="8", hazards=make_hazard("heat").label, bring="軍手、長靴", beginner="○")),
    )  # fmt: skip
    plan = taken(kenji, sheet)
    need = Need.objects.get()
    assert (plan.new, plan.changed, plan.errors) == (1, 0, {})
    assert (need.region, need.title, need.stage, need.posted_for) == (
        saga,
        "道ぞいの草刈り",
        NeedStage.CONSULTING,
        "区長会",
    )
    assert (need.local_hands, need.bring, need.beginner_ok) == (8, ["軍手", "長靴"], True)
    assert [row.work_kind for row in need.work.all()] == [kind]
    slot = need.slots.get()
    assert (slot.start_at.astimezone(TOKYO).strftime("%m%d%H%M"), slot.places, slot.rain) == (
        f"{DAY:%m%d}0800",
        5,
        "翌週",
    )
    assert AuditEntry.objects.get(action="needs.sheet").details == {"new": 1, "changed": 0}


def test_rows_of_one_title_are_the_dates_of_one_need(saga: Region, kenji: User) -> None:
    first, later = DAY, DAY + timedelta(days=28)
    sheet = kept(
        kenji,
        line(saga, story="春と秋。", day=f"{first:%Y/%m/%d}", start="8:00", end="11:00", places=5),
        line(saga, day=f"{later:%Y/%m/%d}", start="9:00", end="11:00", places=3),
    )
    taken(kenji, sheet)
    need = Need.objects.get()
    assert need.story == "春と秋。"
    assert sorted(need.slots.values_list("places", flat=True)) == [3, 5]


def test_looking_leaves_no_trace(saga: Region, kenji: User) -> None:
    sheet = kept(kenji, line(saga))
    before = (Outbox.objects.count(), AuditEntry.objects.count())
    plan = look_through(actor=kenji, sheet=sheet)
    assert plan.new == 1
    assert (Outbox.objects.count(), AuditEntry.objects.count()) == before
    assert not Need.objects.exists()


def test_differences_are_named_and_only_they_are_written(saga: Region, kenji: User) -> None:
    need = draft(saga, title="溝掃除", local_hands=4, parking="公民館", bring=["長靴"], min_age=16)
    make_slot(need, start_at=at_tokyo(DAY, 9), places=4)
    other = make_need(saga, title="そのまま")
    sheet = kept(
        kenji,
        line(
            saga,
            number=need.public_id,
            title="秋の溝掃除",
            hands=6,
            bring="長靴、手袋",
            work=make_work_kind("waterway").label,
        ),
        line(
            saga,
            number=need.public_id,
            title="",
            day=f"{DAY + timedelta(days=7):%Y/%m/%d}",
            start="9:00",
            end="12:00",
            places=4,
        ),
    )
    plan = look_through(actor=kenji, sheet=sheet)
    told = {each.label: (each.before, each.after) for each in plan.lines[0].differences}
    assert plan.errors == {}
    assert told["地元から出る人数"] == ("4", "6")
    assert told["見出し"] == ("溝掃除", "秋の溝掃除")
    assert told["持ち物"] == ("長靴", "長靴、手袋")
    assert "車" not in told  # the sheet has no such column
    assert len(plan.lines[0].dates) == 1
    take_over(actor=kenji, sheet=sheet, digest=plan.digest)
    need.refresh_from_db()
    other.refresh_from_db()
    assert (need.title, need.local_hands, need.parking, need.min_age) == ("秋の溝掃除", 6, "公民館", 16)
    assert need.slots.count() == 3
    assert other.title == "そのまま"


def test_sheet_that_was_downloaded_changes_nothing(saga: Region, kenji: User, mowing: Need) -> None:
    Need.objects.filter(pk=mowing.pk).update(story="一行目\r\n二行目 9時〜12時", bring=["軍手"])
    WorkKind.objects.filter(pk__in=mowing.work.values("work_kind")).update(retired=True)
    content = as_xlsx(need_table(kenji), blank_rows=5)
    sheet = keep_sheet(actor=kenji, name="困りごと.xlsx", content=content)
    plan = look_through(actor=kenji, sheet=sheet)
    assert plan.errors == {}
    assert (plan.new, plan.changed) == (0, 0)
    assert plan.same == Need.objects.exclude(stage=NeedStage.CLOSED).count()


def test_words_that_look_like_a_formula_come_back_as_they_were(saga: Region, kenji: User) -> None:
    make_need(saga, title="=1+1", story="-3度の朝")
    sheet = keep_sheet(actor=kenji, name="困りごと.xlsx", content=as_xlsx(need_table(kenji)))
    assert look_through(actor=kenji, sheet=sheet).changed == 0


def test_one_wrong_row_and_nothing_is_written(saga: Region, kenji: User) -> None:
    sheet = kept(kenji, line(saga), line(saga, title="溝掃除", places="五"))
    plan = look_through(actor=kenji, sheet=sheet)
    assert plan.errors == {3: ["その日に来てほしい人数：「五」は、数として読めません。"]}
    with pytest.raises(Invalid, match="sheet_has_errors"):
        take_over(actor=kenji, sheet=sheet, digest=plan.digest)
    assert not Need.objects.exists()


def test_what_is_no_longer_as_it_was_shown_is_not_done(saga: Region, kenji: User) -> None:
    need = draft(saga, title="溝掃除", local_hands=4)
    sheet = kept(kenji, line(saga, number=need.public_id, title="溝掃除", hands=6))
    shown = look_through(actor=kenji, sheet=sheet)
    Need.objects.filter(pk=need.pk).update(local_hands=5)
    with pytest.raises(Conflict, match="sheet_changed"):
        take_over(actor=kenji, sheet=sheet, digest=shown.digest)
    need.refresh_from_db()
    assert need.local_hands == 5


def test_sheet_is_taken_over_once(saga: Region, kenji: User) -> None:
    sheet = kept(kenji, line(saga))
    plan = taken(kenji, sheet)
    with pytest.raises(Conflict, match="sheet_taken_over"):
        take_over(actor=kenji, sheet=sheet, digest=plan.digest)
    again = kept(kenji, line(saga))
    assert list(look_through(actor=kenji, sheet=again).errors) == [2]
    assert Need.objects.count() == 1


def test_only_ones_own_communities_and_sheets(saga: Region, kenji: User, ume: User, hana: User) -> None:
    far = make_region(name="よその地区", municipality="131041")
    foreign = make_need(far, title="よその仕事")
    sheet = kept(kenji, line(far), line(saga, number=foreign.public_id, title="のっとり"))
    plan = look_through(actor=kenji, sheet=sheet)
    assert sorted(plan.errors) == [2, 3]
    assert far.name in plan.errors[2][0]
    for stranger in (ume, hana):
        with pytest.raises(NotFound):
            own_sheet(stranger, sheet.public_id)


def test_need_cannot_be_moved_to_another_community(saga: Region, kenji: User) -> None:
    other = make_region(name="となりの地区", municipality=saga.municipality_id)
    need = draft(saga, title="溝掃除")
    plan = look_through(actor=kenji, sheet=kept(kenji, line(other, number=need.public_id, title="溝掃除")))
    assert list(plan.errors) == [2]


def test_date_that_stands_is_not_changed(saga: Region, kenji: User) -> None:
    need = draft(
        saga, title="溝掃除", slots=[{"start_at": at_tokyo(DAY, 9), "end_at": at_tokyo(DAY, 12), "places": 4}]
    )
    said = {"day": f"{DAY:%Y/%m/%d}", "start": "9:00", "end": "12:00"}
    same = kept(
        kenji, line(saga, number=need.public_id, title="溝掃除", hands=need.local_hands, places=4, **said)
    )
    assert look_through(actor=kenji, sheet=same).errors == {}
    more = kept(kenji, line(saga, number=need.public_id, title="溝掃除", places=9, **said))
    assert list(look_through(actor=kenji, sheet=more).errors) == [2]
    rainy = kept(kenji, line(saga, number=need.public_id, title="溝掃除", places=4, rain="中止", **said))
    assert "雨のとき" in look_through(actor=kenji, sheet=rainy).errors[2][0]


def test_change_of_an_open_need_is_named_as_public_at_once(saga: Region, kenji: User, mowing: Need) -> None:
    head = "困りごとの番号,地区・集落,見出し,トイレ"
    sheet = kept(
        kenji,
        f"{mowing.public_id},{saga.name},{mowing.title},公民館",
        f",{saga.name},新しい溝掃除,",
        head=head,
    )
    plan = look_through(actor=kenji, sheet=sheet)
    assert [(moving.title, moving.is_public) for moving in plan.moving] == [
        (mowing.title, True),
        ("新しい溝掃除", False),
    ]


@pytest.mark.parametrize("head", ["地区・集落,謎の列,見出し", "見出し,持ち物", "地区・集落"])
def test_headings_nobody_knows_or_misses_are_refused(kenji: User, saga: Region, head: str) -> None:
    with pytest.raises(Invalid, match="sheet_unreadable"):
        keep_sheet(actor=kenji, name="x.csv", content=csv(head=head))


def test_column_of_errors_is_not_read(saga: Region, kenji: User) -> None:
    sheet = kept(kenji, line(saga) + ",前の誤り", head=HEAD + ",エラー")
    assert look_through(actor=kenji, sheet=sheet).errors == {}


def test_sheets_are_forgotten_after_a_day(saga: Region, kenji: User) -> None:
    old, fresh = kept(kenji, line(saga)), kept(kenji, line(saga))
    SheetUpload.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(NotFound):
        own_sheet(kenji, old.public_id)
    assert forget_sheets(now=timezone.now()) == 1
    assert SheetUpload.objects.get() == fresh


MISTAKES: list[dict[str, object]] = [
    {"community": ""}, {"title": ""}, {"community": "どこか"}, {"work": "空を飛ぶ"}, {"day": "6月13日"}, {"day": "2027/2/30"},
    {"start": "朝"}, {"end": "25:00"}, {"places": "五人くらい"}, {"places": "0"}, {"end": "7:00"}, {"day": "2020/6/14"},
    {"hands": "多い"}, {"hazards": "竜"}, {"beginner": "たぶん"}, {"title": "あ" * 121}, {"number": "abcdefghjkmn"}, {"start": ""},
    {"hands": "0"}, {"rain": "あ" * 121},
]  # fmt: skip


@pytest.mark.slow
def test_three_hundred_rows_with_twenty_mistakes(saga: Region, kenji: User) -> None:
    good = {"day": f"{DAY:%Y/%m/%d}", "start": "8:00", "end": "11:00", "places": 5}
    lines, wrong = [], {}
    for row in range(300):
        mistake = MISTAKES[row // 15] if row % 15 == 7 else {}
        if mistake:
            wrong[row + 2] = mistake
        lines.append(line(saga, **({"title": f"草刈り{row}"} | good | mistake)))
    sheet = kept(kenji, *lines)
    plan = look_through(actor=kenji, sheet=sheet)
    assert sorted(plan.errors) == sorted(wrong)
    assert len(wrong) == len(MISTAKES) == 20
    assert all(len(messages) >= 1 and "：" in messages[0] for messages in plan.errors.values())
    assert plan.new == 280
    with pytest.raises(Invalid):
        take_over(actor=kenji, sheet=sheet, digest=plan.digest)
    assert not Need.objects.exists()
