"""The press: a sheet and its values become one PDF, tagged and accessible (PDF/UA-1), set in the bundled fonts."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import segno
import typst

from matching.paper.letters import FONTS, Drawing, printable

SHEETS = Path(__file__).parent / "sheets"


@functools.cache
def _fonts() -> typst.Fonts:
    """Only our own: a sheet looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def pdf(sheet: str, values: Mapping[str, Any]) -> bytes:
    """The sheet of this name with these values, as a PDF.

    Values are texts, numbers, lists and mappings of them; a text is printed as it stands, whatever it holds.
    """
    return cast("bytes", _set(sheet, values, format="pdf", pdf_standards="ua-1"))


def pictures(sheet: str, values: Mapping[str, Any]) -> list[bytes]:
    """The same sheet as PNG, one a page: to be looked at."""
    pages = _set(sheet, values, format="png", ppi=100)
    return pages if isinstance(pages, list) else [cast("bytes", pages)]


def _set(sheet: str, values: Mapping[str, Any], **how: Any) -> bytes | list[bytes] | None:
    compiler = typst.Compiler(SHEETS / f"{sheet}.typ", root=SHEETS, font_paths=_fonts())
    return compiler.compile(sys_inputs={"data": json.dumps(printable(dict(values)))}, **how)


def qr(address: str) -> Drawing:
    """A QR code of an address, drawn so that a quarter of it may be soiled (error level q); sized by the sheet."""
    return Drawing(segno.make(address, error="q", micro=False).svg_inline(border=2, omitsize=True))
