"""The press without any row: texts as they stand, on the sheet, accessible, and codes that a telephone reads."""

from __future__ import annotations

from typing import Any

import pytest

from matching.paper.letters import GETA, legible, letters
from matching.paper.press import pdf, pictures, qr
from tests.support.sheets import Sheet, codes

ADDRESS = "https://enishi.example.jp/needs/abcdefghijkl/"
MARKUP = r"""#emph[x] $a^2$ *太い* _細い_ `code` "引用" 'q' \ @label <tag> // 注 = 見出し - 項目 ~ #sys.inputs {{ }}"""


def letter(**values: Any) -> dict[str, Any]:
    """A letter of a need, as the selector makes it."""
    return {
        "kind": "need", "number": "n123", "title": "草刈り", "short_title": "草刈り", "who": "", "story": "去年は三日かかりました。",
        "dates": ["2027年（令和9年）4月25日（日）午前8時から正午まで"], "more_dates": 0, "rain": "翌週", "work": "草刈り",
        "hands": 2, "dangers": "急な斜面", "returns": "山道を走る", "money": "無償", "address": ADDRESS, "qr": qr(ADDRESS),
        "due": "", "answers": [], "community": "榎木谷", "issued": "2026年（令和8年）11月27日（金）", "organization": "つなぎ舎",
    } | values  # fmt: skip


def circular(**values: Any) -> dict[str, Any]:
    return {"heading": "回覧", "letters": [letter(**values)]}


def test_sheet_is_tagged_accessible_and_carries_its_fonts() -> None:
    sheet = Sheet(pdf("circular", circular()))
    assert (sheet.is_tagged, sheet.language) == (True, "ja")
    assert "<pdfuaid:part>1</pdfuaid:part>" in sheet.xmp
    assert sheet.fonts == {"BIZUDPGothic-Regular", "BIZUDPGothic-Bold"}
    assert {"/H1", "/H2", "/Table", "/Figure"} <= sheet.roles
    assert sheet.reader.metadata.title == "回覧"


def test_code_says_the_address() -> None:
    (page,) = pictures("circular", circular())
    assert codes(page) == [ADDRESS]


@pytest.mark.parametrize("where", ["title", "story", "who", "community", "returns", "rain"])
def test_markup_of_the_typesetter_is_printed_as_it_stands(where: str) -> None:
    sheet = Sheet(pdf("circular", circular(**{where: MARKUP})))
    assert MARKUP.replace(" ", "") in sheet.text


@pytest.mark.parametrize(
    "longest",
    [
        {"story": "い" * 180},
        {"kind": "asking", "story": "", "who": "団体" * 65, "due": "2027年（令和9年）4月1日（木）", "answers": ["meet", "yes", "no"]},
    ],
    ids=["need", "match"],
)  # fmt: skip
def test_longest_texts_stay_on_one_page(longest: dict[str, Any]) -> None:
    long = longest | dict(
        title="草" * 120, short_title="草" * 30, rain="雨" * 80, work="作業" * 35, dangers="危険" * 40,
        dates=["2027年（令和9年）11月28日（日）午前8時30分から午後0時30分まで"] * 3, more_dates=9,
        returns="お返し" * 26, organization="舎" * 40, community="谷" * 25,
    )  # fmt: skip
    sheet = Sheet(pdf("circular", circular(**long)))
    assert len(sheet.pages) == 1
    for text in ("草" * 120, longest["story"], "お返し" * 26, "日付年月日"):
        assert text in sheet.text


def test_run_without_a_space_breaks_inside_the_page() -> None:
    sheet = Sheet(pdf("circular", circular(title="W" * 120)))
    assert "W" * 120 in sheet.text  # and nothing else among the letters: an address can be copied
    assert sheet.widest < 595 - 18 * 72 / 25.4


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("髙﨑", "髙﨑"),
        ("𠮷田🌸", f"{GETA}田{GETA}"),
        ("か\u3099", "が"),
        ("葛\U000e0100城", "葛城"),
        ("一行\r\n二行\x07", "一行\n二行"),
        ("a\u3000b\u2003c\td", "a\u3000b c d"),
    ],
)
def test_what_the_fonts_lack_is_seen_to_be_missing(given: str, shown: str) -> None:
    assert legible(given) == shown
    assert {ord(letter) for letter in shown} <= letters() | {ord("\n")}


def test_sheet_with_letters_that_the_fonts_lack_is_printed_all_the_same() -> None:
    assert f"{GETA}田" in Sheet(pdf("circular", circular(title="𠮷田さんの畑🌸\u200d🌸"))).text


def test_where_nothing_fits_the_story_gives_way_and_not_the_slip() -> None:
    every = dict(
        title="草" * 120,
        story="い" * 180,
        rain="雨" * 80,
        returns="返" * 80,
        organization="舎" * 80,
        community="谷" * 80,
    )
    sheet = Sheet(
        pdf("circular", circular(**every, work="作" * 80, dangers="危" * 80, dates=["長い日付" * 20] * 3))
    )
    assert len(sheet.pages) == 1
    assert "い" * 180 not in sheet.text
    assert "切り取って、地区の代表" in sheet.text
