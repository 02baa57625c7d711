"""Reading PDFs back: their text, what makes them accessible, and the codes in their pictures."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import zxingcpp
from PIL import Image
from pypdf import PdfReader


@dataclass(frozen=True)
class Sheet:
    """One PDF."""

    content: bytes

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.content))

    @property
    def root(self) -> Any:
        return self.reader.trailer["/Root"]

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page without any white space: where lines break is the sheet's own business."""
        return [re.sub(r"\s", "", page.extract_text()) for page in self.reader.pages]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    @property
    def is_tagged(self) -> bool:
        return bool(self.root["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in self.root

    @property
    def language(self) -> str:
        return str(self.root["/Lang"])

    @property
    def xmp(self) -> str:
        return self.root["/Metadata"].get_object().get_data().decode()

    @property
    def fonts(self) -> set[str]:
        """Names of the fonts, those that are not embedded with an exclamation mark."""
        return {name for page in self.reader.pages for name in _fonts(page["/Resources"])}

    @property
    def roles(self) -> set[str]:
        """The kinds of things in the tree of tags: headings, tables, figures."""
        return set(_roles(self.root["/StructTreeRoot"]["/K"]))

    @property
    def widest(self) -> float:
        """How far right any text begins, in points."""
        right: list[float] = []
        for page in self.reader.pages:
            page.extract_text(
                visitor_text=lambda text, _cm, tm, *_font: right.append(tm[4]) if text.strip() else None
            )
        return max(right)


def _fonts(resources: Any) -> list[str]:
    found = []
    for font in resources.get("/Font", {}).values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = inner["/FontDescriptor"].get_object()
        name = str(inner["/BaseFont"]).partition("+")[2]
        found.append(name if {"/FontFile2", "/FontFile3"} & set(descriptor) else f"!{name}")
    for form in resources.get("/XObject", {}).values():
        found += _fonts(form.get_object().get("/Resources", {}))
    return found


def _roles(node: Any) -> list[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [role for part in node for role in _roles(part)]
    if not isinstance(node, dict):
        return []
    return [str(node["/S"]), *_roles(node.get("/K", []))] if "/S" in node else _roles(node.get("/K", []))


def codes(picture: bytes) -> list[str]:
    """What the QR codes of a PNG say."""
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))]
