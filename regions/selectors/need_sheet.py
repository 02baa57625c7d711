"""The needs of communities as a sheet for Excel: its headings, the words of its drop-downs, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import Hazard, User, WorkKind
from accounts.models.vocabulary import VocabularyEntry
from accounts.sheets.cells import plain
from accounts.sheets.writing import DAY, HOUR, NUMBER, TEXT, Column, Table
from regions.enums import Compensation, NeedMode, NeedStage
from regions.models import Need, Region, Slot
from regions.policies import known_regions
from regions.selectors.needs import with_details

WORKS = ("work1", "work2", "work3")
DATE_KEYS = ("day", "start", "end", "places", "rain")
BLANK_ROWS = 100
DATES_EACH = 3
"""Dates of a need that are shown: a need by rule has dozens, and the sheet only adds to them."""
YES_NO = (_("Yes"), _("No"))


class Heading(NamedTuple):
    """A column by its key, with its label, its width, how Excel shows it, and which words it offers."""

    key: str
    label: Promise
    width: int = 14
    shown_as: str = TEXT
    words: str = ""


HEADINGS = (
    Heading("number", _("Number of the need"), 16),
    Heading("community", _("Community"), 18, words="communities"),
    Heading("title", _("Title"), 28),
    Heading("story", _("As they said it"), 40),
    Heading("work1", _("Kind of work 1"), 18, words="work"),
    Heading("work2", _("Kind of work 2"), 18, words="work"),
    Heading("work3", _("Kind of work 3"), 18, words="work"),
    Heading("day", _("Calendar day"), 16, DAY),
    Heading("start", _("Begins at"), 10, HOUR),
    Heading("end", _("Ends at"), 10, HOUR),
    Heading("places", _("People wanted on that day"), 10, NUMBER),
    Heading("rain", _("When it rains"), 16),
    Heading("mode", _("Where"), 14, words="modes"),
    Heading("compensation", _("Money"), 16, words="compensations"),
    Heading("employment_url", _("Page that describes the employment"), 20),
    Heading("local_hands", _("Residents working alongside"), 10, NUMBER),
    Heading("on_site_lead", _("In charge on site"), 16),
    Heading("hazards", _("Dangers"), 20),
    Heading("prepared", _("The community provides"), 24),
    Heading("bring", _("To bring"), 24),
    Heading("parking", _("Parking"), 18),
    Heading("toilet", _("Toilet"), 18),
    Heading("last_mile", _("From the station on"), 20),
    Heading("beginner_ok", _("Beginners welcome"), 10, words="yes"),
    Heading("group_ok", _("Groups welcome"), 10, words="yes"),
    Heading("children_ok", _("Children welcome"), 10, words="yes"),
    Heading("min_age", _("Minimum age"), 10, NUMBER),
)
ERRORS = _("Errors")


@dataclass(frozen=True)
class SheetWords:
    """What may be chosen: labels for the drop-downs, and for each list the code of every way to write a word."""

    regions: dict[str, Region]
    labels: dict[str, list[str]]
    codes: dict[str, dict[str, str]]

    def label_of(self, region: Region) -> str:
        """How a community is named on the sheet."""
        return next(label for label, each in self.regions.items() if each.pk == region.pk)


def sheet_words(actor: User) -> SheetWords:
    """The words of the sheet for ``actor``: the communities worked for, and the vocabularies; retired words are read and not offered. Three queries, with those of ``known_regions``."""
    rows = list(known_regions(actor).select_related("municipality").order_by("municipality_id", "name", "pk"))
    regions = _named(rows)
    works, hazards = list(WorkKind.objects.all()), list(Hazard.objects.all())
    return SheetWords(
        regions,
        {
            "communities": list(regions), "work": [kind.label for kind in works if not kind.retired],
            "modes": [str(label) for label in NeedMode.labels],
            "compensations": [str(label) for label in Compensation.labels],
            "yes": [str(word) for word in YES_NO],
            "hazards": [hazard.label for hazard in hazards if not hazard.retired],
        },
        {
            "communities": {plain(label): region.public_id for label, region in regions.items()},
            "work": _entry_codes(works), "hazards": _entry_codes(hazards),
            "modes": _choice_codes(NeedMode), "compensations": _choice_codes(Compensation),
        },
    )  # fmt: skip


def _named(regions: Sequence[Region]) -> dict[str, Region]:
    """Communities by name; those of one name with their municipality, those still alike with their id."""
    names = Counter(region.name for region in regions)
    longer = {region.pk: f"{region.municipality.label} {region.name}" for region in regions}
    again = Counter(longer.values())
    named = {}
    for region in regions:
        label = region.name if names[region.name] == 1 else longer[region.pk]
        named[label if names[region.name] == 1 or again[label] == 1 else f"{label} {region.public_id}"] = (
            region
        )
    return named


def _entry_codes(entries: Iterable[VocabularyEntry]) -> dict[str, str]:
    """Codes by either name, other name or code; a name wins over another's other name."""
    rows = sorted(entries, key=lambda entry: not entry.retired)  # a word in use wins over a retired one
    others = {plain(str(alias)): row.code for row in rows for alias in getattr(row, "aliases", [])}
    names = {plain(name): row.code for row in rows for name in (row.code, row.name_en, row.name_ja)}
    return others | names


def _choice_codes(choices: type[models.TextChoices]) -> dict[str, str]:
    codes = {plain(value): value for value in choices.values}
    for language in ("en", "ja"):
        with override(language):
            codes |= {plain(str(choice.label)): choice.value for choice in choices}
    return codes


def heading_keys() -> dict[str, str]:
    """The key of every heading as it is written in either language."""
    found: dict[str, str] = {}
    for language in ("en", "ja"):
        with override(language):
            found |= {plain(str(heading.label)): heading.key for heading in HEADINGS}
    return found


def error_headings() -> frozenset[str]:
    """What the column of errors is headed in either language: it is not read."""
    with override("en"):
        english = plain(str(ERRORS))
    with override("ja"):
        return frozenset({english, plain(str(ERRORS))})


def need_table(actor: User, *, region: Region | None = None, empty: bool = False) -> Table:
    """The sheet for ``actor``: what is not closed in the communities worked for (or one of them), or nothing yet. Twelve queries at most."""
    words = sheet_words(actor)
    columns = [
        Column(str(heading.label), heading.width, heading.shown_as, words.labels.get(heading.words, ()))
        for heading in HEADINGS
    ]
    needs = Need.objects.none() if empty else _sheet_needs(words, region)
    rows = [row for need in needs for row in _rows(need, words)]
    dangers = gettext("Words for dangers: %(words)s") % {"words": "、".join(words.labels["hazards"])}
    return Table(gettext("Needs"), columns, rows, [*(str(note) for note in NOTES), dangers])


NOTES = (
    _("One row is one date of a need. A need with several dates has several rows with the same community and title; the other cells need be filled in only once."),
    _("Leave the number empty for a new need. Where a number stands, the row changes that need."),
    _("A new need is kept as a consultation and is not public. What changes in an open need is public as soon as it is taken over."),
    _("Where a number stands, a cell that is left empty in every row of that need empties it; a column that is taken out leaves it as it is."),
    _("Dates that stand already are not changed or removed here, only added to."),
    _("Several words in one cell are separated by commas."),
    _("Nothing is taken over while one row has an error."),
)  # fmt: skip


def _sheet_needs(words: SheetWords, region: Region | None) -> QuerySet[Need]:
    regions = [each.pk for each in words.regions.values()] if region is None else [region.pk]
    coming = Slot.objects.filter(cancelled_at=None, is_remote=False, start_at__gt=timezone.now())
    needs = Need.objects.filter(region__in=regions).exclude(stage=NeedStage.CLOSED)
    return with_details(needs.order_by("region_id", "pk"), slots=coming.order_by("start_at", "pk"))


def _rows(need: Need, words: SheetWords) -> Iterator[list[Any]]:
    """One row for each of the next dates; the values stand in the first."""
    told = need_cells(need, words)
    slots: Sequence[Slot | None] = list(need.slots.all())[:DATES_EACH]
    for place, slot in enumerate(slots or [None]):
        cells = told if place == 0 else {key: told[key] for key in ("number", "community", "title")}
        cells = cells | (date_cells(slot) if slot else {})
        yield [cells.get(heading.key, "") for heading in HEADINGS]


def need_cells(need: Need, words: SheetWords) -> dict[str, Any]:
    """The values of a need as the sheet shows them, without dates. No query on one ``with_details``."""
    works = [row.work_kind.label for row in need.work.all()]
    plain_ones = {key: getattr(need, key) for key in PLAIN}
    return plain_ones | {
        "number": need.public_id,
        "community": words.label_of(need.region),
        "mode": str(NeedMode(need.mode).label),
        "compensation": str(Compensation(need.compensation).label),
        "hazards": "、".join(hazard.label for hazard in need.hazards.all()),
        "prepared": "、".join(need.prepared),
        "bring": "、".join(need.bring),
        **dict(zip(WORKS, [*works[: len(WORKS)], "", "", ""], strict=False)),
    }


PLAIN = (
    *("title", "story", "employment_url", "local_hands", "on_site_lead", "parking", "toilet", "last_mile"),
    *("beginner_ok", "group_ok", "children_ok", "min_age"),
)
"""Columns of the sheet that are columns of the need as they are."""


def date_cells(slot: Slot) -> dict[str, Any]:
    """A date as the sheet shows it."""
    start, end = timezone.localtime(slot.start_at), timezone.localtime(slot.end_at)
    return {
        "day": start.date(),
        "start": start.time(),
        "end": end.time(),
        "places": slot.places,
        "rain": slot.rain,
    }
