"""The word of the day, said once for everybody: a date takes place, or is put off as its plan for rain says.

Calling it off is ``slots.cancel_slot``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.notifications import notify
from matching.enums import HOLDING, LIVE, EndReason, MatchState
from matching.locks import lock_need, lock_need_with_people
from matching.models import Attendance, Match, MatchSlot
from matching.services.announce import ask_in_line, message_context, recipients
from matching.services.deadlines import preparation_deadline, record_deadline
from matching.services.matches import apply_move
from matching.services.preparations import set_due_times_anew
from matching.services.slots import drop_date, end_for
from matching.services.steps import Step, Words
from matching.transitions import Audience
from regions.models import Need, Slot
from regions.policies import can_edit_need
from regions.services.rescoring import need_changed

PROMISED = (MatchState.AGREED, MatchState.CONFIRMED)
LATEST = timedelta(days=62)
NO_OTHER_DAY = frozenset({"called off", "中止", "takes place in light rain", "小雨なら行う"})
"""Plans for rain, as the form words them, under which nobody agreed to another day."""


@transaction.atomic
def say_slot_goes_ahead(
    *, slot: Slot, actor: User, on_behalf_of: str = "", now: datetime | None = None
) -> Slot:
    """Say that a date takes place: both sides and the guide of every promise for it are told, but not who said it.

    Locks the need; audits. A date that is put off or called off afterwards is told again.

    Raises:
        NotAllowed("role_may_not"), Conflict("slot_cancelled"), Conflict("slot_begun"),
        Conflict("slot_goes_ahead"): it has been said already.
    """
    at = now or timezone.now()
    need = _own_need(slot, actor)
    lock_need(need.pk)
    slot = Slot.objects.get(pk=slot.pk)
    _require_standing(slot)
    if slot.start_at <= at:
        raise Conflict("slot_begun", _("This date has begun already."))
    if slot.going_ahead_at is not None:
        raise Conflict("slot_goes_ahead", _("It has been said already that this date takes place."))
    slot.going_ahead_at = at
    slot.save(update_fields=["going_ahead_at"])
    for match in _matches(slot).filter(state__in=PROMISED):
        _tell_that_it_goes_ahead(match, slot, actor)
    _record(actor, "go_ahead", slot, need, on_behalf_of)
    return slot


def _tell_that_it_goes_ahead(match: Match, slot: Slot, actor: User) -> None:
    kind = "date_goes_ahead"
    users = {user.pk: user for audience in Audience for user in recipients(match, audience)}
    for user in users.values():
        if user.pk != actor.pk:
            key = (
                f"slot:{slot.public_id}:{slot.start_at:%Y%m%d%H%M}:{match.public_id}:{kind}:{user.public_id}"
            )
            context = message_context(match, user, first=slot.start_at)
            notify(user=user, kind=kind, key=key, context=context, due_at=slot.start_at)


@transaction.atomic
def postpone_slot(
    *, slot: Slot, actor: User, start_at: datetime, on_behalf_of: str = "", now: datetime | None = None
) -> Slot:
    """Put a date off for everybody at once; it lasts as long as before. Answers and promises stand, because both sides
    knew the plan for rain when they gave them (ADR 0033); a match whose people are promised elsewhere then loses the
    date, or ends with the neutral sentence.

    Locks the people, the need, then each match; moves the slot and leaves one that is called off in its old place, so that
    no rule brings it back; tells both sides and the guide; audits; owes the need's rescoring and, where somebody lost the date,
    the question to the next in line.

    Raises:
        NotAllowed("role_may_not"), Conflict("slot_cancelled"), Conflict("slot_attested"), Conflict("slot_over"),
        Conflict("no_rain_plan"): nothing was said about rain, so nobody agreed to another day.
        Invalid("not_later" | "too_late" | "start_in_past"), Conflict("slot_twice"): the need has a date at that time.
    """
    at = now or timezone.now()
    need = _own_need(slot, actor)
    lock_need_with_people(need.pk)
    slot = Slot.objects.select_related("need").get(pk=slot.pk)
    _require_standing(slot)
    _require_plan(slot, at)
    end_at = _end_when_later(slot, start_at, at)
    freed = _let_go_of_the_busy(slot, (start_at, end_at), actor, Words(on_behalf_of=on_behalf_of), at)
    before = _move(slot, start_at, end_at, at)
    words = Words(
        on_behalf_of=on_behalf_of,
        data={"slot": slot.public_id, "from": before.isoformat(), "to": start_at.isoformat()},
    )
    for match in _matches(slot).filter(state__in=sorted(LIVE)):
        apply_move(match_id=match.pk, move="move_date", actor=actor, now=at, words=words, work=_set_deadlines)
    if freed:
        ask_in_line(need.pk, key=f"slot:{slot.public_id}:{start_at:%Y%m%d%H%M}:")
    _record(actor, "postpone", slot, need, on_behalf_of, details=dict(words.data))
    need_changed(lock_need(need.pk))
    return slot


def _own_need(slot: Slot, actor: User) -> Need:
    need = Need.objects.select_related("region__municipality").get(pk=slot.need_id)
    if not can_edit_need(actor, need):
        raise NotAllowed("role_may_not", _("You may not change this need."))
    return need


def _matches(slot: Slot) -> Any:
    rows = Match.objects.filter(match_slots__slot=slot).select_related(
        "need__region__municipality", "volunteer__home", "volunteer__representative", "guide__user"
    )
    return rows.order_by("pk")


def _require_standing(slot: Slot) -> None:
    if slot.cancelled_at is not None:
        raise Conflict("slot_cancelled", _("This date has been called off already."))


def names_another_day(slot: Slot) -> bool:
    """Whether the plan for rain leaves room for another day: something was said, and not that the date then falls away."""
    return not slot.is_remote and slot.rain.strip() not in {"", *NO_OTHER_DAY}


def _require_plan(slot: Slot, now: datetime) -> None:
    if not names_another_day(slot):
        message = _(
            "Nothing was said about rain for this date, so nobody agreed to another day. It can be called off."
        )
        raise Conflict("no_rain_plan", message)
    if slot.end_at <= now:
        raise Conflict("slot_over", _("This date is over already."))
    if Attendance.objects.filter(slot=slot).exists():
        raise Conflict("slot_attested", _("Who came on this date is on record, so it cannot be put off."))


def _end_when_later(slot: Slot, start_at: datetime, now: datetime) -> datetime:
    """When the date ends if it begins at ``start_at``; refused where it may not begin then."""
    problem = ""
    if start_at <= now:
        problem, message = "start_in_past", _("This date is over already.")
    elif start_at <= slot.start_at:
        problem, message = "not_later", _("A date is put off to a later time.")
    elif start_at - slot.start_at > LATEST:
        problem, message = "too_late", _("A date is put off by two months at most. Give a new date instead.")
    if problem:
        raise Invalid(problem, message, fields={"start_at": [message]})
    end_at = start_at + (slot.end_at - slot.start_at)
    others = Slot.objects.filter(need=slot.need_id, is_remote=False).exclude(pk=slot.pk)
    standing = others.filter(cancelled_at=None, start_at__lt=end_at, end_at__gt=start_at)
    if standing.exists() or others.filter(start_at=start_at).exists():
        message = _("This need has another date at that time. Choose another one, or call this one off.")
        raise Conflict("slot_twice", message, fields={"start_at": [message]})
    return end_at


def _let_go_of_the_busy(
    slot: Slot, to: tuple[datetime, datetime], actor: User, words: Words, now: datetime
) -> bool:
    """Who is promised elsewhere at the new time cannot come: the match loses this date, or ends. Whether any lost it.

    An ending offers its places itself.
    """
    freed = False
    for match in _matches(slot).filter(state__in=sorted(HOLDING)):
        if not _is_busy(match, *to):
            continue
        others = match.match_slots.filter(slot__cancelled_at=None).exclude(slot=slot)
        if others.exists():
            drop_date(match, slot, actor, words, now)
            freed = True
        else:
            end_for(match, actor, replace(words, reason=EndReason.WEATHER), now)
    return freed


def _is_busy(match: Match, start_at: datetime, end_at: datetime) -> bool:
    people = match.named_people.filter(may_overlap=False).values("user_id")
    elsewhere = MatchSlot.objects.filter(
        slot__start_at__lt=end_at, slot__end_at__gt=start_at, slot__is_remote=False, slot__cancelled_at=None,
        match__state__in=sorted(HOLDING), match__named_people__user__in=people,
    )  # fmt: skip
    return elsewhere.exclude(match=match).exists()


def _move(slot: Slot, start_at: datetime, end_at: datetime, now: datetime) -> datetime:
    """Write the new time, and in the old place a date that is called off; when it was to begin."""
    left = Slot(
        need=slot.need, rule=slot.rule, start_at=slot.start_at, end_at=slot.end_at, places=slot.places,
        nights=slot.nights, rain=slot.rain, cancelled_at=now,
    )  # fmt: skip
    before, slot.moved_from_at = slot.start_at, slot.start_at
    slot.start_at, slot.end_at, slot.going_ahead_at = start_at, end_at, None
    slot.save(update_fields=["start_at", "end_at", "moved_from_at", "going_ahead_at"])
    left.save(force_insert=True)
    return before


def _set_deadlines(step: Step) -> Mapping[str, Any] | None:
    """A promise is prepared and recorded by its new date; what is not promised yet keeps the earlier time to answer."""
    if step.match.state == MatchState.AGREED:
        set_due_times_anew(step.match, now=step.now)
        deadline = preparation_deadline(step.match)
    elif step.match.state == MatchState.CONFIRMED:
        deadline = record_deadline(step.match, step.now)
    else:
        return None
    return {"due_at": deadline.due_at, "lapse_at": deadline.lapse_at}


def _record(
    actor: User, act: str, slot: Slot, need: Need, on_behalf_of: str, *, details: dict[str, Any] | None = None
) -> None:
    record(
        actor=actor,
        action=f"slot.{act}",
        target=slot,
        label=str(need),
        on_behalf_of=on_behalf_of,
        details=details,
    )
