"""When each step is due and when silence ends it. Source: the saga's table; every rule capped at 24 hours before the first slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartyKind
from accounts.errors import Conflict
from matching.enums import PreconditionKind, Side
from matching.models import Match
from matching.services.calendar import (
    DayTest,
    add_days_where,
    add_working_days,
    end_of_day,
    working_days_before,
)
from regions.selectors.quiet import quiet_days

REVIEW_WORKING_DAYS, REVIEW_LAPSE_WORKING_DAYS = 5, 10
PERSON_DAYS, PERSON_GRACE_DAYS = 7, 3
BOARD_DAYS, BOARD_AFTER_MEETING_DAYS, BOARD_GRACE_DAYS, BOARD_AHEAD_DAYS = 21, 3, 14, 120
MEETING_DAYS, MEETING_GRACE_DAYS = 30, 7
ROSTER_DAYS, RECORD_DAYS = 10, 30
CIRCULAR_DAYS, INSURANCE_WORKING_DAYS = 30, 3
BEFORE_FIRST_SLOT = timedelta(hours=24)
UNDO_SECONDS = 10
WITH_THE_ROSTER = frozenset(
    {PreconditionKind.QUALIFICATIONS, PreconditionKind.GUARDIAN, PreconditionKind.EMERGENCY_CARD}
)
REMIND_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``due_at``: someone is nudged. ``lapse_at``: the system acts. Both aware, due ≤ lapse."""

    due_at: datetime
    lapse_at: datetime


def first_start(match: Match) -> datetime:
    """When the first slot on site begins; where there is none, the first window of help from afar."""
    slots = match.slots.filter(is_remote=False) if has_day(match) else match.slots.all()
    start: datetime | None = slots.aggregate(first=Min("start_at"))["first"]
    if start is None:
        raise Conflict("match_without_slots", _("This match has no dates any more."))
    return start


def has_day(match: Match) -> bool:
    """Whether somebody comes to a place on a date, rather than only helping from afar."""
    return match.slots.filter(is_remote=False).exists()


def last_end(match: Match) -> datetime:
    """When the last slot of ``match`` ends."""
    end: datetime | None = match.slots.aggregate(last=Max("end_at"))["last"]
    if end is None:
        raise Conflict("match_without_slots", _("This match has no dates any more."))
    return end


def latest_possible(match: Match) -> datetime:
    """24 hours before the first slot on site: after this nothing may still be open.

    An engagement from afar has no morning on which somebody stands at a bus stop: its window may be joined
    until 24 hours before it *ends*. One query.
    """
    slots = list(match.slots.all())
    if not slots:
        raise Conflict("match_without_slots", _("This match has no dates any more."))
    days = [slot.start_at for slot in slots if not slot.is_remote]
    return (min(days) if days else max(slot.end_at for slot in slots)) - BEFORE_FIRST_SLOT


def require_time_left(match: Match, now: datetime) -> datetime:
    """The latest possible moment, if it is still ahead.

    Raises:
        Conflict("too_late"): less than 24 hours are left before the first slot.
    """
    latest = latest_possible(match)
    if latest <= now:
        raise Conflict(
            "too_late", _("Less than 24 hours are left before the first date. Please propose another date.")
        )
    return latest


def review_deadline(match: Match, now: datetime) -> Deadline:
    """Five working days to review, lapse after ten."""
    latest = latest_possible(match)
    due = min(add_working_days(now, REVIEW_WORKING_DAYS), latest)
    return Deadline(due, min(add_working_days(now, REVIEW_LAPSE_WORKING_DAYS), latest))


def answer_deadline(
    match: Match, side: Side, *, now: datetime, meets_on: date | None = None, asked_at: datetime | None = None
) -> Deadline:
    """The time a side has to answer.

    A person: 7 days, 3 of grace. A group or community: 3 days after its next board meeting, at least 21 days,
    14 of grace. A community's quiet days do not count.
    """
    counts = _counting(match, side)
    asked = asked_at or now
    if is_board(match, side):
        due = add_days_where(asked, BOARD_DAYS, counts=counts)
        if meets_on is not None:
            after_meeting = add_days_where(end_of_day(meets_on), BOARD_AFTER_MEETING_DAYS, counts=counts)
            due = max(due, after_meeting)
    else:
        due = add_days_where(asked, PERSON_DAYS, counts=counts)
    return _with_grace(match, side, due)


def extended_deadline(match: Match, side: Side, *, due_at: datetime) -> Deadline:
    """One more term from the present due time: 21 days for a board, 7 for a person."""
    days = BOARD_DAYS if is_board(match, side) else PERSON_DAYS
    return _with_grace(match, side, add_days_where(due_at, days, counts=_counting(match, side)))


def _with_grace(match: Match, side: Side, due: datetime) -> Deadline:
    grace = BOARD_GRACE_DAYS if is_board(match, side) else PERSON_GRACE_DAYS
    latest = latest_possible(match)
    lapse = add_days_where(due, grace, counts=_counting(match, side))
    return Deadline(min(due, latest), min(lapse, latest))


def meeting_deadline(match: Match, now: datetime) -> Deadline:
    """30 days to meet; the guide is asked, then seven days later it lapses."""
    latest = latest_possible(match)
    due = now + timedelta(days=MEETING_DAYS)
    return Deadline(min(due, latest), min(due + timedelta(days=MEETING_GRACE_DAYS), latest))


def preparation_deadline(match: Match) -> Deadline:
    """Head count and roster ten days before; cancelled with notice 24 hours before."""
    latest = latest_possible(match)
    return Deadline(min(first_start(match) - timedelta(days=ROSTER_DAYS), latest), latest)


def precondition_due(match: Match, kind: PreconditionKind) -> datetime:
    """By when something must be checked: a circular goes round 30 days before, what belongs to the people who come is
    due with their roster ten days before, insurance and briefing three working days before."""
    start, latest = first_start(match), latest_possible(match)
    if kind == PreconditionKind.CIRCULAR:
        return min(start - timedelta(days=CIRCULAR_DAYS), latest)
    if kind in WITH_THE_ROSTER:
        return min(start - timedelta(days=ROSTER_DAYS), latest)
    return min(working_days_before(start, INSURANCE_WORKING_DAYS), latest)


def record_deadline(match: Match, now: datetime) -> Deadline:
    """Asked the day after the last slot; settled from the records 30 days after it, but not within a day from now.

    A date may be called off long after it was to be, and leave earlier ones whose records are still to be written.
    """
    due = max(last_end(match) + timedelta(days=1), now)
    return Deadline(due, max(last_end(match) + timedelta(days=RECORD_DAYS), now + timedelta(days=1)))


def is_board(match: Match, side: Side) -> bool:
    """Whether this side decides in a meeting: every community, and a group."""
    return side == Side.REGION or match.volunteer.kind == PartyKind.GROUP


def _counting(match: Match, side: Side) -> DayTest:
    if side == Side.PARTY:
        return lambda _day: True
    is_quiet = quiet_days(match.need.region)
    return lambda day: not is_quiet(day)
