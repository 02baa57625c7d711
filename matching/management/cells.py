"""What one cell of a file of others means: a number, or a sentence why it is none."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from matching.engine.policy import MICRO

QUOTED_MAX = 40
SCORE_FAR, SCORE_NEAR = 1e300, 1e-300  # the scores of a hundred million pairs still add up to a number
CAPACITY_MAX = 1_000_000_000
CAPACITY_TEXT_MAX = 40
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]+")


class CellError(Exception):
    """Why a cell cannot be used."""


def liking(text: str) -> int:
    """A number from 0 to 1 in micro-units, to the nearest; whatever is above 0 has at least one."""
    value = _finite(text)
    something = _is_something(text)
    if not 0 <= value <= 1 or (something and text.startswith("-")):
        raise CellError(f"{quoted(text)} is not between 0 and 1")
    return round(value * MICRO) or int(something)


def score(text: str) -> Decimal:
    """A number as it is written: 0, or from 1e-300 to 1e300 in size, above or below 0."""
    size = abs(_finite(text))
    if size > SCORE_FAR:
        raise CellError(f"{quoted(text)} is beyond {SCORE_FAR:g}")
    if size >= SCORE_NEAR:
        return Decimal(text)
    if _is_something(text):
        raise CellError(f"{quoted(text)} is nearer to 0 than {SCORE_NEAR:g}")
    return Decimal(0)


def outcome(text: str) -> int:
    """0 or 1."""
    if text not in {"0", "1"}:
        raise CellError(f"{quoted(text)} is not 0 or 1")
    return int(text)


def capacity(text: str) -> int:
    """A whole number from 0 to a milliard."""
    if not _WHOLE.fullmatch(text):
        raise CellError(f"{quoted(text)} is not a whole number")
    if len(text) > CAPACITY_TEXT_MAX:
        raise CellError(f"{quoted(text)} has {len(text)} characters; {CAPACITY_TEXT_MAX} are enough")
    number = int(text)
    if number < 0:
        raise CellError(f"{text} is below 0")
    if number > CAPACITY_MAX:
        raise CellError(f"{quoted(text)} is above {CAPACITY_MAX}")
    return number


def quoted(text: str) -> str:
    """In quotation marks, and shortened where it is long."""
    return repr(text if len(text) <= QUOTED_MAX else f"{text[:QUOTED_MAX]}…")


def _finite(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
            raise CellError(f"{quoted(text)} is not a finite number")
        raise CellError(f"{quoted(text)} is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise CellError(f"{quoted(text)} is not a finite number")
    return value


def _is_something(number: str) -> bool:
    """Whether the number, as it is written, is other than 0."""
    return bool(re.split("[eE]", number)[0].strip("+-.0"))
