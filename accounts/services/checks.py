"""Checking what was handed in: all problems at once, by field, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models.vocabulary import VocabularyEntry

SMALL_MAX = 32_767  # PositiveSmallIntegerField on every database
WORD_MAX, WORDS_MAX = 80, 30
TEXT_MAX = 4000  # of a text column that names no length itself
E = TypeVar("E", bound=VocabularyEntry)


class Problems:
    """Collects what is wrong, by field; ``refuse`` raises all of it as one error with the first one's code."""

    def __init__(self) -> None:
        self._code = ""
        self._message = ""
        self._fields: dict[str, list[Any]] = {}

    def add(self, code: str, field: str, message: str) -> None:
        """Note a problem of a field."""
        if not self._code:
            self._code, self._message = code, message
        self._fields.setdefault(field, []).append(message)

    def has(self, field: str) -> bool:
        """Whether something is already wrong with this field."""
        return field in self._fields

    @property
    def lines(self) -> list[str]:
        """Every message, in the order in which they were noted."""
        return [str(message) for messages in self._fields.values() for message in messages]

    def refuse(self) -> None:
        """Raise ``Invalid`` with every field's messages if anything was noted."""
        if self._code:
            raise Invalid(self._code, self._message, fields=self._fields)


def check_values(problems: Problems, model: type[models.Model], values: Mapping[str, Any]) -> None:
    """Hold plain values against the columns they are meant for: kind, length, choices, range.

    Lists and relations are the caller's to check. Text is measured, never cut. Adds ``text_too_long``,
    ``text_missing``, ``choice_unknown``, ``number_wrong``, ``words_wrong``, ``value_wrong``.
    """
    for name, value in values.items():
        field = model._meta.get_field(name)  # noqa: SLF001  # Django's documented Model._meta API
        if isinstance(field, models.JSONField):
            _check_words(problems, name, value)
        elif isinstance(field, models.Field) and not field.is_relation:
            _check_column(problems, field, value)


def _check_column(problems: Problems, field: models.Field[Any, Any], value: Any) -> None:
    if value is None:
        if not field.null:
            problems.add("value_missing", field.name, _("This is needed."))
    elif isinstance(field, (models.CharField, models.TextField)):
        _check_text(problems, field, value)
    elif isinstance(field, models.BooleanField):
        if not isinstance(value, bool):
            problems.add("value_wrong", field.name, _("Answer with yes or no."))
    elif isinstance(field, models.IntegerField):
        check_number(problems, field.name, value, at_least=0, at_most=SMALL_MAX)


def _check_text(problems: Problems, field: models.Field[Any, Any], value: Any) -> None:
    if not isinstance(value, str) or "\x00" in value:
        problems.add("value_wrong", field.name, _("This is not a text."))
    elif field.choices:
        if value not in {choice for choice, _label in field.flatchoices}:
            problems.add("choice_unknown", field.name, _("This is not one of the choices."))
    elif len(value) > (most := field.max_length or TEXT_MAX):
        message = _("Please use at most %(most)d characters; these are %(count)d.")
        problems.add("text_too_long", field.name, message % {"most": most, "count": len(value)})
    elif not field.blank and not value.strip():
        problems.add("text_missing", field.name, _("This is needed."))


def _check_words(problems: Problems, name: str, value: Any) -> None:
    words = value if isinstance(value, list | tuple) else None
    if words is None or len(words) > WORDS_MAX or not all(_is_word(word) for word in words):
        message = _("Give a list of at most %(count)d entries of 1 to %(most)d characters.")
        problems.add("words_wrong", name, message % {"count": WORDS_MAX, "most": WORD_MAX})


def _is_word(word: Any) -> bool:
    return isinstance(word, str) and "\x00" not in word and len(word.strip()) > 0 and len(word) <= WORD_MAX


def check_number(problems: Problems, field: str, value: Any, *, at_least: int, at_most: int) -> None:
    """A whole number within both bounds, else ``number_wrong``."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not at_least <= value <= at_most:
        message = _("Give a whole number from %(least)d to %(most)d.")
        problems.add("number_wrong", field, message % {"least": at_least, "most": at_most})


def check_text(problems: Problems, field: str, value: str, *, at_most: int) -> None:
    """A text of at most so many characters that is not blank, else ``text_too_long`` or ``text_missing``."""
    if len(value) > at_most:
        message = _("Please use at most %(most)d characters; these are %(count)d.")
        problems.add("text_too_long", field, message % {"most": at_most, "count": len(value)})
    elif not value.strip() or "\x00" in value:
        problems.add("text_missing", field, _("This is needed."))


def check_count(problems: Problems, field: str, items: Iterable[Any], *, at_most: int) -> None:
    """At most so many entries, else ``too_many``."""
    if len(list(items)) > at_most:
        problems.add("too_many", field, _("At most %(most)d entries.") % {"most": at_most})


def entries_by_code(
    problems: Problems, model: type[E], codes: Iterable[str], *, field: str, keep: Iterable[str] = ()
) -> dict[str, E]:
    """Words of a vocabulary by code; one query. Retired ones count as known only if they are kept.

    Adds ``<model>_unknown`` for each code nobody knows and ``<model>_twice`` for one that is named twice.
    """
    wanted = list(codes)
    askable = {code for code in wanted if "\x00" not in code}  # PostgreSQL refuses the character, not the row
    rows = model._default_manager.filter(code__in=askable)  # noqa: SLF001  # documented API for unknown models
    found = {entry.code: entry for entry in rows}
    kept = set(keep)
    known = {code: entry for code, entry in found.items() if not entry.retired or code in kept}
    kind = model.__name__.lower()
    for code in dict.fromkeys(wanted):
        if code not in known:
            problems.add(
                f"{kind}_unknown", field, _("Nobody knows «%(code)s» here.") % {"code": code[:WORD_MAX]}
            )
        elif wanted.count(code) > 1:
            problems.add(f"{kind}_twice", field, _("«%(code)s» is named twice.") % {"code": code})
    return known
