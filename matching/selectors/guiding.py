"""What is left for a guide to do on one match, and what there is to choose from when doing it.

All of it reads a match that came with everything (``match_shown``).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import PartyKind
from accounts.models import Guide, User
from accounts.policies import is_admin
from matching.enums import DISCLOSED, ConsentStatus, MatchState, PreconditionKind, Role, Side
from matching.models import Answer, Attendance, Match, Meeting, Precondition, RegionConsent
from matching.selectors.readiness import SETTLED, SETTLING
from matching.selectors.sights import MatchSight
from matching.transitions import moves_from
from regions.enums import PermissionStatus
from regions.models import Offer, Slot
from regions.selectors.offers import offer_permission
from regions.selectors.regions import guides_for

DESK = frozenset({"approve", "undo_approval", "reject", "snooze"})
"""Moves that are made where proposals are reviewed."""
FIRST_PLANNED, FIRST_TOLD = "plan_meeting", "record_meeting"


# Which moves have something left to act on.
def moves_left(sight: MatchSight, *, now: datetime) -> frozenset[str]:
    """Names of the moves the viewer may try as a guide or administrator that would not be refused for want of anything."""
    match, roles = sight.match, sight.viewer.roles_on(sight.match) & {Role.GUIDE, Role.ADMIN}
    rows = {row.name for role in roles for row in moves_from(MatchState(match.state), role)}
    return frozenset(rows - DESK - _idle(sight, now))


def _idle(sight: MatchSight, now: datetime) -> set[str]:
    """Moves whose guard would say that there is nothing to do."""
    match = sight.match
    is_there = {
        "answer": sides_that_owe(match),
        "set_board_date": boards_that_owe(match),
        "extend": sides_to_extend(match),
        "record_call": sides_to_call(match),
        "confirm_promise": sides_to_confirm(match),
        "record_consent": consents_open(match),
        "waive_meeting": not is_met(match) and (match.is_first_visit or match.state == MatchState.MEETING),
        "plan_meeting": not is_met(match),
        "record_meeting": not is_met(match),
        "agree": match.state in SETTLING and not sight.missing,
        "tick": checks_open(match),
        "untick": checks_done(match),
        "confirm": not checks_open(match),
        "attest": has_begun(match, now=now),
        "complete": is_on_record(match, now=now),
        "stand_by": match.standby_at is None,
    }
    return {move for move, anything in is_there.items() if not anything}


def first_of(moves: frozenset[str], match: Match, *, now: datetime) -> str:
    """The move that brings a match forward most directly; empty where the next word is somebody else's."""
    return next((move for move in _in_order(match, now) if move in moves), "")


def _in_order(match: Match, now: datetime) -> tuple[str, ...]:
    planned = planned_at(match)
    meeting = FIRST_PLANNED if planned is None else FIRST_TOLD
    waits = planned is not None and planned > now
    return (
        "record_call",
        "agree",
        *(() if waits else (meeting,)),
        "record_consent",
        *(() if slot_to_attest(match, now=now) is None else ("attest",)),
        "complete",
        "tick",
        "confirm",
        "answer",
        "confirm_promise",
    )


# The two sides.
def every_side(_match: Match) -> list[Side]:
    """Both sides."""
    return list(Side)


def _owed(match: Match) -> list[Answer]:
    rows = match.answers.all() if match.state in SETTLING else []
    return sorted((row for row in rows if row.is_open), key=lambda row: row.side)


def sides_that_owe(match: Match) -> list[Side]:
    """Sides whose answer is open."""
    return [Side(row.side) for row in _owed(match)]


def sides_to_call(match: Match) -> list[Side]:
    """Sides on the call list."""
    return [Side(row.side) for row in _owed(match) if row.overdue_at is not None]


def sides_to_extend(match: Match) -> list[Side]:
    """Sides that may still be given more time, once."""
    return [Side(row.side) for row in _owed(match) if row.extended_at is None]


def boards_that_owe(match: Match) -> list[Side]:
    """Sides that decide in a meeting and owe an answer."""
    is_group = match.volunteer.kind == PartyKind.GROUP
    return [side for side in sides_that_owe(match) if side is Side.REGION or is_group]


def sides_to_confirm(match: Match) -> list[Side]:
    """Sides that have not said that the promise is right."""
    if match.state not in SETTLING:
        return []
    said = {Side.PARTY: match.promise_party_at, Side.REGION: match.promise_region_at}
    return [side for side, at in said.items() if at is None]


def side_label(match: Match, side: Side) -> str:
    """A side by its word and name."""
    name = match.volunteer.name if side is Side.PARTY else match.need.region.name
    return f"{side.label}: {name}"


# The community's consents, the meeting, the checks.
def consents_open(match: Match) -> list[RegionConsent]:
    """Consents that are not on record yet."""
    rows = [row for row in match.region_consents.all() if row.status == ConsentStatus.ASKED]
    return sorted(rows, key=lambda row: row.pk)


def consent_label(consent: RegionConsent) -> str:
    """By whom, for what, and when they meet."""
    told = {"by": consent.by, "matter": consent.get_matter_display(), "meets": consent.meets}
    return (_("%(by)s: %(matter)s (%(meets)s)") if consent.meets else _("%(by)s: %(matter)s")) % told


def is_ungranted(offer: Offer) -> bool:
    """Whether something in return may not be used today. No query where permissions came with it."""
    return offer.is_active and offer_permission(offer) != PermissionStatus.GRANTED


def offer_label(offer: Offer) -> str:
    """What is given in return, and how far each holder has come."""
    holders = [
        _("%(holder)s: %(status)s") % {"holder": row.holder, "status": row.get_status_display()}
        for row in offer.permissions.all()
    ]
    told = {"title": offer.title, "holders": _(", ").join(holders)}
    return _("%(title)s (%(holders)s)") % told if holders else offer.title


def _meeting(match: Match) -> Meeting | None:
    return getattr(match, "meeting", None)


def is_met(match: Match) -> bool:
    """Whether the first meeting has its outcome."""
    meeting = _meeting(match)
    return meeting is not None and meeting.outcome in SETTLED


def planned_at(match: Match) -> datetime | None:
    """When the two meet first, once that is planned."""
    meeting = _meeting(match)
    return None if meeting is None else meeting.planned_at


def checks(match: Match) -> list[Precondition]:
    """What is checked before the day, the soonest first."""
    if match.state not in DISCLOSED:
        return []
    return sorted(match.preconditions.all(), key=lambda row: (row.due_at is None, row.due_at, row.pk))


def checks_open(match: Match) -> list[tuple[str, str]]:
    """Checks still to be made, by kind and label."""
    rows = [row for row in checks(match) if row.ticked_at is None]
    return [(row.kind, str(PreconditionKind(row.kind).label)) for row in rows]


def checks_done(match: Match) -> list[tuple[str, str]]:
    """Checks made, by kind and label."""
    rows = [row for row in checks(match) if row.ticked_at is not None]
    return [(row.kind, str(PreconditionKind(row.kind).label)) for row in rows]


# The day.
def slots_begun(match: Match, *, now: datetime | None = None) -> QuerySet[Slot]:
    """Dates of a match that have begun and were not called off. One query."""
    at = now or timezone.now()
    return match.slots.filter(start_at__lte=at, cancelled_at=None).order_by("start_at")


def has_begun(match: Match, *, now: datetime) -> bool:
    """Whether one of them has. No query."""
    return any(slot.start_at <= now and slot.cancelled_at is None for slot in match.slots.all())


def slot_to_attest(match: Match, *, now: datetime | None = None) -> Slot | None:
    """The first date that has begun and is not on record. No query."""
    at = now or timezone.now()
    if match.state != MatchState.CONFIRMED:
        return None
    known = {row.slot_id for row in match.attendances.all()}
    held = [slot for slot in match.slots.all() if slot.cancelled_at is None and slot.start_at <= at]
    return next((slot for slot in held if slot.pk not in known), None)


def match_attendance(match_id: int, slot: Slot) -> Attendance | None:
    """What is on record of one date. One query."""
    return Attendance.objects.filter(match=match_id, slot=slot).first()


def record_to_correct(match: Match, *, now: datetime | None = None) -> Attendance | None:
    """What is on record of the only date that has begun, so that a mistake in it can be mended. No query."""
    at = now or timezone.now()
    begun = [slot.pk for slot in match.slots.all() if slot.cancelled_at is None and slot.start_at <= at]
    rows = [row for row in match.attendances.all() if row.slot_id in begun]
    return rows[0] if len(begun) == len(rows) == 1 else None


def is_on_record(match: Match, *, now: datetime) -> bool:
    """Whether every date is over and on record. No query."""
    if match.state != MatchState.CONFIRMED:
        return False
    slots = [slot for slot in match.slots.all() if slot.cancelled_at is None]
    known = {row.slot_id for row in match.attendances.all()}
    return bool(slots) and all(slot.pk in known and slot.end_at <= now for slot in slots)


# Colleagues.
def guides_to_take_on(actor: User, match: Match) -> QuerySet[Guide]:
    """Who may be put in charge by ``actor``: of the community's guides anybody else; any guide for administrators."""
    rows = Guide.objects.filter(user__is_active=True).select_related("user", "organization").order_by("pk")
    if not is_admin(actor):
        rows = rows.filter(pk__in=[guide.pk for guide in guides_for(match.need.region)])
    return rows.filter(~Q(pk=match.guide_id))


def guide_label(guide: Guide) -> str:
    """A guide by name and organization."""
    return f"{guide.user.name} ({guide.organization.name})"
