"""What a guide sees to today: overdue first, then today, then the days ahead. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed
from accounts.models import Guide, User
from accounts.policies import is_admin, is_guide
from accounts.selectors.organizations import guides_with_stand_ins, is_absent
from matching.enums import LIVE, MatchState, PreconditionKind, Reached, Side, TaskKind
from matching.models import Answer, Match, NeedDiagnosis
from matching.selectors import guiding
from matching.selectors.diagnosis import diagnoses_for
from matching.selectors.due import First, Row, Span, due_rows, first_due
from matching.selectors.matches import with_details
from matching.selectors.paths import calls_path, match_path, reached_path, report_path, review_path
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from regions.policies import guide_regions

DAYS_AHEAD = 7
SPANS: Mapping[str, Any] = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "week": gettext_lazy("In the next seven days"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the board. ``act``: the act of the match's page that does it ("" leads to the page itself); ``way``: where
    it is done if neither there nor by an act."""

    kind: TaskKind
    at: datetime
    sight: MatchSight
    what: str
    detail: str = ""
    act: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    way: str = ""

    @property
    def path(self) -> str:
        """Where a task without an act of its own is seen to."""
        match = self.sight.match
        if self.way:
            return self.way
        if self.kind == TaskKind.ANSWER:
            return calls_path()
        return review_path(match) if self.kind == TaskKind.REVIEW else match_path(match)


def require_desk(actor: User) -> None:
    """Guides and administrators have a board.

    Raises:
        NotAllowed("no_guide")
    """
    if not (is_guide(actor) or is_admin(actor)):
        raise NotAllowed("no_guide", _("This page is for community guides."))


def span_of(when: str, now: datetime) -> Span:
    """The time of a section. Days end at midnight in Japan."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    return {
        "overdue": Span(None, now),
        "today": Span(now, tomorrow),
        "week": Span(tomorrow, tomorrow + timedelta(days=DAYS_AHEAD)),
    }[when]


def board_rows(actor: User, when: str, *, now: datetime, is_own: bool = False) -> QuerySet[Any, Any]:
    """What is due in a section, the soonest first. Two queries at most.

    Raises:
        NotAllowed("no_guide")
    """
    require_desk(actor)
    return due_rows(actor, span_of(when, now), now=now, is_own=is_own)


def board_first(actor: User, *, at_most: int, now: datetime, is_own: bool = False) -> dict[str, First]:
    """The first of each section and how many it has, in the order of ``SPANS``. Three queries at most.

    Raises:
        NotAllowed("no_guide")
    """
    require_desk(actor)
    spans = {when: span_of(when, now) for when in SPANS}
    return first_due(actor, spans, at_most=at_most, now=now, is_own=is_own)


def tasks_of(actor: User, rows: Iterable[Sequence[Any]], *, now: datetime) -> list[Task]:
    """Rows of the board in words, in their order. Some seventeen queries, whatever their number."""
    found = [Row(*row) for row in rows]
    matches = {match.pk: match for match in _matches({row.match for row in found})}
    viewer = viewer_of(actor, matches.values())
    seen = [(row, MatchSight(matches[row.match], viewer)) for row in found if row.match in matches]
    return [_task(row, sight, now) for row, sight in seen]


def _matches(ids: set[int]) -> QuerySet[Match]:
    """Everything that a line of the board may name. Eleven queries at most."""
    return with_details(Match.objects.filter(pk__in=ids)).prefetch_related(
        "answers", "region_consents", "preconditions", "meeting", "named_people", "need__offers__permissions",
        "reports__reaches",
    )  # fmt: skip


def _task(row: Row, sight: MatchSight, now: datetime) -> Task:
    kind = TaskKind(row.kind)
    words = LINES.get(kind, _plain)(row, sight.match, now)
    return Task(kind=kind, at=row.at, sight=sight, **words)


Words = dict[str, Any]


def _plain(row: Row, _match: Match, _now: datetime) -> Words:
    return {"what": str(TaskKind(row.kind).label)}


def _answer(row: Row, match: Match, now: datetime) -> Words:
    answer: Answer = next(each for each in match.answers.all() if each.pk == row.row)
    whose = {Side.PARTY: _("The participant's answer"), Side.REGION: _("The community's answer")}
    act = "" if answer.overdue_at is not None else "enter-answer"
    detail = _("Please call. Silence is never taken for a yes.") if answer.due_at <= now else ""
    return {"what": whose[Side(answer.side)], "detail": detail, "act": act, "about": {"side": answer.side}}


def _meeting(_row: Row, match: Match, now: datetime) -> Words:
    planned = guiding.planned_at(match)
    if planned is None:
        return {"what": _("Plan the first meeting"), "act": "plan-meeting"}
    if planned <= now:
        return {"what": _("Record how the first meeting went"), "act": "record-meeting"}
    return {"what": _("First meeting"), "detail": match.meeting.place}


def _chase(_row: Row, match: Match, _now: datetime) -> Words:
    consents = [guiding.consent_label(row) for row in guiding.consents_open(match)]
    confirming = [
        _("%(side)s: the promise is not confirmed") % {"side": side.label}
        for side in guiding.sides_to_confirm(match)
    ]
    missing = [*consents, *_holders(match), *confirming]
    act = "enter-consent" if consents else ""
    return {"what": _("Complete the promise"), "detail": " / ".join(missing), "act": act}


def _holders(match: Match) -> list[str]:
    """Offers in return that are not granted, with who holds the right."""
    if match.is_trial:
        return []
    return [guiding.offer_label(offer) for offer in match.need.offers.all() if guiding.is_ungranted(offer)]


def _roster(_row: Row, match: Match, _now: datetime) -> Words:
    if match.preconditions.all() and not guiding.checks_open(match):
        return {"what": _("Everything is checked: make it ready"), "act": "confirm"}
    named = {"named": len(match.named_people.all()), "people": match.people}
    detail = _("%(named)d of %(people)d people are named") % named
    return {"what": _("Head count and roster"), "detail": detail, "act": "name-people"}


def _check(row: Row, match: Match, _now: datetime) -> Words:
    kind = next(each.kind for each in match.preconditions.all() if each.pk == row.row)
    what = _("Check: %(what)s") % {"what": PreconditionKind(kind).label}
    return {"what": what, "act": "tick", "about": {"kind": kind}}


def _attest(row: Row, _match: Match, _now: datetime) -> Words:
    return {"what": _("Record who came"), "act": "attest", "about": {"slot": row.row}}


def _complete(_row: Row, _match: Match, _now: datetime) -> Words:
    return {"what": str(TaskKind.COMPLETE.label), "act": "complete"}


def _reach(row: Row, match: Match, _now: datetime) -> Words:
    reaches = [reach for report in match.reports.all() for reach in report.reaches.all()]
    reach = next(each for each in reaches if each.pk == row.row)
    what = _("Report of an accident or near miss: tell %(who)s") % {"who": Reached(reach.who).label}
    return {"what": what, "way": reached_path(reach.report, reach.who)}


def _prevent(row: Row, match: Match, _now: datetime) -> Words:
    report = next(each for each in match.reports.all() if each.pk == row.row)
    return {"what": str(TaskKind.PREVENT.label), "way": report_path(report)}


LINES: Mapping[TaskKind, Any] = {
    TaskKind.ANSWER: _answer,
    TaskKind.MEETING: _meeting,
    TaskKind.CHASE: _chase,
    TaskKind.ROSTER: _roster,
    TaskKind.CHECK: _check,
    TaskKind.ATTEST: _attest,
    TaskKind.COMPLETE: _complete,
    TaskKind.REACH: _reach,
    TaskKind.PREVENT: _prevent,
}


# Needs that find too few people, and how much one has in hand.
def lonely_needs(actor: User) -> QuerySet[NeedDiagnosis]:
    """Diagnoses of needs that find too few, which ``actor`` guides (all for administrators), the fewest first. Two queries.

    Raises:
        NotAllowed("no_guide")
    """
    require_desk(actor)
    rows = diagnoses_for(actor).filter(finds_enough=False)
    return rows if is_admin(actor) else rows.filter(need__region__in=guide_regions(actor))


@dataclass(frozen=True, slots=True)
class Load:
    """What one has in hand, one's own desk (None for who only administers), and the desks one looks after meanwhile."""

    live: int
    waiting: int
    desk: Guide | None
    standing_in: list[Guide]


def load_of(actor: User, *, on: date) -> Load:
    """How much ``actor`` has in hand on a day, and for whom they stand in. Two queries."""
    waits = Q(state=MatchState.PROPOSED)
    own = Match.objects.filter(guide__user=actor, state__in=sorted(LIVE))
    counts = own.aggregate(live=Count("pk"), waiting=Count("pk", filter=waits))
    desks = list(guides_with_stand_ins(actor))
    desk = next((each for each in desks if each.user_id == actor.pk), None)
    away = [each for each in desks if desk and each.stand_in_id == desk.pk and is_absent(each, on=on)]
    return Load(counts["live"], counts["waiting"], desk, away)
