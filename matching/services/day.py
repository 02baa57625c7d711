"""The day itself and what follows: attendance, the return, the thanks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.models import Attendance, Match
from matching.services.matches import apply_move
from matching.services.relations import count_kept_promise
from matching.services.steps import Step, Words
from regions.models import Slot


@dataclass(frozen=True, slots=True)
class Came:
    """Who came to one date: people, minutes worked, whether the return was given or scheduled."""

    people: int
    minutes: int
    return_given: bool
    note: str = ""


def attest_attendance(
    *, match_id: int, actor: User, slot: Slot, came: Came, on_behalf_of: str = "", now: datetime | None = None
) -> Match:
    """Attest who came on one date; a second record of the same date replaces the first, both stay in the events.

    Raises:
        Conflict("slot_not_over" | "match_not_confirmed"), Invalid("slot_of_other_match" | "too_many_came")
    """
    data = {"start_at": slot.start_at.isoformat(), "people": came.people, "minutes": came.minutes}
    words = Words(on_behalf_of=on_behalf_of, note=came.note, data=data)
    return apply_move(
        match_id=match_id, move="attest", actor=actor, now=now, words=words,
        work=lambda step: _write_attendance(step, slot, came),
    )  # fmt: skip


def _write_attendance(step: Step, slot: Slot, came: Came) -> None:
    if not step.match.match_slots.filter(slot=slot).exists():
        message = _("This date does not belong to the match.")
        raise Invalid("slot_of_other_match", message, fields={"slot": [message]})
    if came.people > step.match.people:
        message = _("More people are recorded than were expected (%(people)d).") % {
            "people": step.match.people
        }
        raise Invalid("too_many_came", message, fields={"people_came": [message]})
    Attendance.objects.update_or_create(
        match=step.match, slot=slot,
        defaults={
            "people_came": came.people, "minutes": came.minutes, "return_given": came.return_given,
            "note": came.note[:500], "attested_by": step.actor, "attested_at": step.now,
        },
    )  # fmt: skip


@transaction.atomic
def complete_match(*, match_id: int, actor: User, note: str = "", now: datetime | None = None) -> Match:
    """Complete a match from its attested records; the relation grows, thanks are asked of both sides.

    Raises:
        Conflict("not_attested" | "match_not_confirmed")
        Conflict("return_open"): a person completes before what was promised in return is given or scheduled.
    """
    match = apply_move(match_id=match_id, move="complete", actor=actor, now=now, words=Words(note=note))
    count_kept_promise(match)
    return match
