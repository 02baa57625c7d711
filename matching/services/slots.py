"""Changing what may already be promised: places of a slot, a slot that is called off, a need that closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from matching.enums import BEFORE_AGREED, LIVE, EndReason, MatchState
from matching.locks import lock_need, lock_need_with_people
from matching.models import Attendance, Hold, Match
from matching.services.announce import ask_in_line
from matching.services.deadlines import preparation_deadline, record_deadline
from matching.services.matches import apply_move, require_one_of
from matching.services.preparations import set_due_times_anew
from matching.services.steps import Step, Words
from matching.transitions import CANCEL_REASONS
from regions.models import Need, Slot
from regions.policies import can_edit_need
from regions.services.needs import close_need as close_posting
from regions.services.slots import PLACES_MAX, write_slot_places


@transaction.atomic
def set_slot_places(*, slot: Slot, actor: User, places: int, on_behalf_of: str = "") -> Slot:
    """Change the number of places of one slot. Locks the need, so that no hold slips in between.

    More places are owed to the next in line.

    Raises:
        NotAllowed("role_may_not"), Invalid("places_not_positive"), Invalid("places_wrong"): above a thousand,
        Conflict("places_held"): fewer places than people hold one, or a held place has a higher number.
    """
    if places < 1:
        message = _("Please state at least one place.")
        raise Invalid("places_not_positive", message, fields={"places": [message]})
    if places > PLACES_MAX:
        message = _("State between 1 and %(most)d places.") % {"most": PLACES_MAX}
        raise Invalid("places_wrong", message, fields={"places": [message]})
    need = lock_need(slot.need_id)
    if not can_edit_need(actor, need):
        raise NotAllowed("role_may_not", _("You may not change this need."))
    held = Hold.objects.filter(slot=slot, released_at__isnull=True)
    if held.count() > places:
        raise Conflict(
            "places_held",
            _("%(held)d people already hold a place. Please cancel with them first.")
            % {"held": held.count()},
        )
    _renumber(slot, places)
    before = Slot.objects.values_list("places", flat=True).get(pk=slot.pk)
    write_slot_places(slot=slot, places=places)
    entry = record(
        actor=actor, action="slot.set_places", target=slot, label=str(need), on_behalf_of=on_behalf_of,
        details={"places": places},
    )  # fmt: skip
    if places > before:
        ask_in_line(need.pk, key=f"slot:{slot.public_id}:{entry.pk}:")
    return slot


def _renumber(slot: Slot, places: int) -> None:
    """Move holds with a number above the new count to free lower numbers (the need is locked)."""
    live = Hold.objects.filter(slot=slot, released_at__isnull=True)
    taken = set(live.filter(place__lte=places).values_list("place", flat=True))
    free = iter(place for place in range(1, places + 1) if place not in taken)
    for hold in live.filter(place__gt=places).order_by("place"):
        hold.place = next(free)
        hold.save(update_fields=["place"])


@transaction.atomic
def cancel_slot(
    *,
    slot: Slot,
    actor: User,
    reason: EndReason,
    on_behalf_of: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Slot:
    """Call a date off: matches for this date alone end; matches with other dates keep those and release this one.

    A match whose other dates are all on record is left to its completion.

    Raises:
        NotAllowed("role_may_not"), Invalid("reason_unknown"), Conflict("slot_cancelled"),
        Conflict("slot_attested"): who came on this date is on record, so it took place.
    """
    at = now or timezone.now()
    need = Need.objects.select_related("region").get(pk=slot.need_id)
    if not can_edit_need(actor, need):
        raise NotAllowed("role_may_not", _("You may not change this need."))
    lock_need_with_people(need.pk)
    require_one_of(CANCEL_REASONS, reason)
    _require_no_record(slot)
    if (
        Slot.objects.filter(pk=slot.pk, cancelled_at__isnull=True).update(
            cancelled_at=at, going_ahead_at=None
        )
        != 1
    ):
        raise Conflict("slot_cancelled", _("This date has been called off already."))
    for match in Match.objects.filter(match_slots__slot=slot, state__in=sorted(LIVE)).order_by("pk"):
        if match.match_slots.filter(slot__cancelled_at__isnull=True).exists():
            drop_date(match, slot, actor, Words(on_behalf_of=on_behalf_of, note=note), at)
        else:
            end_for(match, actor, Words(on_behalf_of=on_behalf_of, reason=reason, note=note), at)
    record(
        actor=actor, action="slot.cancel", target=slot, label=str(need), on_behalf_of=on_behalf_of,
        details={"reason": reason},
    )  # fmt: skip
    slot.cancelled_at = at
    return slot


def _require_no_record(slot: Slot) -> None:
    if Attendance.objects.filter(slot=slot).exists():
        raise Conflict(
            "slot_attested",
            _(
                "Who came on this date is on record, so it cannot be called off. Please correct the record instead."
            ),
        )


def drop_date(match: Match, slot: Slot, actor: User, said: Words, now: datetime) -> None:
    """Take one of several dates out of a match: its places come free, the others stand, whoever knew is told."""
    words = replace(said, data={"slot": slot.public_id, "start_at": slot.start_at.isoformat()})
    apply_move(
        match_id=match.pk, move="drop_date", actor=actor, now=now, words=words,
        work=lambda step: _release_date(step, slot),
    )  # fmt: skip


def _release_date(step: Step, slot: Slot) -> Mapping[str, Any] | None:
    Hold.objects.filter(match=step.match, slot=slot, released_at__isnull=True).update(released_at=step.now)
    step.match.match_slots.filter(slot=slot).delete()
    # A promise is prepared and recorded by its remaining dates; what is not promised yet keeps the earlier time to answer.
    if step.match.state == MatchState.AGREED:
        set_due_times_anew(step.match, now=step.now)
        deadline = preparation_deadline(step.match)
    elif step.match.state == MatchState.CONFIRMED:
        deadline = record_deadline(step.match, step.now)
    else:
        return None
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at}


@transaction.atomic
def close_need(
    *, need: Need, actor: User, on_behalf_of: str = "", note: str = "", now: datetime | None = None
) -> Need:
    """Close a need: what is not yet promised is withdrawn with the neutral sentence; promises stand.

    On whose behalf is on record with the need and with each match that ends.
    """
    at = now or timezone.now()
    lock_need_with_people(need.pk)
    closed = close_posting(actor=actor, need=need, on_behalf_of=on_behalf_of)
    for match in Match.objects.filter(need=need, state__in=sorted(BEFORE_AGREED)).order_by("pk"):
        end_for(match, actor, Words(on_behalf_of=on_behalf_of, reason=EndReason.NEED_CLOSED, note=note), at)
    return closed


def end_for(match: Match, actor: User, words: Words, now: datetime) -> None:
    """End a match because its date or need is gone, before or after the promise."""
    move = "cancel" if match.state in {MatchState.AGREED, MatchState.CONFIRMED} else "withdraw"
    said = words if move == "cancel" else replace(words, reason=EndReason.NEED_CLOSED)
    apply_move(match_id=match.pk, move=move, actor=actor, now=now, words=said)
