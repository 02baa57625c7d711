"""A list as a file: Excel, CSV in UTF-8, or CSV as Windows' old Japanese programs read it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from accounts.sheets.reading import CP932
from accounts.sheets.writing import XLSX_TYPE, Table, as_csv, as_xlsx

KINDS: dict[str, tuple[str, str, Callable[[Table], bytes]]] = {
    "xlsx": ("xlsx", XLSX_TYPE, as_xlsx),
    "csv": ("csv", "text/csv; charset=utf-8", as_csv),
    "sjis": ("csv", "text/csv; charset=shift_jis", lambda table: as_csv(table, encoding=CP932)),
}


def table_file(table: Table, kind: str) -> HttpResponse:
    """The list as a file of a kind of ``KINDS``, named by its title. Raises Http404 for another kind."""
    if kind not in KINDS:
        raise Http404
    suffix, media_type, write = KINDS[kind]
    return attachment(write(table), f"{table.title}.{suffix}", media_type)


def attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file to keep, not to show."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
