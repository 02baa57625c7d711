"""What a row of the sheet of needs says, cell by cell. Nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from accounts.services.dates import TOKYO
from accounts.sheets.cells import (
    CellError,
    as_choice,
    as_day,
    as_text,
    as_time,
    as_whole,
    as_words,
    as_yes,
    plain,
)
from accounts.sheets.reading import Row
from regions.selectors.need_sheet import DATE_KEYS, HEADINGS, WORKS, SheetWords
from regions.services.inputs import SlotInput

LABELS = {heading.key: heading.label for heading in HEADINGS}
DATE_NEEDS = DATE_KEYS[:-1]
NUMBERS, YES_KEYS, LISTS = (
    ("places", "local_hands", "min_age"),
    ("beginner_ok", "group_ok", "children_ok"),
    ("prepared", "bring"),
)


@dataclass
class Said:
    """A row: what its cells say by key (empty cells left out), its date, and what is wrong with it, in words."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    slot: SlotInput | None = None
    errors: list[str] = field(default_factory=list)

    def blame(self, key: str, message: str) -> None:
        """Note what is wrong with a cell, under its heading."""
        self.errors.append(_("%(heading)s: %(message)s") % {"heading": LABELS[key], "message": message})


def read_row(row: Row, keys: Mapping[str, str], words: SheetWords) -> Said:
    """What a row says. ``keys``: the key of each heading. Errors are noted, never raised."""
    said = Said(row.number)
    for heading, value in row.cells.items():
        key = keys.get(heading)
        if key is None:
            continue
        try:
            meant = _meaning(key, value, words)
        except CellError as error:
            said.blame(key, str(error))
            continue
        if meant not in ("", None, []):
            said.values[key] = meant
    if not said.errors:
        said.slot = _slot(said)
    return said


def _meaning(key: str, value: Any, words: SheetWords) -> Any:
    reader = READERS.get(key)
    return reader(value, words) if reader else as_text(value)


def _hazards(value: Any, words: SheetWords) -> list[str]:
    return [as_choice(word, words.codes["hazards"]) for word in as_words(value)]


READERS: dict[str, Callable[[Any, SheetWords], Any]] = {
    "number": lambda value, _words: plain(as_text(value)).lower(),
    "community": lambda value, words: as_choice(value, words.codes["communities"]),
    "mode": lambda value, words: as_choice(value, words.codes["modes"]),
    "compensation": lambda value, words: as_choice(value, words.codes["compensations"]),
    "day": lambda value, _words: as_day(value),
    "start": lambda value, _words: as_time(value),
    "end": lambda value, _words: as_time(value),
    "hazards": _hazards,
    **dict.fromkeys(WORKS, lambda value, words: as_choice(value, words.codes["work"])),
    **dict.fromkeys(NUMBERS, lambda value, _words: as_whole(value)),
    **dict.fromkeys(YES_KEYS, lambda value, _words: as_yes(value)),
    **dict.fromkeys(LISTS, lambda value, _words: as_words(value)),
}


def _slot(said: Said) -> SlotInput | None:
    """The date of a row; what a begun date lacks is noted."""
    given = [key for key in DATE_KEYS if key in said.values]
    if not given:
        return None
    for key in DATE_NEEDS:
        if key not in said.values:
            said.blame(key, _("A date needs this as well."))
    if said.errors:
        return None
    day: date = said.values["day"]
    return SlotInput(
        start_at=_at(day, said.values["start"]), end_at=_at(day, said.values["end"]), places=said.values["places"],
        rain=said.values.get("rain", ""),
    )  # fmt: skip


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=TOKYO)
