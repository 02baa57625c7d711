"""What the bundled fonts can print: texts made so that nothing of them is lost silently."""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "BIZUDPGothic-Regular.ttf"
GETA = "〓"
"""Printers' sign for a letter that is not in the case: a hole that the reader sees."""
JOINERS = re.compile("[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")


class Drawing(str):
    """An SVG picture among the values: no text to be read, so it stays as it is."""

    __slots__ = ()


@functools.cache
def letters() -> frozenset[int]:
    """Every character of the bundled fonts; the bold one holds the same."""
    with TTFont(REGULAR, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(value: Any) -> Any:
    """The same values with every text in them made ``legible``."""
    if isinstance(value, dict):
        return {name: printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [printable(part) for part in value]
    if isinstance(value, Drawing) or not isinstance(value, str):
        return value
    return legible(value)


def legible(text: str) -> str:
    """The text in letters of the fonts: composed, one 〓 for each letter they lack."""
    composed = unicodedata.normalize("NFC", JOINERS.sub("", text)).replace("\r\n", "\n")
    return "".join(_shown(letter) for letter in composed)


def _shown(letter: str) -> str:
    if letter == "\n" or ord(letter) in letters():
        return letter
    if unicodedata.category(letter) == "Zs" or letter in "\t\r":
        return " "
    return "" if unicodedata.category(letter).startswith("C") else GETA
