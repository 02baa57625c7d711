"""Dates of a need: one by one, or by rule. How many places are free is counted in ``matching``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_number
from regions.enums import NeedMode, NeedStage, SlotRuleKind
from regions.locks import lock_need
from regions.models import Need, Slot, SlotRule
from regions.policies import can_edit_need, can_expand_slots
from regions.services.inputs import SlotInput, SlotRuleInput
from regions.services.occurrences import Occurrence, RuleError, occurrences
from regions.services.rescoring import need_changed

PLACES_MAX = 1000
HORIZON_DAYS = 400
SLOTS_MAX, RULES_MAX = 60, 12
LAST_DAY = timedelta(hours=24)
SLOT_LONGEST = timedelta(days=62)  # from afar two months, on site a stay


@transaction.atomic
def add_slot(*, actor: User, need: Need, slot: SlotInput) -> Slot:
    """Add one date to a need that is not closed. Locks the need; audits; owes its rescoring where it is open.

    Raises:
        NotAllowed("not_your_community"), Conflict("need_closed"),
        Conflict("slot_twice"): there is one that begins at the same time.
        Invalid: ``places_wrong``, ``end_before_start``, ``start_in_past``, ``end_too_soon``, ``remote_not_wanted``,
            ``slot_too_long``, ``on_site_not_wanted``, ``text_too_long``.
    """
    if not can_edit_need(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    need = lock_need(need.pk)
    _refuse_closed(need)
    problems = Problems()
    check_slots(problems, [slot], mode=need.mode)
    problems.refuse()
    if need.slots.filter(start_at=slot.start_at, is_remote=slot.is_remote).exists():
        message = _("There is a date that begins at this time already.")
        raise Conflict("slot_twice", message, fields={"start_at": [message]})
    made = slot_row(need, slot)
    made.save(force_insert=True)
    details = {"slot": made.public_id, "start_at": made.start_at.isoformat(), "places": made.places}
    record(actor=actor, action="need.add_slot", target=need, label=need.title, details=details)
    need_changed(need)
    return made


@transaction.atomic
def add_rule(*, actor: User, need: Need, rule: SlotRuleInput) -> SlotRule:
    """Add a rule to a need that is not closed, with its dates. Locks, effects and refusals as ``add_slot``.

    Raises:
        Invalid("rule_wrong"): the message names the parameter. Conflict("rules_full").
    """
    if not can_edit_need(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    need = lock_need(need.pk)
    _refuse_closed(need)
    if need.slot_rules.count() >= RULES_MAX:
        raise Conflict("rules_full", _("A need has twelve rules at most."))
    problems = Problems()
    check_rules(problems, [rule], mode=need.mode)
    problems.refuse()
    made = rule_row(need, rule)
    made.save(force_insert=True)
    store_occurrences(made, from_on=timezone.localdate())
    record(actor=actor, action="need.add_rule", target=need, label=need.title, details={"kind": made.kind})
    need_changed(need)
    return made


@transaction.atomic
def expand_rules(
    *, actor: User, need: Need, from_on: date | None = None, horizon_days: int = HORIZON_DAYS
) -> list[Slot]:
    """Write the dates that a need's rules give from a day (today) on and that are not there yet; return the new ones.

    Safe to repeat: a date that stands, cancelled or not, is never written again. Locks the need; with new dates
    audits and, where the need is open, owes its rescoring. Nothing is written for a closed need.

    Raises:
        NotAllowed("not_your_community"): actor may not change the need and is not the worker.
    """
    if not can_expand_slots(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    need = lock_need(need.pk)
    if need.stage == NeedStage.CLOSED:
        return []
    day = from_on or timezone.localdate()
    made = [
        slot
        for rule in need.slot_rules.order_by("pk")
        for slot in store_occurrences(rule, from_on=day, horizon_days=horizon_days)
    ]
    if made:
        record(actor=actor, action="need.expand", target=need, label=need.title, details={"slots": len(made)})
        need_changed(need)
    return made


def expand_all(*, actor: User) -> int:
    """``expand_rules`` for every need that is not closed and has rules; the number of new dates.

    Each need in its own transaction, so that one pass neither holds many locks nor loses all on one failure.
    """
    ruled = (
        Need.objects.exclude(stage=NeedStage.CLOSED)
        .filter(slot_rules__isnull=False)
        .distinct()
        .order_by("pk")
    )
    return sum(len(expand_rules(actor=actor, need=need)) for need in ruled.select_related("region"))


def store_occurrences(rule: SlotRule, *, from_on: date, horizon_days: int = HORIZON_DAYS) -> list[Slot]:
    """Insert the missing dates of one rule that may still be joined and return them. The caller holds the need's lock."""
    found = occurrences(
        kind=rule.kind, parameters=rule.parameters, from_on=from_on, horizon_days=horizon_days
    )
    standing = set(rule.need.slots.values_list("start_at", "is_remote"))
    now = timezone.now()
    rows = [
        Slot(
            need=rule.need,
            rule=rule,
            start_at=each.start_at,
            end_at=each.end_at,
            places=rule.places,
            nights=each.nights,
            is_remote=each.is_remote,
            rain=rule.rain,
        )
        for each in found
        if _may_be_joined(each, now) and (each.start_at, each.is_remote) not in standing
    ]
    return Slot.objects.bulk_create(rows)


def _may_be_joined(date: SlotInput | Occurrence, now: datetime) -> bool:
    """On site until it begins; from afar until a day before its end (ADR 0004)."""
    if date.is_remote:
        return date.end_at - LAST_DAY > now
    return date.start_at > now


def write_slot_places(*, slot: Slot, places: int) -> Slot:
    """Write the places of a slot. Only ``matching.services.slots`` may call this.

    It holds the need's lock and has counted the live holds; whoever writes without that oversells.
    """
    slot.places = places
    slot.save(update_fields=["places"])
    need_changed(lock_need(slot.need_id))
    return slot


def slot_row(need: Need, slot: SlotInput) -> Slot:
    """An unsaved slot."""
    return Slot(
        need=need,
        start_at=slot.start_at,
        end_at=slot.end_at,
        places=slot.places,
        nights=slot.nights,
        is_remote=slot.is_remote,
        rain=slot.rain,
    )


def rule_row(need: Need, rule: SlotRuleInput) -> SlotRule:
    """An unsaved rule."""
    return SlotRule(
        need=need, kind=rule.kind, parameters=dict(rule.parameters), places=rule.places, rain=rule.rain
    )


def check_slots(problems: Problems, slots: Sequence[SlotInput], *, mode: str) -> None:
    """Note what is wrong with dates for a need of this mode, under ``slots``."""
    if len(slots) > SLOTS_MAX:
        problems.add("too_many", "slots", _("At most %(most)d entries.") % {"most": SLOTS_MAX})
        return
    for slot in slots:
        _check_places(problems, "slots", slot.places)
        _check_setting(problems, "slots", is_remote=slot.is_remote, mode=mode)
        _check_rain(problems, "slots", slot.rain)
        _check_times(problems, slot)
    if len({(slot.start_at, slot.is_remote) for slot in slots}) < len(slots):
        problems.add("slot_twice", "slots", _("Two dates begin at the same time."))


def _check_times(problems: Problems, slot: SlotInput) -> None:
    check_number(problems, "slots", slot.nights, at_least=0, at_most=SLOT_LONGEST.days)
    if timezone.is_naive(slot.start_at) or timezone.is_naive(slot.end_at):
        problems.add("time_without_zone", "slots", _("Give times with their zone, such as +09:00."))
    elif slot.end_at <= slot.start_at:
        problems.add("end_before_start", "slots", _("The end is not after the beginning."))
    elif not _may_be_joined(slot, timezone.now()):
        _add_too_late(problems, slot)
    elif slot.end_at - slot.start_at > SLOT_LONGEST:
        problems.add("slot_too_long", "slots", _("One date lasts at most two months. Give several."))


def _add_too_late(problems: Problems, slot: SlotInput) -> None:
    if slot.is_remote:
        problems.add(
            "end_too_soon",
            "slots",
            _("Help from afar can be joined until a day before its end: end it later."),
        )
    else:
        problems.add("start_in_past", "slots", _("This date is over already."))


def check_rules(problems: Problems, rules: Sequence[SlotRuleInput], *, mode: str) -> None:
    """Note what is wrong with rules for a need of this mode, under ``slot_rules``."""
    if len(rules) > RULES_MAX:
        problems.add("too_many", "slot_rules", _("At most %(most)d entries.") % {"most": RULES_MAX})
        return
    for rule in rules:
        _check_places(problems, "slot_rules", rule.places)
        _check_rain(problems, "slot_rules", rule.rain)
        if rule.kind not in SlotRuleKind.values:
            problems.add("choice_unknown", "slot_rules", _("This is not one of the choices."))
            continue
        _check_setting(problems, "slot_rules", is_remote=rule.kind == SlotRuleKind.REMOTE_WINDOW, mode=mode)
        try:
            occurrences(kind=rule.kind, parameters=rule.parameters, from_on=timezone.localdate())
        except RuleError as error:
            message = _("The rule's «%(name)s» is missing or makes no sense.") % {"name": error.parameter}
            problems.add("rule_wrong", "slot_rules", message)


def _check_places(problems: Problems, field: str, places: int) -> None:
    if isinstance(places, bool) or not isinstance(places, int) or not 1 <= places <= PLACES_MAX:
        message = _("State between 1 and %(most)d places.") % {"most": PLACES_MAX}
        problems.add("places_wrong", field, message)


def _check_setting(problems: Problems, field: str, *, is_remote: bool, mode: str) -> None:
    if is_remote and mode == NeedMode.ON_SITE:
        problems.add("remote_not_wanted", field, _("This need is on site only."))
    elif not is_remote and mode == NeedMode.REMOTE:
        problems.add("on_site_not_wanted", field, _("This need is from afar only."))


def _check_rain(problems: Problems, field: str, rain: str) -> None:
    most = Slot._meta.get_field("rain").max_length or 0  # noqa: SLF001  # Django's documented Model._meta API
    if len(rain) > most:
        message = _("Please use at most %(most)d characters; these are %(count)d.")
        problems.add("text_too_long", field, message % {"most": most, "count": len(rain)})


def _refuse_closed(need: Need) -> None:
    if need.stage == NeedStage.CLOSED:
        raise Conflict("need_closed", _("This need is closed."))
