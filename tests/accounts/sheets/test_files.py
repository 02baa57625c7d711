"""Tables as files: what Excel gets, what comes back, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accounts.sheets.reading import (
    BYTES_MAX,
    ROWS_LOOKED_AT,
    ROWS_MAX,
    SheetError,
    read_grid,
    require_what_it_is_called,
)
from accounts.sheets.writing import DAY, TEXT, Column, Table, as_csv, as_xlsx, with_errors

EVIL = '=HYPERLINK("https://example.org")'


def table(*rows: list[object]) -> Table:
    columns = [
        Column("題名", 20),
        Column("日にち", 14, DAY),
        Column("開始"),
        Column("人数"),
        Column("場所", choices=["現地", "遠隔"]),
    ]
    return Table("困りごと", columns, rows, ["説明"])


def xlsx(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_has_a_frozen_head_drop_downs_and_codes_as_text() -> None:
    book = load_workbook(
        io.BytesIO(as_xlsx(table(["0012", date(2027, 6, 13), time(9), 5, "現地"]), blank_rows=3))
    )
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert (sheet["A2"].value, sheet["A2"].number_format) == ("0012", TEXT)
    assert (sheet["A5"].number_format, sheet["B5"].number_format) == (TEXT, DAY)
    rule = sheet.data_validations.dataValidation[0]
    assert (str(rule.sqref), rule.type) == ("E2:E5", "list")
    words = book.worksheets[2]
    assert words.sheet_state == "hidden"
    assert [cell.value for cell in words["A"]] == ["現地", "遠隔"]
    assert rule.formula1 == f"='{words.title}'!$A$1:$A$2"


@pytest.mark.parametrize("written", [EVIL, "+1", "＝1+1", "@SUM(A1)"])
def test_no_program_takes_a_word_for_a_formula(written: str) -> None:
    content = as_xlsx(table([written, None, None, None, ""]))
    cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", written, True)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    line = as_csv(table([written, None, None, None, ""])).decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")
    assert read_grid(as_csv(table([written, None, None, None, ""]))).rows[0].cells["題名"] == f"'{written}"


def test_csv_for_old_windows_programs_marks_what_they_cannot_write() -> None:
    line = as_csv(
        table(["髙橋さんの𠮷田 9時〜12時", date(2027, 6, 13), time(9), 5, "現地"]), encoding="cp932"
    )
    assert line.decode("cp932").splitlines()[1] == "髙橋さんの〓田 9時～12時,2027/06/13,09:00,5,現地"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_is_read_in_the_letters_of_japan(encoding: str) -> None:
    grid = read_grid("題名,人数\r\n道ぞいの草刈り,５\r\n,\r\n溝掃除,3\r\n".encode(encoding))
    assert grid.headings == ["題名", "人数"]
    assert [(row.number, row.cells) for row in grid.rows] == [
        (2, {"題名": "道ぞいの草刈り", "人数": "５"}), (4, {"題名": "溝掃除", "人数": "3"}),
    ]  # fmt: skip


def test_first_sheet_that_can_be_seen_is_read() -> None:
    book = Workbook()
    book.active.sheet_state = "hidden"
    book.create_sheet("表").append(["題名"])
    book.worksheets[1].append(["草刈り"])
    assert read_grid(saved(book)).rows[0].cells == {"題名": "草刈り"}


def merged() -> bytes:
    book = Workbook()
    book.active.append(["題名"])
    book.active.merge_cells("A2:A3")
    return saved(book)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return out.getvalue()


def hostile() -> bytes:
    """A workbook whose strings expand without end."""
    good, out = zipfile.ZipFile(io.BytesIO(xlsx(["題名"], ["草刈り"]))), io.BytesIO()
    laugh = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
    with zipfile.ZipFile(out, "w") as package:
        for name in good.namelist():
            text = good.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = laugh + text.replace("草刈り", "&c;")
            package.writestr(name, text)
    return out.getvalue()


REFUSED = {
    "old": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "古い形式"),
    "torn": (b"PK\x03\x04nothing", "開けません"),
    "empty": (b"", "見出しがありません"),
    "binary": (b"\x00\x01\x02", "開けません"),
    "foreign letters": (b"\xff\xfe\x00\x80\x81", "読み取れません"),
    "merged": (merged(), "結合"),
    "bomb": (bomb(), "大きすぎます"),
    "large": (b"a" * (BYTES_MAX + 1), "大きすぎます"),
    "hostile": (hostile(), "開けません"),
    "heading twice": ("題名,題名\n1,2\n".encode(), "二つあります"),
    "many rows": (xlsx(["題名"], *[[f"草刈り{n}"] for n in range(ROWS_MAX + 1)]), "500行を超え"),
    "open quote": (b'"a', "開けません"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_table_is_refused_in_words(kind: str) -> None:
    content, why = REFUSED[kind]
    with pytest.raises(SheetError, match=why):
        read_grid(content)


@pytest.mark.parametrize("name", ["needs.xlsx", "NEEDS.XLSX"])
def test_what_is_called_excel_and_is_none_is_refused_as_such(name: str) -> None:
    with pytest.raises(SheetError, match="Excelファイルではありません"):
        require_what_it_is_called(name, "題名\n草刈り".encode())


def test_what_is_what_it_is_called_is_not_refused() -> None:
    require_what_it_is_called("needs.xlsx", xlsx(["題名"]))
    require_what_it_is_called("old.xlsx", b"\xd0\xcf\x11\xe0")  # refused for what it is, by who reads it
    require_what_it_is_called("needs.csv", "題名".encode())


def outcome(content: bytes) -> object:
    """The table, or the sentence that says why there is none."""
    try:
        return read_grid(content)
    except SheetError as error:
        return str(error)


@given(st.binary(max_size=400))
def test_whatever_bytes_come_there_is_a_table_or_a_sentence(content: bytes) -> None:
    assert outcome(content)
    assert isinstance(outcome(b"PK\x03\x04" + content), str)


def test_file_comes_back_with_its_errors_beside_the_rows() -> None:
    content = as_xlsx(table(["草刈り", date(2027, 6, 13), None, 5, "現地"], ["溝掃除", None, None, None, ""]))
    back, suffix = with_errors(content, {3: ["日にち: これも要ります。", "=2"]}, label="エラー")
    sheet = load_workbook(io.BytesIO(back)).worksheets[0]
    assert suffix == "xlsx"
    assert [sheet.cell(n, 6).value for n in (1, 2, 3)] == ["エラー", None, "日にち: これも要ります。\n=2"]
    assert sheet["A2"].value == "草刈り"
    assert sheet.data_validations.dataValidation
    again, _suffix = with_errors(back, {2: ["別"]}, label="エラー")
    sheet = load_workbook(io.BytesIO(again)).worksheets[0]
    assert [sheet.cell(n, 6).value for n in (1, 2, 3)] == ["エラー", "別", None]
    assert sheet.max_column == 6


def test_csv_comes_back_in_its_own_letters() -> None:
    content = "題名,人数\r\n草刈り,五\r\n".encode("cp932")
    back, suffix = with_errors(content, {2: ["人数: 数ではありません。"]}, label="エラー")
    assert (back.decode("cp932"), suffix) == (
        "題名,人数,エラー\r\n草刈り,五,人数: 数ではありません。\r\n",
        "csv",
    )


def test_control_characters_and_far_formatted_cells_do_no_harm() -> None:
    content = as_xlsx(table(["草\x01刈り\x0b", None, None, None, ""]))
    assert load_workbook(io.BytesIO(content)).worksheets[0]["A2"].value == "草刈り"
    book = load_workbook(io.BytesIO(content))
    book.worksheets[0].cell(1_048_576, 1).number_format = TEXT
    far = saved(book)
    assert [row.number for row in read_grid(far).rows] == [2]
    back, _suffix = with_errors(far, {2: ["x"]}, label="エラー")
    assert len(load_workbook(io.BytesIO(back)).worksheets[0]._cells) < 20_000


def test_row_below_what_is_looked_at_is_not_lost_in_silence() -> None:
    book = Workbook()
    book.active.append(["題名"])
    book.active.cell(ROWS_LOOKED_AT + 1, 1, "遠い行")
    with pytest.raises(SheetError, match="500行を超え"):
        read_grid(saved(book))
