"""Proposals and what came of them by age, sex and prefecture: the last count of a year, in steps of five, for administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import StatAge, StatSex
from accounts.errors import NotAllowed, NotFound
from accounts.models import Municipality, User
from accounts.policies import is_admin
from accounts.services.dates import TOKYO
from accounts.sheets.writing import DAY, Column, Table
from matching.models import CountOfPeople
from matching.reports.monthly import MOVED_AT_LEAST, month_after, month_of
from matching.reports.people import APRIL, years_until
from matching.reports.steps import STEP

STAGES: tuple[Any, ...] = (
    gettext_lazy("as far as proposed"),
    gettext_lazy("as far as asked"),
    gettext_lazy("as far as a yes"),
    gettext_lazy("as far as a promise"),
)
"""How far people came; who reached one stage reached those before."""
TITLES = {
    "age": gettext_lazy("By age, as people said it"),
    "sex": gettext_lazy("By sex, as people said it"),
    "home": gettext_lazy("By the prefecture people live in"),
}

LEFT_OUT = gettext_lazy("Not shown: the sums of the other tables would tell numbers below five.")


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its label and how many people came as far as each of ``STAGES`` and no further, rounded down to the step."""

    label: str
    counts: tuple[int, ...]

    @property
    def is_small(self) -> bool:
        """Whether every count of the row is below five."""
        return not any(self.counts)

    @property
    def words(self) -> list[str]:
        """The counts as they are read: the bounds of the step, or that there are fewer than five."""
        return [_step_in_words(count) for count in self.counts]


@dataclass(frozen=True, slots=True)
class Part:
    """One table; ``lines`` is None where a small count of it would be told by subtraction (``LEFT_OUT``)."""

    name: str
    title: str
    lines: list[Line] | None

    @property
    def shown(self) -> list[Line]:
        """The lines of the page: of prefectures only those with a count of five or more, of the few ages and sexes all."""
        lines = self.lines or []
        return [line for line in lines if not line.is_small] if self.name == "home" else lines


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """The proposals of one fiscal year (``year`` is the one it begins in) as of its last count; no parts before the first.

    ``next_on``: when it is next decided whether to count anew.
    """

    year: int
    years: list[int]
    counted_at: datetime | None
    next_on: date
    parts: list[Part]

    @property
    def begins_on(self) -> date:
        """The first day."""
        return date(self.year, APRIL, 1)

    @property
    def ends_on(self) -> date:
        """The last day."""
        return date(self.year + 1, APRIL - 1, 31)

    @property
    def stages(self) -> list[str]:
        """The headings of the counts."""
        return [str(label) for label in STAGES]

    @property
    def moved_at_least(self) -> int:
        """How many people have to be added or come further before there is a new count."""
        return MOVED_AT_LEAST


def fairness_report(actor: User, *, year: int | None = None, now: datetime | None = None) -> FairnessReport:
    """The last count of one fiscal year, by default of the present one. Three queries. Nothing is counted here.

    Raises:
        NotAllowed("admins_only"), NotFound("year_unknown"): before the first proposal, or still to come.
    """
    if not is_admin(actor):
        raise NotAllowed("admins_only", _("This page is for administrators."))
    now = now or timezone.now()
    years = years_until(now)
    chosen = years[0] if year is None else year
    if chosen not in years:
        raise NotFound("year_unknown", _("There is no report of this year."))
    row = CountOfPeople.objects.filter(year=chosen).first()
    if row is None or row.tables is None or row.counted_at is None:
        return FairnessReport(chosen, years, None, _next_on(row, now), [])
    return FairnessReport(chosen, years, row.counted_at, _next_on(row, now), _parts(row.tables))


def fairness_table(report: FairnessReport) -> Table:
    """The report as one list for a file, in the same words as on the page."""
    columns = [
        Column(_("Table"), 24),
        Column(_("Group"), 16),
        *(Column(stage, 18) for stage in report.stages),
        Column(_("Counted on"), 18, DAY),
    ]
    at = report.counted_at
    rows = [[*row, at and timezone.localdate(at, TOKYO)] for part in report.parts for row in _file_rows(part)]
    return Table(_("Proposals and yeses, fiscal year %(year)d") % {"year": report.year}, columns, rows)


def _file_rows(part: Part) -> list[list[str]]:
    if part.lines is None:
        return [[part.title, str(LEFT_OUT), *[""] * len(STAGES)]]
    return [[part.title, line.label, *line.words] for line in part.lines]


def _next_on(row: CountOfPeople | None, now: datetime) -> date:
    """The first of the next month, today where this month's count is still due."""
    is_due = row is None or row.looked_at < month_of(now)
    return timezone.localdate(now, TOKYO) if is_due else month_after(now)


def _parts(tables: Mapping[str, Mapping[str, Sequence[int]]]) -> list[Part]:
    """The tables in words, their rows in the order of the choices and of the prefectures. One query."""
    prefectures = dict(
        Municipality.objects.order_by("prefecture_code")
        .values_list("prefecture_code", "prefecture_name")
        .distinct()
    )
    groups: dict[str, Mapping[str, str]] = {"age": _said(StatAge), "sex": _said(StatSex), "home": prefectures}
    return [_part(name, names, tables.get(name)) for name, names in groups.items()]


def _said(choices: type[StatAge] | type[StatSex]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices} | {"unsaid": _("did not say")}


def _part(name: str, names: Mapping[str, str], rows: Mapping[str, Sequence[int]] | None) -> Part:
    if rows is None:
        return Part(name, str(TITLES[name]), None)
    lines = [Line(label, tuple(rows[group])) for group, label in names.items() if group in rows]
    return Part(name, str(TITLES[name]), lines)


def _step_in_words(count: int) -> str:
    if not count:
        return _("fewer than %(count)d people") % {"count": STEP}
    return _("%(least)d to %(most)d people") % {"least": count, "most": count + STEP - 1}
