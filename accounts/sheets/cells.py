"""One cell: what people write in it, as a value; and words that no program may take for a formula."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

FORMULA_STARTS = "=+-@＝＋－＠−"
REIWA_ZERO = 2018  # 令和1年 is 2019
EXCEL_ZERO = date(1899, 12, 30)
EXCEL_DAYS, EXCEL_DIGITS = range(36_526, 73_051), 5  # the years 2000 to 2099
WINDOWS_TWINS = str.maketrans("〜−—‖", "～－―∥")  # letters that Japanese Windows keeps under another number
DAY = re.compile(r"(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?(\(.\)|\(.曜日?\))?")
REIWA = re.compile(r"(?:令和|[Rr])(\d{1,2}|元)[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?(\(.\)|\(.曜日?\))?")
TIME = re.compile(r"(\d{1,2})(?:[:時](\d{1,2})?)(?::00)?分?")
WHOLE = re.compile(r"(\d{1,6})(人|名|歳|才|分)?")
YES = frozenset({"はい", "可", "よい", "○", "〇", "◯", "yes", "true", "1"})
NO = frozenset({"いいえ", "不可", "×", "x", "no", "false", "0"})


class CellError(Exception):
    """What is wrong with one cell, in the reader's words."""


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take this for a formula, also with blanks before it or in full width."""
    return text.strip()[:1] in FORMULA_STARTS if text.strip() else False


def quoted(text: str) -> str:
    """The same words, with an apostrophe before what could be taken for a formula."""
    return f"'{text}" if is_formula(text) else text


def unquoted(text: str) -> str:
    """Takes the apostrophe of ``quoted`` away again."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


def alike(one: Any, other: Any) -> bool:
    """Whether two values say the same, whichever program ended the lines or numbered the letters."""
    if isinstance(one, str) and isinstance(other, str):
        return _as_any_program(one) == _as_any_program(other)
    if isinstance(one, list) and isinstance(other, list):
        return [_as_any_program(word) for word in one] == [_as_any_program(word) for word in other]
    return bool(one == other)


def _as_any_program(text: str) -> str:
    return "\n".join(text.translate(WINDOWS_TWINS).splitlines()).strip()


def plain(text: str) -> str:
    """Full-width letters and digits as half-width, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def as_text(value: Any) -> str:
    """Words as they are; whole numbers without a decimal point; days as Excel shows them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y/%m/%d}" if value.time() == time() else f"{value:%Y/%m/%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return unquoted(str(value).replace("_x000D_", "").strip())


def as_whole(value: Any) -> int | None:
    """A whole number, also with 「人」 or in full width; None for an empty cell. Raises CellError."""
    text = plain(as_text(value)).replace(",", "")
    if not text:
        return None
    found = WHOLE.fullmatch(text)
    if found is None:
        raise CellError(_("«%(value)s» is not a whole number.") % {"value": text[:40]})
    return int(found[1])


def as_day(value: Any) -> date | None:
    """A day, as Excel keeps it or as people write it (also 令和); None for an empty cell. Raises CellError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = plain(as_text(value)).replace(" ", "")
    if not text:
        return None
    if len(text) == EXCEL_DIGITS and text.isdecimal() and int(text) in EXCEL_DAYS:
        return EXCEL_ZERO + timedelta(days=int(text))
    return _day_in_words(text)


def _day_in_words(text: str) -> date:
    parts = DAY.fullmatch(text) or REIWA.fullmatch(text)
    if parts is None:
        message = _("«%(value)s» is not a day with its year. Write it like 2027/6/13.")
        raise CellError(message % {"value": text[:40]})
    number = 1 if parts[1] == "元" else int(parts[1])
    try:
        return date(number if DAY.fullmatch(text) else REIWA_ZERO + number, int(parts[2]), int(parts[3]))
    except ValueError as error:
        message = _("There is no day «%(value)s».")
        raise CellError(message % {"value": text[:40]}) from error


def as_time(value: Any) -> time | None:
    """An hour of the day, as Excel keeps it or as people write it; None for an empty cell. Raises CellError."""
    if isinstance(value, datetime):
        return value.time().replace(second=0, microsecond=0)
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if isinstance(value, float) and 0 <= value < 1:
        minutes = round(value * 24 * 60)
        return time(minutes // 60 % 24, minutes % 60)
    text = plain(as_text(value)).replace(" ", "")
    if not text:
        return None
    found = TIME.fullmatch(text.replace("時半", "時30"))
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004  # of a clock
        raise CellError(_("«%(value)s» is not a time. Write it like 9:00.") % {"value": text[:40]})
    return time(hour, minute)


def as_yes(value: Any) -> bool | None:
    """はい or いいえ; None for an empty cell. Raises CellError."""
    if isinstance(value, bool):
        return value
    text = plain(as_text(value)).lower()
    if not text:
        return None
    if text not in YES | NO:
        raise CellError(_("«%(value)s» is neither yes nor no.") % {"value": text[:40]})
    return text in YES


def as_choice(value: Any, known: Mapping[str, str]) -> str:
    """The code of a word of a list (``known``: code by word as ``plain`` leaves it); empty for an empty cell.

    Raises:
        CellError: the word is not on the list.
    """
    text = plain(as_text(value))
    if not text:
        return ""
    if text not in known:
        message = _("«%(value)s» is not on the list. Choose a word of the list of this column.")
        raise CellError(message % {"value": text[:40]})
    return known[text]


def as_words(value: Any) -> list[str]:
    """The entries of a cell, whichever comma or line separates them."""
    text = as_text(value)
    for comma in ("、", "，", "\n"):
        text = text.replace(comma, ",")
    return [word.strip() for word in text.split(",") if word.strip()]
