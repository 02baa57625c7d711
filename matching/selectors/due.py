"""Everything that waits on a guide's board, as one question to the database: eleven kinds, one order, one count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, RowNumber

from accounts.models import User
from matching.enums import ConsentStatus, MatchState, TaskKind
from matching.models import (
    Answer,
    Attendance,
    Match,
    MatchSlot,
    Meeting,
    Precondition,
    RegionConsent,
    Report,
    ReportNote,
    ReportReach,
)
from matching.selectors.matches import guided_by
from matching.selectors.readiness import SETTLED, SETTLING
from matching.selectors.reviews import not_snoozed
from regions.enums import PermissionStatus
from regions.models import Offer, Permission

RECORD_AFTER = timedelta(days=1)
"""Who came is asked for the day after."""


COLUMNS = ("task_kind", "task_match", "task_row", "task_at")
"""What a ``Row`` holds, as every kind names it."""


class Row(NamedTuple):
    """One thing to do: its kind, its match, its own row (answer, check, date or the match itself) and by when."""

    kind: str
    match: int
    row: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From when (None: from ever) until before when something is due."""

    after: datetime | None
    before: datetime


@dataclass(slots=True)
class First:
    """The first things to do of a span of time, the soonest first, and how many there are in all."""

    rows: list[Row] = field(default_factory=list)
    count: int = 0


def first_due(
    actor: User, spans: Mapping[str, Span], *, at_most: int, now: datetime, is_own: bool
) -> dict[str, First]:
    """As ``due_rows`` for several spans at once, each cut at ``at_most``. One query beside those of ``guided_by``.

    The spans follow one another without a gap, the first from ever. Each kind counts and cuts itself in the database, so that
    no more than ``at_most`` rows of a kind and span are read, however many there are.
    """
    parts = [_cut(part, spans, at_most) for part in _parts(_matches(actor, is_own=is_own), now)]
    found: dict[str, First] = {name: First() for name in spans}
    for name, count, place, *row in _united(parts):
        first = found[name]
        first.count += count if place == 1 else 0
        if len(first.rows) < at_most:
            first.rows.append(Row(*row))
    return found


def _cut(part: QuerySet[Any], spans: Mapping[str, Span], at_most: int) -> QuerySet[Any, Any]:
    """The first rows of one kind in each span, with how many it has there and their place among them."""
    last = list(spans.values())[-1]
    whens = [When(task_at__lt=span.before, then=Value(name)) for name, span in spans.items()]
    rows = part.filter(task_at__lt=last.before).annotate(task_span=Case(*whens, output_field=CharField()))
    within = F("task_span")
    counted: QuerySet[Any] = rows.annotate(
        task_count=Window(Count("*"), partition_by=within),
        task_place=Window(RowNumber(), partition_by=within, order_by=[F("task_at"), F("task_row")]),
    )
    first = counted.filter(task_place__lte=at_most).order_by()
    return first.values_list("task_span", "task_count", "task_place", *COLUMNS)


def _united(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    return parts[0].union(*parts[1:], all=True).order_by("task_at", "task_kind", "task_row")


def due_rows(actor: User, span: Span, *, now: datetime, is_own: bool) -> QuerySet[Any, Any]:
    """What ``actor`` has to see to in a span of time, the soonest first, as values of ``Row``. One query when read.

    Administrators see all; a guide what all guides of the communities see; ``is_own``: of the matches in one's own charge.
    """
    return _united([_values(part, span) for part in _parts(_matches(actor, is_own=is_own), now)])


def _matches(actor: User, *, is_own: bool) -> QuerySet[Match]:
    matches = Match.objects.filter(guided_by(actor))
    return matches.filter(guide__user=actor) if is_own else matches


def _values(part: QuerySet[Any], span: Span) -> QuerySet[Any, Any]:
    """The rows of one kind in the span, in the columns of ``Row``."""
    rows = part.filter(task_at__lt=span.before)
    if span.after is not None:
        rows = rows.filter(task_at__gte=span.after)
    return rows.order_by().values_list(*COLUMNS)


def _part(
    rows: QuerySet[Any], kind: TaskKind, at: Combinable, *, match: str = "match_id", row: str = "pk"
) -> QuerySet[Any]:
    marked: QuerySet[Any] = rows.annotate(
        task_kind=Value(kind.value, output_field=CharField()),
        task_match=F(match),
        task_row=F(row),
        task_at=at,
    )
    return marked


def _of_matches(rows: QuerySet[Match], kind: TaskKind, at: Combinable | None = None) -> QuerySet[Any]:
    return _part(rows, kind, Coalesce("due_at", "lapse_at") if at is None else at, match="pk")


def _parts(matches: QuerySet[Match], now: datetime) -> list[QuerySet[Any]]:
    """The eleven kinds. What a state of a match waits for is in one of them, or the board would be silent about it."""
    within = matches.values("pk")
    return [
        _of_matches(_to_review(matches, now), TaskKind.REVIEW),
        _part(_to_answer(within), TaskKind.ANSWER, F("due_at")),
        _of_matches(_to_meet(matches), TaskKind.MEETING, _meeting_at()),
        _of_matches(_to_chase(matches), TaskKind.CHASE),
        _of_matches(matches.filter(state=MatchState.AGREED), TaskKind.ROSTER),
        _part(_to_check(within), TaskKind.CHECK, Coalesce("due_at", "match__due_at", "match__lapse_at")),
        _part(_ahead(within, now), TaskKind.DAY, F("slot__start_at"), row="slot_id"),
        _part(_to_attest(within, now), TaskKind.ATTEST, _the_day_after(), row="slot_id"),
        _of_matches(_to_complete(matches, now), TaskKind.COMPLETE),
        _part(_to_reach(within), TaskKind.REACH, F("due_at"), match="report__match_id"),
        _part(_to_prevent(within), TaskKind.PREVENT, F("prevent_by")),
    ]


def _to_review(matches: QuerySet[Match], now: datetime) -> QuerySet[Match]:
    """Proposals, held ones only once their time is over: holding does not stop the clock."""
    return matches.filter(not_snoozed(now) | Q(due_at__lte=now), state=MatchState.PROPOSED)


def _to_answer(within: QuerySet[Any, Any]) -> QuerySet[Answer]:
    return Answer.objects.filter(match__in=within, is_open=True, match__state__in=sorted(SETTLING))


def _is_met() -> Exists:
    return Exists(Meeting.objects.filter(match=OuterRef("pk"), outcome__in=sorted(SETTLED)))


def _to_meet(matches: QuerySet[Match]) -> QuerySet[Match]:
    return matches.filter(~_is_met(), state=MatchState.MEETING)


def _meeting_at() -> Combinable:
    """When it is planned, or by when it must be, whichever comes first."""
    planned = When(meeting__planned_at__lt=F("due_at"), then=F("meeting__planned_at"))
    return Case(planned, default=Coalesce("due_at", "lapse_at"), output_field=DateTimeField())


def _to_chase(matches: QuerySet[Match]) -> QuerySet[Match]:
    """A consent or permission that is open, or nothing owed by anybody and still no promise."""
    consent = Exists(RegionConsent.objects.filter(match=OuterRef("pk"), status=ConsentStatus.ASKED))
    permission = Q(is_trial=False) & Q(Exists(_unpermitted()))
    owes = Exists(Answer.objects.filter(match=OuterRef("pk"), is_open=True))
    idle = Q(~owes) & (Q(state=MatchState.ASKING) | Q(_is_met()))
    return matches.filter(Q(consent) | permission | idle, state__in=sorted(SETTLING))


def _unpermitted() -> QuerySet[Offer]:
    """Offers of the need of a match that nobody, or not everybody, has granted. (One that expires before the day is told
    by the match itself once both sides have answered.)"""
    holders = Permission.objects.filter(offer=OuterRef("pk"))
    short = ~Exists(holders) | Exists(holders.exclude(status=PermissionStatus.GRANTED))
    return Offer.objects.filter(short, needs=OuterRef("need"), is_active=True)


def _to_check(within: QuerySet[Any, Any]) -> QuerySet[Precondition]:
    return Precondition.objects.filter(match__in=within, ticked_at=None, match__state=MatchState.AGREED)


def _dates(within: QuerySet[Any, Any]) -> QuerySet[MatchSlot]:
    return MatchSlot.objects.filter(match__in=within, slot__cancelled_at=None)


def _ahead(within: QuerySet[Any, Any], now: datetime) -> QuerySet[MatchSlot]:
    promised = [MatchState.AGREED, MatchState.CONFIRMED]
    return _dates(within).filter(match__state__in=promised, slot__start_at__gt=now)


def _on_record() -> Exists:
    return Exists(Attendance.objects.filter(match=OuterRef("match"), slot=OuterRef("slot")))


def _to_attest(within: QuerySet[Any, Any], now: datetime) -> QuerySet[MatchSlot]:
    return _dates(within).filter(~_on_record(), match__state=MatchState.CONFIRMED, slot__start_at__lte=now)


def _the_day_after() -> Combinable:
    return ExpressionWrapper(F("slot__end_at") + RECORD_AFTER, output_field=DateTimeField())


def _to_complete(matches: QuerySet[Match], now: datetime) -> QuerySet[Match]:
    """Every date is over and on record."""
    held = MatchSlot.objects.filter(match=OuterRef("pk"), slot__cancelled_at=None)
    is_open = Exists(held.filter(Q(slot__end_at__gt=now) | ~_on_record()))
    return matches.filter(~is_open, state=MatchState.CONFIRMED)


def _to_reach(within: QuerySet[Any, Any]) -> QuerySet[ReportReach]:
    """Whom a report has not reached, whatever became of the match."""
    return ReportReach.objects.filter(report__match__in=within, done_at=None)


def _to_prevent(within: QuerySet[Any, Any]) -> QuerySet[Report]:
    """Reports that do not say yet what would prevent it."""
    told = Exists(ReportNote.objects.filter(report=OuterRef("pk"), tells_prevention=True))
    return Report.objects.filter(~told, match__in=within, prevention="", closed_at=None)
