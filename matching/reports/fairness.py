"""Proposals and what came of them by age, sex and prefecture: counts of people, in steps of five, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Case, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import StatAge, StatSex
from accounts.errors import NotAllowed, NotFound
from accounts.models import Municipality, User
from accounts.policies import is_admin
from accounts.services.dates import TOKYO
from accounts.sheets.writing import Column, Table
from matching.enums import AnswerValue, Origin
from matching.models import Decision, MatchOutcome
from matching.reports.steps import STEP, Counts, Shown, in_steps

APRIL = 4
PERSON = "match__volunteer__representative"
ANSWER = f"{PERSON}__statistical_answer"

PROMISED = Q(agreed_at__isnull=False)
WILLING = Q(party_answer__in=[AnswerValue.MEET, AnswerValue.YES]) | PROMISED
ASKED = Q(decision=Decision.APPROVED) | WILLING
STAGES: tuple[tuple[Any, Q], ...] = (
    (gettext_lazy("as far as proposed"), Q()),
    (gettext_lazy("as far as asked"), ASKED),
    (gettext_lazy("as far as a yes"), WILLING),
    (gettext_lazy("as far as a promise"), PROMISED),
)
"""How far people came, each stage with what the log of outcomes says of who reached it; who reached one reached those before."""
FURTHEST_FIRST = tuple(reversed(list(enumerate(STAGES))))[:-1]
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
    """The proposals of one fiscal year (``year`` is the one it begins in), as they stand now."""

    year: int
    years: list[int]
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
        return [str(label) for label, _reached in STAGES]


def fairness_report(actor: User, *, year: int | None = None, now: datetime | None = None) -> FairnessReport:
    """The counts of one fiscal year, by default of the present one. Three queries, however many proposals there are.

    Counted is every person to whom the matching, a guide or a community proposed something: once in each table, at the stage
    they came furthest. For a group it is its representative. Whose participants live in several prefectures is counted in one of them.

    Raises:
        NotAllowed("admins_only"), NotFound("year_unknown"): before the first proposal, or still to come.
    """
    if not is_admin(actor):
        raise NotAllowed("admins_only", _("This page is for administrators."))
    years = _years(now or timezone.now())
    chosen = years[0] if year is None else year
    if chosen not in years:
        raise NotFound("year_unknown", _("There is no report of this year."))
    prefectures = dict(
        Municipality.objects.order_by("prefecture_code")
        .values_list("prefecture_code", "prefecture_name")
        .distinct()
    )
    groups: dict[str, Mapping[str, str]] = {"age": _said(StatAge), "sex": _said(StatSex), "home": prefectures}
    shown = in_steps(_counted(chosen, groups))
    return FairnessReport(chosen, years, [_part(name, groups[name], shown.get(name)) for name in groups])


def fairness_table(report: FairnessReport) -> Table:
    """The report as one list for a file, in the same words as on the page."""
    columns = [
        Column(_("Table"), 24),
        Column(_("Group"), 16),
        *(Column(stage, 18) for stage in report.stages),
    ]
    rows = [row for part in report.parts for row in _file_rows(part)]
    return Table(_("Proposals and yeses, fiscal year %(year)d") % {"year": report.year}, columns, rows)


def _file_rows(part: Part) -> list[list[str]]:
    if part.lines is None:
        return [[part.title, str(LEFT_OUT), *[""] * len(STAGES)]]
    return [[part.title, line.label, *line.words] for line in part.lines]


def _years(now: datetime) -> list[int]:
    """Fiscal years from that of the first proposal to the present one, the latest first. One query."""
    first = MatchOutcome.objects.aggregate(at=Min("proposed_at"))["at"]
    last = _fiscal_year(now)
    return list(range(last, min(_fiscal_year(first or now), last) - 1, -1))


def _fiscal_year(moment: datetime) -> int:
    day = timezone.localdate(moment)
    return day.year if day.month >= APRIL else day.year - 1


def _proposed_in(year: int) -> QuerySet[MatchOutcome]:
    """What was proposed to people in a fiscal year. One's own application is no proposal, nor are other dates for one."""
    begin, end = (datetime(each, APRIL, 1, tzinfo=TOKYO) for each in (year, year + 1))
    asked_first = Coalesce("match__redated_from__origin", "origin")
    return (
        MatchOutcome.objects.filter(proposed_at__gte=begin, proposed_at__lt=end)
        .annotate(asked_first=asked_first)
        .exclude(asked_first=Origin.PARTY)
    )


def _furthest(year: int) -> QuerySet[MatchOutcome, Any]:
    """A row for each person to whom something was proposed: their groups and the number of the stage they came furthest."""
    stage = Case(*(When(reached, then=number) for number, (_label, reached) in FURTHEST_FIRST), default=0)
    people = _proposed_in(year).values(person=F(PERSON))
    return people.annotate(
        age=Max(Coalesce(f"{ANSWER}__age", Value(StatAge.UNSAID))),
        sex=Max(Coalesce(f"{ANSWER}__sex", Value(StatSex.UNSAID))),
        home=Min("match__volunteer__home__prefecture_code"),
        stage=Max(stage),
    ).order_by()


def _counted(year: int, groups: Mapping[str, Mapping[str, str]]) -> dict[str, Counts]:
    """People of each group of each table by stage; groups that nobody is in have noughts. One query."""
    inner, values = _furthest(year).query.sql_with_params()
    people = f"SELECT age, sex, home, stage, COUNT(*) FROM ({inner}) AS people GROUP BY 1, 2, 3, 4"  # noqa: S608  # Django's own SQL; its values stay apart
    with connection.cursor() as cursor:  # the ORM cannot group what is grouped already
        cursor.execute(people, values)
        found = cursor.fetchall()
    counts = {name: {group: [0] * len(STAGES) for group in labels} for name, labels in groups.items()}
    for *named, stage, number in found:
        for name, group in zip(("age", "sex", "home"), named, strict=True):
            counts[name][group][stage] += number
    return dict(counts)


def _said(choices: type[StatAge] | type[StatSex]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices} | {"unsaid": _("did not say")}


def _part(name: str, names: Mapping[str, str], shown: Shown | None) -> Part:
    lines = None if shown is None else [Line(names[group], counts) for group, counts in shown.items()]
    return Part(name, str(TITLES[name]), lines)


def _step_in_words(count: int) -> str:
    if not count:
        return _("fewer than %(count)d") % {"count": STEP}
    return _("%(least)d to %(most)d") % {"least": count, "most": count + STEP - 1}
