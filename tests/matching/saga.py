"""Leads a match through its life, one verb at a time, as the cast would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import AnswerValue, ConsentStatus, MatchState, MeetingHow, MeetingOutcome, Origin
from matching.models import Match
from matching.services.agreements import confirm_match, tick_precondition
from matching.services.answers import answer_match, confirm_promise, record_consent
from matching.services.day import Came, attest_attendance, complete_match
from matching.services.meetings import record_meeting
from matching.services.proposals import create_match
from matching.services.review import approve_match
from regions.enums import PermissionStatus
from regions.models import Need, Representative
from tests.builders import make_emergency_card, make_offer

Stage = Callable[..., Match]


def propose(need: Need, party: Volunteer, *, people: int | None = None, now: datetime | None = None) -> Match:
    """A proposal of the worker for the need's first slot."""
    return create_match(
        actor=User.objects.system(),
        origin=Origin.WORKER,
        need=need,
        volunteer=party,
        slots=[need.slots.order_by("start_at")[0]],
        people=people,
        now=now,
    )


def speaker_of(match: Match) -> User:
    """Who speaks for the community of a match."""
    user = Representative.objects.filter(region=match.need.region).order_by("pk")[0].user
    assert user is not None
    return user


def asked(match: Match, *, guide: User, now: datetime | None = None) -> Match:
    return approve_match(match_id=match.pk, actor=guide, now=now)


def both_answer(match: Match, value: AnswerValue, *, now: datetime | None = None) -> Match:
    answer_match(match_id=match.pk, actor=match.volunteer.representative, value=value, now=now)
    return answer_match(match_id=match.pk, actor=speaker_of(match), value=value, now=now)


def met(match: Match, *, guide: User, outcome: MeetingOutcome = MeetingOutcome.PROCEED) -> Match:
    return record_meeting(match_id=match.pk, actor=guide, outcome=outcome, how=MeetingHow.ON_SITE)


def both_confirm_promise(match: Match) -> Match:
    confirm_promise(match_id=match.pk, actor=match.volunteer.representative)
    return confirm_promise(match_id=match.pk, actor=speaker_of(match))


def all_consents(match: Match, *, by: User) -> None:
    for consent in match.region_consents.all():
        record_consent(
            match_id=match.pk, actor=by, consent=consent, status=ConsentStatus.GIVEN, evidence="役員会で口頭"
        )


def agreed(need: Need, party: Volunteer, *, guide: User, people: int | None = None) -> Match:
    """A match from proposal to promise."""
    match = asked(propose(need, party, people=people), guide=guide)
    both_answer(match, AnswerValue.MEET)
    met(match, guide=guide)
    all_consents(match, by=speaker_of(match))
    both_confirm_promise(match)
    return both_answer(match, AnswerValue.YES)


def waiting_for_permission(need: Need, party: Volunteer, *, guide: User) -> Match:
    """Two who have met and said yes to everything; what is offered in return is not permitted yet."""
    need.offers.add(make_offer(need.region, permission=PermissionStatus.INFORMAL))
    match = asked(propose(need, party), guide=guide)
    both_answer(match, AnswerValue.MEET)
    met(match, guide=guide)
    all_consents(match, by=speaker_of(match))
    both_answer(match, AnswerValue.YES)
    return both_confirm_promise(match)


def confirmed(need: Need, party: Volunteer, *, guide: User) -> Match:
    match = agreed(need, party, guide=guide)
    make_emergency_card(need.region)
    for row in match.preconditions.all():
        tick_precondition(match_id=match.pk, actor=guide, kind=row.kind)
    return confirm_match(match_id=match.pk, actor=guide)


def completed(need: Need, party: Volunteer, *, guide: User) -> Match:
    match = confirmed(need, party, guide=guide)
    slot = match.slots.get()
    after = slot.end_at + timedelta(hours=1)
    came = Came(people=match.people, minutes=240, return_given=True)
    attest_attendance(match_id=match.pk, actor=guide, slot=slot, came=came, now=after)
    return complete_match(match_id=match.pk, actor=guide, now=after)


def state_of(match: Match) -> MatchState:
    """The state in the database now."""
    return MatchState(Match.objects.values_list("state", flat=True).get(pk=match.pk))


def moment() -> datetime:
    """A Monday 10:00 in Japan in the coming week: an ordinary working hour."""
    now = timezone.localtime()
    monday = now + timedelta(days=7 - now.weekday())
    return monday.replace(hour=10, minute=0, second=0, microsecond=0)
