"""Matches that wait since START, and what a sweep did to them and said."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Outbox, User, Volunteer
from matching.enums import AnswerValue
from matching.models import Hold, Match, MatchEvent, Relation
from matching.services.agreements import confirm_match, tick_precondition
from matching.services.answers import confirm_promise
from matching.services.invariants import check_invariants
from matching.services.sweeps import Swept
from regions.models import Need
from tests.builders import TOKYO, make_emergency_card
from tests.matching import saga as story

START = datetime(2027, 6, 1, 10, 0, tzinfo=TOKYO)  # a Tuesday
SLOT_AT = datetime(2028, 10, 1, 8, 0, tzinfo=TOKYO)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NOTHING = Swept(lapsed=0, settled=0, escalated=0, reminded=0, overdue=0, nudged=0, unprepared=0)


def asked(need: Need, party: Volunteer, *, guide: User) -> Match:
    return story.asked(story.propose(need, party, now=START), guide=guide, now=START)


def promised(need: Need, party: Volunteer, *, guide: User) -> Match:
    """Agreed at START, between two who know each other."""
    Relation.objects.create(volunteer=party, region=need.region, promised=1, kept=1, days=1)
    match = asked(need, party, guide=guide)
    for actor in (party.representative, story.speaker_of(match)):
        confirm_promise(match_id=match.pk, actor=actor, now=START)
    return story.both_answer(match, AnswerValue.YES, now=START)


def prepared(need: Need, party: Volunteer, *, guide: User) -> Match:
    """Confirmed at START."""
    match = promised(need, party, guide=guide)
    make_emergency_card(need.region)
    for row in match.preconditions.all():
        tick_precondition(match_id=match.pk, actor=guide, kind=row.kind, now=START)
    return confirm_match(match_id=match.pk, actor=guide, now=START)


def swept(**done: int) -> Swept:
    return Swept(**(vars_of(NOTHING) | done))


def vars_of(result: Swept) -> dict[str, int]:
    return {name: getattr(result, name) for name in result.__slots__}


def told(kind: str) -> list[str]:
    """Names of who is told of ``kind``, in order."""
    rows = Outbox.objects.filter(topic="accounts.notify", payload__kind=kind).order_by("pk")
    names = dict(User.objects.values_list("pk", "name"))
    return [names[row.payload["user_id"]] for row in rows]


def ending(match: Match) -> tuple[str, str, int]:
    """State, reason, and places still held."""
    match.refresh_from_db()
    held = Hold.objects.filter(match=match, released_at=None).count()
    return match.state, match.end_reason, held


def assert_holds(now: datetime) -> None:
    """Every invariant, once the messages are delivered."""
    Outbox.objects.update(done_at=now)
    assert check_invariants(now=now) == []


def last_event(match: Match) -> MatchEvent:
    return MatchEvent.objects.filter(match=match).latest("seq")
