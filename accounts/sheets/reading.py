"""A file somebody filled in, as rows by heading: Excel (.xlsx) or CSV in UTF-8 or in Windows' Japanese (CP932)."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from accounts.sheets.cells import as_text, plain

BYTES_MAX = 2_000_000
UNPACKED_MAX = 40_000_000
ROWS_MAX, COLUMNS_MAX = 500, 60
ROWS_LOOKED_AT = 3000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and any workbook with a password
ZIP = b"PK\x03\x04"
UTF8, CP932 = "utf-8-sig", "cp932"


class SheetError(Exception):
    """Why a file cannot be read at all, in the reader's words, with what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty: its number as Excel counts, and its cells by heading."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """What stands in a file. ``encoding`` is empty for Excel."""

    headings: list[str]
    rows: list[Row]
    encoding: str = ""


def read_grid(content: bytes) -> Grid:
    """The first sheet of a file: the headings of its first row, and every row below that is not empty.

    Raises:
        SheetError: too large, not a table, merged cells, a heading twice, more than 500 rows.
    """
    if len(content) > BYTES_MAX:
        raise SheetError(_("The file is too large. A file may have two megabytes."))
    if content.startswith(OLD_EXCEL):
        raise SheetError(
            _("This is an old workbook (.xls) or one with a password. Save it as .xlsx without a password.")
        )
    if content.startswith(ZIP):
        return _grid(_lines_of_workbook(content))
    text, encoding = _decoded(content)
    return _grid(_lines_of_csv(text), encoding)


def require_what_it_is_called(name: str, content: bytes) -> None:
    """Raises SheetError for a file that is called Excel and is none: as CSV it would be refused for a column nobody knows."""
    if name.lower().endswith(".xlsx") and not content.startswith((ZIP, OLD_EXCEL)):
        raise SheetError(
            _(
                "The name of this file ends in .xlsx, but it is not an Excel file that can be read. "
                "Open it in Excel, save it as .xlsx, and hand it in again."
            )
        )


def open_workbook(content: bytes) -> Workbook:
    """The workbook with the values its formulas had when it was saved. Raises SheetError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            unpacked = sum(part.file_size for part in package.infolist())
        book = load_workbook(io.BytesIO(content), data_only=True) if unpacked <= UNPACKED_MAX else None
    except Exception as error:  # whatever a broken or hostile file makes the library raise
        raise SheetError(_("The file cannot be opened. Save it again as .xlsx, or as CSV.")) from error
    if book is None:
        raise SheetError(_("The file is too large. A file may have two megabytes."))
    return book


def first_sheet(workbook: Workbook) -> Worksheet:
    """The first sheet that is not hidden. Raises SheetError."""
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise SheetError(_("The file has no sheet that can be seen."))


def _lines_of_workbook(content: bytes) -> list[list[Any]]:
    sheet = first_sheet(open_workbook(content))
    if sheet.merged_cells.ranges:
        where = "、".join(str(each) for each in list(sheet.merged_cells.ranges)[:3])
        raise SheetError(
            _("Cells are merged (%(where)s). Undo that, and write every row out.") % {"where": where}
        )
    cells = sheet.iter_rows(
        max_row=min(sheet.max_row, ROWS_LOOKED_AT + 1),
        max_col=min(sheet.max_column, COLUMNS_MAX),
        values_only=True,
    )
    return [list(line) for line in cells]


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in (UTF8, CP932):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise SheetError(_("The letters of the file cannot be read. Save it as .xlsx, or as CSV."))


def _lines_of_csv(text: str) -> list[list[Any]]:
    if "\x00" in text:
        raise SheetError(_("The file cannot be opened. Save it again as .xlsx, or as CSV."))
    heading = text.split("\n", 1)[0]
    separator = "\t" if "\t" in heading and "," not in heading else ","
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return [
            list(row)[:COLUMNS_MAX] for _number, row in zip(range(ROWS_LOOKED_AT + 1), rows, strict=False)
        ]
    except csv.Error as error:
        raise SheetError(_("The file cannot be opened. Save it again as .xlsx, or as CSV.")) from error


def _grid(lines: list[list[Any]], encoding: str = "") -> Grid:
    headings = [plain(as_text(value)) for value in lines[0]] if lines else []
    named = [heading for heading in headings if heading]
    if not named:
        raise SheetError(_("The first row has no headings. Please begin with the template."))
    twice = next((heading for heading in named if named.count(heading) > 1), None)
    if twice is not None:
        raise SheetError(_("The heading «%(heading)s» stands there twice.") % {"heading": twice[:40]})
    rows = [
        Row(number, {heading: value for heading, value in zip(headings, line, strict=False) if heading})
        for number, line in enumerate(lines[1:], start=2)
        if any(as_text(value) for value in line)
    ]
    if len(rows) > ROWS_MAX or (rows and rows[-1].number > ROWS_LOOKED_AT):
        message = _("The file has more than %(most)d rows. Please divide it.")
        raise SheetError(message % {"most": ROWS_MAX})
    return Grid(headings, rows, encoding)
