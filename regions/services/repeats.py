"""«As last year»: a need is posted anew with its rule, not with its dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from regions.enums import SlotRuleKind
from regions.models import Need, Slot, SlotRule
from regions.policies import can_edit_need
from regions.selectors.needs import with_details
from regions.services.agreed import SAID
from regions.services.behalf import behalf_of
from regions.services.inputs import NeedValues, RequirementInput, SlotRuleInput, WorkInput
from regions.services.needs import post_need
from regions.services.occurrences import JAPAN, LAST, WEEKDAYS, Occurrence, RuleError, occurrences

LAST_FROM = 5  # a fifth Sunday is meant as the last one: most months have four
DAYS_IN_YEAR = 365


def need_to_repeat(need: Need) -> Need:
    """The need with everything that is copied, all its dates and rules among it. Nine queries."""
    dates = Slot.objects.filter(cancelled_at=None).order_by("start_at", "pk")
    rows = with_details(Need.objects.all(), slots=dates).prefetch_related("slot_rules")
    return rows.get(pk=need.pk)


def rules_of(need: Need) -> list[SlotRuleInput]:
    """The rules a need repeats by: its own, and for dates that were fixed the weekday of the month they fell on.

    2026-06-14 becomes «second Sunday of June». No query on one from ``need_to_repeat``.
    """
    own = [rule for rule in need.slot_rules.all() if rule.kind != SlotRuleKind.FIXED]
    kept = {rule.pk for rule in own}
    fixed = [slot for slot in need.slots.all() if slot.rule_id not in kept]
    return [_copied(rule) for rule in own] + _derived(_of_last_year(fixed))


def _copied(rule: SlotRule) -> SlotRuleInput:
    return SlotRuleInput(kind=rule.kind, places=rule.places, parameters=dict(rule.parameters), rain=rule.rain)


def _of_last_year(slots: Sequence[Slot]) -> list[Slot]:
    """Those of the twelve months before the last date: a need that ran for years is not repeated once for each."""
    if not slots:
        return []
    last = max(slot.start_at for slot in slots)
    return [slot for slot in slots if (last - slot.start_at).days < DAYS_IN_YEAR]


def _derived(slots: Iterable[Slot]) -> list[SlotRuleInput]:
    """One rule for all dates that differ in nothing but the month."""
    months: dict[tuple[Any, ...], set[int]] = {}
    for slot in slots:
        months.setdefault(_likeness(slot), set()).add(slot.start_at.astimezone(JAPAN).month)
    return [_rule(like, sorted(found)) for like, found in months.items()]


def _likeness(slot: Slot) -> tuple[Any, ...]:
    start, end = slot.start_at.astimezone(JAPAN), slot.end_at.astimezone(JAPAN)
    if slot.is_remote:
        return (SlotRuleKind.REMOTE_WINDOW, slot.places, slot.rain)
    nth = (start.day - 1) // 7 + 1
    place = LAST if nth >= LAST_FROM else nth
    hours = (f"{start:%H:%M}", f"{end:%H:%M}", slot.nights)
    return (SlotRuleKind.NTH_WEEKDAY, slot.places, slot.rain, place, WEEKDAYS[start.weekday()], *hours)


def _rule(like: tuple[Any, ...], months: list[int]) -> SlotRuleInput:
    kind, places, rain, *rest = like
    parameters: dict[str, Any] = {"months": months}
    if rest:
        nth, weekday, start, end, nights = rest
        parameters |= {"nth": nth, "weekday": weekday, "start": start, "end": end}
        parameters |= {"nights": nights} if nights else {}
    return SlotRuleInput(kind=kind, places=places, parameters=parameters, rain=rain)


def proposed_dates(rules: Iterable[SlotRuleInput], *, from_on: date) -> list[Occurrence]:
    """The dates that the rules give in the year from the day after ``from_on``, in order. No query."""
    found = [
        each
        for rule in rules
        for each in occurrences(
            kind=rule.kind, parameters=rule.parameters, from_on=from_on, horizon_days=DAYS_IN_YEAR
        )
        if each.is_remote or each.start_at.astimezone(JAPAN).date() > from_on
    ]
    return sorted(found, key=lambda each: (each.start_at, each.is_remote))


@transaction.atomic
def repeat_need(
    *, actor: User, need: Need, dates: Sequence[date] | None = None, on_behalf_of: str = ""
) -> Need:
    """Post a need again as a consultation: its values, lists and offers that are still given, and its rules.

    ``dates``: on which of the ``proposed_dates`` it is to take place (all, where it is None); the others are written as
    called off, so that the rule does not bring them back. Words that were retired since are left out.
    Locks, effects and refusals as ``post_need``; audits on the old need where it was copied to.

    Raises:
        NotAllowed("not_your_community"), Invalid("rule_wrong"): a rule of the old need makes no sense.
        Invalid("dates_missing"): ``dates`` holds none of those proposed.
    """
    if not can_edit_need(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    old = need_to_repeat(need)
    rules = rules_of(old)
    chosen = _chosen(rules, dates)
    new = post_need(
        actor=actor, region=old.region, on_behalf_of=on_behalf_of, slot_rules=rules, **_values(old)
    )
    if chosen is not None:
        _leave_out(new, chosen)
    behalf = behalf_of(actor, old.region, on_behalf_of)
    details = {"need": new.public_id}
    record(
        actor=actor, action="need.repeat", target=old, label=old.title, on_behalf_of=behalf, details=details
    )
    return new


def _chosen(rules: list[SlotRuleInput], dates: Sequence[date] | None) -> set[date] | None:
    """The days asked for, if each of the rules' days is known and at least one is among them."""
    try:
        days = {_day(each) for each in proposed_dates(rules, from_on=timezone.localdate())}
    except RuleError as error:
        message = _("The rule's «%(name)s» is missing or makes no sense.") % {"name": error.parameter}
        raise Invalid("rule_wrong", message, fields={"dates": [message]}) from None
    wanted = days if dates is None else days & set(dates)
    if days and not wanted:
        message = _("Choose at least one of the dates.")
        raise Invalid("dates_missing", message, fields={"dates": [message]})
    return None if dates is None else wanted


def _day(each: Occurrence) -> date:
    return each.start_at.astimezone(JAPAN).date()


def _leave_out(need: Need, chosen: set[date]) -> None:
    """Call off what was not chosen; nobody has been asked yet."""
    now = timezone.now()
    until = timezone.localdate()
    for slot in need.slots.all():
        day = slot.start_at.astimezone(JAPAN).date()
        if day not in chosen and (day - until).days <= DAYS_IN_YEAR:
            slot.cancelled_at = now
            slot.save(update_fields=["cancelled_at"])


def _values(old: Need) -> NeedValues:
    plain: Mapping[str, Any] = {name: getattr(old, name) for name in SAID}
    values: NeedValues = {**plain}  # type: ignore[typeddict-item]  # the names of SAID are columns of a need
    values["work"] = [
        WorkInput(code=row.work_kind.code, weight=row.weight)
        for row in old.work.all()
        if not row.work_kind.retired
    ]
    values["qualifications"] = [
        RequirementInput(code=row.qualification.code, level=row.level, people=row.people, note=row.note)
        for row in old.qualifications.all()
        if not row.qualification.retired
    ]
    values["hazards"] = [hazard.code for hazard in old.hazards.all() if not hazard.retired]
    values["offers"] = [offer.public_id for offer in old.offers.all() if offer.is_active]
    return values
