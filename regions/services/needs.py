"""Posting a need and keeping its words. Its way to the public is in ``stages``, its dates in ``slots``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems
from regions.enums import NeedMode, NeedStage
from regions.locks import lock_need, lock_region
from regions.models import Need, Region, Slot, SlotRule
from regions.policies import can_edit_need, can_post_for
from regions.services.behalf import behalf_of
from regions.services.inputs import NeedValues, SlotInput, SlotRuleInput
from regions.services.need_values import DEFAULTS, check_lists, check_need, columns, store_lists
from regions.services.receipts import tell_received
from regions.services.rescoring import need_changed
from regions.services.slots import check_rules, check_slots, rule_row, slot_row, store_occurrences
from regions.services.stages import close_need

__all__ = ["close_need", "post_need", "update_need"]


@transaction.atomic
def post_need(
    *,
    actor: User,
    region: Region,
    on_behalf_of: str = "",
    slots: Sequence[SlotInput] = (),
    slot_rules: Sequence[SlotRuleInput] = (),
    **values: Unpack[NeedValues],
) -> Need:
    """A need as a consultation, not yet public, with its dates (rules are written out for 400 days).

    Where the actor is not the representative, ``posted_for`` says for whom it was entered (the community
    itself unless ``on_behalf_of`` names someone). Locks the region (its offers are tied); audits; owes who speaks
    for the community a receipt, or word to them and the administrators that nobody reviews there.

    Raises:
        NotAllowed("not_your_community"): neither acts for the community, guides there, nor administers.
        Invalid: ``workkind_unknown``, ``qualification_unknown``, ``hazard_unknown``, ``offer_unknown``,
            ``local_hands_missing``, ``employment_url_missing`` (``…_wrong``, ``…_unwanted``), ``text_missing``, ``text_too_long``, ``number_wrong``, ``choice_unknown``,
            and those of dates: ``places_wrong``, ``end_before_start``, ``start_in_past``, ``rule_wrong`` …
    """
    if not can_post_for(actor, region):
        raise NotAllowed("not_your_community", _("You may not post for this community."))
    region = lock_region(region.pk)
    plain = DEFAULTS | columns(values)
    need = Need(region=region, posted_by=actor, posted_for=behalf_of(actor, region, on_behalf_of), **plain)
    problems = Problems()
    check_need(problems, plain | {"posted_for": need.posted_for})
    lists = check_lists(problems, need, values)
    check_slots(problems, slots, mode=need.mode)
    check_rules(problems, slot_rules, mode=need.mode)
    problems.refuse()
    need.save(force_insert=True)
    store_lists(need, lists)
    _store_dates(need, slots=slots, slot_rules=slot_rules)
    record(actor=actor, action="need.post", target=need, label=need.title, on_behalf_of=need.posted_for)
    tell_received(need)
    return need


def _store_dates(need: Need, *, slots: Sequence[SlotInput], slot_rules: Sequence[SlotRuleInput]) -> None:
    Slot.objects.bulk_create([slot_row(need, slot) for slot in slots])
    today = timezone.localdate()
    for rule in SlotRule.objects.bulk_create([rule_row(need, rule) for rule in slot_rules]):
        store_occurrences(rule, from_on=today)


@transaction.atomic
def update_need(*, actor: User, need: Need, on_behalf_of: str = "", **changes: Unpack[NeedValues]) -> Need:
    """Change values and replace lists of a need that is not closed; what is not named stays.

    Dates have verbs of their own. An open need stays fit to be open: its work and its lead on site are not
    emptied. Locks the need; audits; owes its rescoring where it is open.

    Raises:
        NotAllowed("not_your_community"), Conflict("need_closed")
        Conflict("dates_elsewhere"): the mode excludes dates that are still to come.
        Invalid: as ``post_need``; ``on_site_lead_missing`` or ``work_missing`` for an open need.
    """
    if not can_edit_need(actor, need):
        raise NotAllowed("not_your_community", _("You may not change this need."))
    need = lock_need(need.pk)
    if need.stage == NeedStage.CLOSED:
        raise Conflict("need_closed", _("This need is closed."))
    changed = columns(changes)
    problems = Problems()
    check_need(problems, {name: getattr(need, name) for name in DEFAULTS} | changed)
    lists = check_lists(problems, need, changes)
    if need.stage == NeedStage.OPEN:
        _check_stays_open(problems, need, changes)
    problems.refuse()
    _refuse_dates_elsewhere(need, mode=changed.get("mode", need.mode))
    for name, value in changed.items():
        setattr(need, name, value)
    need.save(update_fields=list(changed))
    store_lists(need, lists)
    details = {"fields": sorted([*changed, *lists.names])}
    record(
        actor=actor,
        action="need.update",
        target=need,
        label=need.title,
        on_behalf_of=behalf_of(actor, need.region, on_behalf_of),
        details=details,
    )
    need_changed(need)
    return need


def _check_stays_open(problems: Problems, need: Need, changes: NeedValues) -> None:
    """As ``stages.open_need`` asks: somebody is in charge wherever people come."""
    if "work" in changes and not changes["work"]:
        problems.add("work_missing", "work", _("An open need names at least one kind of work."))
    on_site = changes.get("mode", need.mode) != NeedMode.REMOTE
    if on_site and not changes.get("on_site_lead", need.on_site_lead).strip():
        problems.add("on_site_lead_missing", "on_site_lead", _("Say who is in charge on site."))


def _refuse_dates_elsewhere(need: Need, *, mode: str) -> None:
    wrong = {"on_site": True, "remote": False}.get(mode)
    if wrong is None or mode == need.mode:
        return
    coming = need.slots.filter(is_remote=wrong, cancelled_at=None, end_at__gt=timezone.now())
    if coming.exists():
        message = _("There are dates still to come that this would exclude.")
        raise Conflict("dates_elsewhere", message, fields={"mode": [message]})
