"""A table as a file: Excel with drop-downs, a frozen first row and codes as text; CSV; and a file given back with its errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.sheets.cells import WINDOWS_TWINS, as_text, is_formula, plain, quoted
from accounts.sheets.reading import (
    COLUMNS_MAX,
    CP932,
    ROWS_LOOKED_AT,
    ROWS_MAX,
    UTF8,
    first_sheet,
    open_workbook,
    read_grid,
)

TEXT, NUMBER, DAY, HOUR = "@", "0", 'yyyy/m/d"（"aaa"）"', "h:mm"
HEAD = PatternFill("solid", fgColor="E8EEE6")
WRONG = PatternFill("solid", fgColor="FBE3E0")
UNKNOWN_LETTER = "〓"  # what a Japanese printer sets for a letter it does not have
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading with its width in letters, how Excel shows its cells, and the words to choose from (none: free)."""

    label: str
    width: int = 14
    shown_as: str = TEXT
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A list as rows of plain values: text, whole number, day, hour, True or False."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = field(default_factory=tuple)


def as_xlsx(table: Table, *, blank_rows: int = 0) -> bytes:
    """The workbook: the list, its notes on a second sheet, its words to choose from on a hidden third.

    ``blank_rows``: rows below the list that are prepared for writing (text as text, days as days, drop-downs).
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = table.title[:31]
    _write_head(sheet, table.columns)
    for number, row in enumerate(table.rows, start=2):
        for place, value in enumerate(row, start=1):
            _write(sheet.cell(number, place), value)
    _prepare(sheet, table, blank_rows)
    _write_notes(book, table.notes)
    _offer_words(book, sheet, table.columns, last=1 + max(len(table.rows) + blank_rows, 1))
    return _saved(book)


def as_csv(table: Table, *, encoding: str = UTF8) -> bytes:
    """The list with commas. In CP932 a letter that Windows' old Japanese lacks becomes 〓."""
    lines = [
        [column.label for column in table.columns],
        *[[in_words(value) for value in row] for row in table.rows],
    ]
    return _csv(lines, encoding)


def in_words(value: Any) -> str:
    """A value as a cell of a CSV holds it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else as_text(value)


def with_errors(content: bytes, errors: Mapping[int, Sequence[str]], *, label: str) -> tuple[bytes, str]:
    """The same file with a last column ``label`` that says what is wrong with each row, and its suffix."""
    grid = read_grid(content)
    if grid.encoding:
        return _csv_with_errors(content, grid.encoding, errors, label), "csv"
    book = open_workbook(content)
    sheet = first_sheet(book)
    place = _place_of(sheet, label)
    _write(sheet.cell(1, place), label)
    sheet.column_dimensions[get_column_letter(place)].width = 60
    for number in range(2, min(sheet.max_row, ROWS_LOOKED_AT) + 1):
        cell = sheet.cell(number, place)
        cell.value = None
        if number in errors:
            _write(cell, "\n".join(errors[number]))
            cell.fill, cell.alignment = WRONG, Alignment(wrap_text=True, vertical="top")
    return _saved(book), "xlsx"


def _place_of(sheet: Worksheet, label: str) -> int:
    """The column headed ``label``, else the first one that has no heading."""
    headings = [plain(as_text(cell.value)) for cell in sheet[1][:COLUMNS_MAX]]
    if label in headings:
        return headings.index(label) + 1
    return max((place for place, heading in enumerate(headings, start=1) if heading), default=0) + 1


def _csv_with_errors(content: bytes, encoding: str, errors: Mapping[int, Sequence[str]], label: str) -> bytes:
    grid = read_grid(content)
    kept = [heading for heading in grid.headings if heading and heading != label]
    lines = [
        [*(as_text(row.cells.get(heading)) for heading in kept), " / ".join(errors.get(row.number, ()))]
        for row in grid.rows
    ]
    return _csv([[*kept, label], *lines], encoding)


def _csv(lines: Iterable[Sequence[str]], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[quoted(cell) for cell in line] for line in lines])
    if encoding != CP932:
        return text.getvalue().encode(encoding)
    letters = text.getvalue().translate(WINDOWS_TWINS)
    return b"".join(
        letter.encode(CP932) if _is_in_cp932(letter) else UNKNOWN_LETTER.encode(CP932) for letter in letters
    )


def _is_in_cp932(letter: str) -> bool:
    try:
        letter.encode(CP932)
    except UnicodeEncodeError:
        return False
    return True


def _write_head(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place, column.label)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.freeze_panes = "A2"


def _write(cell: Cell, value: Any) -> None:
    """A value in its kind; words stay words, whatever they begin with."""
    if isinstance(value, bool):
        value = in_words(value)
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)  # control characters that no workbook can hold
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # the library would take «=…» for a formula
        cell.number_format = TEXT
        cell.quotePrefix = is_formula(value)
    elif isinstance(value, date):
        cell.number_format = DAY
    elif isinstance(value, time):
        cell.number_format = HOUR


def _prepare(sheet: Worksheet, table: Table, blank_rows: int) -> None:
    for number in range(len(table.rows) + 2, len(table.rows) + 2 + blank_rows):
        for place, column in enumerate(table.columns, start=1):
            sheet.cell(number, place).number_format = column.shown_as


def _write_notes(book: Workbook, notes: Sequence[str]) -> None:
    if notes:
        sheet = book.create_sheet(_("How to fill it in"))
        sheet.column_dimensions["A"].width = 90
        for number, note in enumerate(notes, start=1):
            cell = sheet.cell(number, 1)
            _write(cell, note)
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer_words(book: Workbook, sheet: Worksheet, columns: Sequence[Column], *, last: int) -> None:
    chosen = [(place, column) for place, column in enumerate(columns, start=1) if column.choices]
    if not chosen:
        return
    words = book.create_sheet(_("Words to choose from"))
    words.sheet_state = "hidden"
    for here, (place, column) in enumerate(chosen, start=1):
        for number, word in enumerate(column.choices, start=1):
            _write(words.cell(number, here), word)
        letter, target = get_column_letter(here), get_column_letter(place)
        rule = DataValidation(
            type="list", formula1=f"='{words.title}'!${letter}$1:${letter}${len(column.choices)}", allow_blank=True,
            showErrorMessage=True, errorTitle=column.label[:32], error=_("Choose a word of the list."),
        )  # fmt: skip
        rule.add(f"{target}2:{target}{min(last, ROWS_MAX + 1)}")
        sheet.add_data_validation(rule)


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
