"""What people write in a cell, and what a spreadsheet could take for a formula."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.sheets.cells import (
    CellError,
    alike,
    as_choice,
    as_day,
    as_text,
    as_time,
    as_whole,
    as_words,
    as_yes,
    is_formula,
    quoted,
    unquoted,
)

AS_EXCEL_KEEPS_IT = datetime(2027, 6, 13, 9)  # noqa: DTZ001  # a workbook knows no zones


@pytest.mark.parametrize(
    "written",
    [
        date(2027, 6, 13), AS_EXCEL_KEEPS_IT, "2027/6/13", "2027-06-13", "2027.6.13", "２０２７年６月１３日",
        "2027年6月13日（日）", "2027/6/13(日)", "令和9年6月13日", "R9.6.13", "46551", 46551, 46551.0,
    ],
)  # fmt: skip
def test_day_is_read_however_it_is_written(written: object) -> None:
    assert as_day(written) == date(2027, 6, 13)


@pytest.mark.parametrize("written", ["6/13", "6月13日", "来週の日曜", "2027/13/1", "2027/2/30", "13"])
def test_day_without_its_year_or_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        as_day(written)


@pytest.mark.parametrize(
    "written", [time(9, 0), 0.375, "9:00", "９：００", "9時", "09:00:00", AS_EXCEL_KEEPS_IT]
)
def test_time_is_read_however_it_is_written(written: object) -> None:
    assert as_time(written) == time(9)


def test_half_past_is_read() -> None:
    assert as_time("9時半") == time(9, 30)
    assert as_time("13時15分") == time(13, 15)


@pytest.mark.parametrize("written", ["25:00", "朝", "9:75", "900"])
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        as_time(written)


@pytest.mark.parametrize("written", [5, 5.0, "5", "５", "５人", " 5名 "])
def test_number_is_read_however_it_is_written(written: object) -> None:
    assert as_whole(written) == 5


@pytest.mark.parametrize("written", ["五", "5.5", 5.5, "-3", "5〜8人", "9999999"])
def test_what_is_no_whole_number_is_refused(written: object) -> None:
    with pytest.raises(CellError):
        as_whole(written)


def test_yes_and_no_are_read() -> None:
    assert [as_yes(word) for word in ("はい", "○", "可", True)] == [True] * 4
    assert [as_yes(word) for word in ("いいえ", "×", "不可", False)] == [False] * 4
    assert as_yes("") is None
    with pytest.raises(CellError):
        as_yes("たぶん")


def test_word_of_a_list_is_found_in_any_width() -> None:
    assert as_choice("ＡＢＣ", {"ABC": "abc"}) == "abc"
    with pytest.raises(CellError):
        as_choice("DEF", {"ABC": "abc"})


def test_entries_are_separated_by_any_comma() -> None:
    assert as_words("軍手、長靴,水筒，弁当\n帽子、") == ["軍手", "長靴", "水筒", "弁当", "帽子"]


def test_empty_cells_say_nothing() -> None:
    assert (as_day(None), as_time(""), as_whole("　"), as_words(None), as_text(None)) == (
        None,
        None,
        None,
        [],
        "",
    )


def test_number_that_excel_made_of_a_code_stays_whole() -> None:
    assert as_text(8100001.0) == "8100001"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "−", " =", "\t=", "　＝", "\r\n@"]
)
def test_what_could_be_a_formula_is_quoted_and_comes_back(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    assert is_formula(text)
    assert quoted(text) == f"'{text}"
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("text", ["草刈り", "", "3-4人", "'quoted", "ー"])
def test_other_words_are_left_alone(text: str) -> None:
    assert quoted(text) == text
    assert unquoted(text) == text


@pytest.mark.parametrize("read", [as_day, as_time, as_whole, as_yes, as_words, as_text])
@given(text=st.text(max_size=60))
@example(text="9" * 5000)
@example(text="٣٣٣٣٣")
def test_whatever_is_written_there_is_a_value_or_a_sentence(read, text: str) -> None:
    try:
        value = read(text)
    except CellError as error:
        value = str(error)
    assert value is None or isinstance(value, (str, int, bool, list, date, time))


@pytest.mark.parametrize(
    ("one", "other"), [("a\r\nb", "a\nb"), ("9時〜12時", "9時～12時"), (["軍手−"], ["軍手－"]), ("a ", "a")]
)
def test_the_same_words_are_alike_whichever_program_wrote_them(one: object, other: object) -> None:
    assert alike(one, other)
    assert not alike(one, "別")
