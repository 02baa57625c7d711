"""To whom something was proposed in a fiscal year and how far they came, by age, sex and prefecture: who is counted where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Case, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import StatAge, StatSex
from accounts.services.dates import TOKYO
from matching.enums import AnswerValue, Origin
from matching.models import Decision, Match, MatchOutcome
from matching.reports.steps import Counts

APRIL = 4
PERSON = "match__volunteer__representative"
ANSWER = f"{PERSON}__statistical_answer"
WILLING = [AnswerValue.MEET, AnswerValue.YES]

PROMISED = Q(agreed_at__isnull=False)
SAID_YES = Q(party_answer__in=WILLING) | PROMISED
REACHED = (Q(), Q(decision=Decision.APPROVED) | SAID_YES, SAID_YES, PROMISED)
"""What the log of outcomes says of who was proposed, was asked, said yes, promised; who came to one came to those before."""


def year_of(moment: datetime) -> int:
    """The fiscal year in Japan, by the year in which it begins."""
    day = timezone.localdate(moment, TOKYO)
    return day.year if day.month >= APRIL else day.year - 1


def years_until(now: datetime) -> list[int]:
    """Fiscal years from that of the first proposal to the present one, the latest first. One query."""
    first = MatchOutcome.objects.aggregate(at=Min("proposed_at"))["at"]
    last = year_of(now)
    return list(range(last, min(year_of(first or now), last) - 1, -1))


def counted(year: int, groups: Mapping[str, list[str]]) -> dict[str, Counts]:
    """People of each group of each table by the stage they came furthest; groups that nobody is in have noughts. Two queries.

    Counted is every person to whom the matching, a guide or a community proposed something: once in each table. For a group it
    is its representative. Whose participants live in several prefectures is counted in one of them. Samples are not counted.
    """
    inner, values = _furthest(year).query.sql_with_params()
    people = f"SELECT age, sex, home, stage, COUNT(*) FROM ({inner}) AS people GROUP BY 1, 2, 3, 4"  # noqa: S608  # Django's own SQL; its values stay apart
    with connection.cursor() as cursor:  # the ORM cannot group what is grouped already
        cursor.execute(people, values)
        found = cursor.fetchall()
    counts = {name: {group: [0] * len(REACHED) for group in keys} for name, keys in groups.items()}
    for *named, stage, number in found:
        for name, group in zip(("age", "sex", "home"), named, strict=True):
            counts[name][group][stage] += number
    return dict(counts)


def moved_since(year: int, at: datetime | None) -> int:
    """How many people were added or came to a later stage after ``at`` (None: how many there are). Two queries.

    Never more than really did: who may have come as far before is not counted, nor is who says another age or lives elsewhere.
    """
    people = _people(year)
    if at is None:
        return people.count()
    now, before = _stage(REACHED, unproposed=0), _stage(_reached_by(at), unproposed=-1)
    return people.annotate(stage=Max(now), before=Max(before)).filter(stage__gt=F("before")).count()


def _reached_by(at: datetime) -> tuple[Q, ...]:
    """``REACHED`` as it may have been at a moment: a yes from before a meeting is no news when it is said once more after it."""
    proposed = Q(proposed_at__lte=at)
    promised = Q(agreed_at__lte=at)
    said_yes = Q(party_answer__in=WILLING) & (Q(party_answered_at__lte=at) | Q(meeting_at__isnull=False))
    asked = Q(decision=Decision.APPROVED, decided_at__lte=at)
    return proposed, asked | proposed & (said_yes | promised), proposed & said_yes | promised, promised


def _stage(reached: tuple[Q, ...], *, unproposed: int) -> Case:
    """The number of the furthest stage that a row of the log has come to."""
    furthest_first = list(enumerate(reached))[::-1]
    return Case(*(When(rule, then=number) for number, rule in furthest_first if rule), default=unproposed)


def _furthest(year: int) -> QuerySet[MatchOutcome, Any]:
    """A row for each person to whom something was proposed: their groups and the number of the stage they came furthest."""
    return _people(year).annotate(
        age=Max(Coalesce(f"{ANSWER}__age", Value(StatAge.UNSAID))),
        sex=Max(Coalesce(f"{ANSWER}__sex", Value(StatSex.UNSAID))),
        home=Min("match__volunteer__home__prefecture_code"),
        stage=Max(_stage(REACHED, unproposed=0)),
    )


def _people(year: int) -> QuerySet[MatchOutcome, Any]:
    return _proposed_in(year).values(person=F(PERSON)).order_by().distinct()


def _proposed_in(year: int) -> QuerySet[MatchOutcome]:
    """What was proposed to people in a fiscal year. One's own application is no proposal, nor are other dates for one."""
    begin, end = (datetime(each, APRIL, 1, tzinfo=TOKYO) for each in (year, year + 1))
    rows = MatchOutcome.objects.filter(
        proposed_at__gte=begin, proposed_at__lt=end, match__volunteer__is_sample=False
    )
    applied = Q(origin=Origin.PARTY, match__redated_from=None) | Q(match__in=_other_dates_for_applications())
    return rows.exclude(applied)


def _other_dates_for_applications() -> list[int]:
    """Ids of the matches that took the place of an application, however many times it was given other dates. One query."""
    fields = ("pk", "redated_from", "redated_from__origin")
    before = {
        pk: (first, origin)
        for pk, first, origin in Match.objects.exclude(redated_from=None).values_list(*fields)
    }
    return [pk for pk in before if _asked_first(pk, before) == Origin.PARTY]


def _asked_first(match: int, before: Mapping[int, tuple[int, str]]) -> str:
    origin = ""
    while match in before:
        match, origin = before[match]
    return origin
