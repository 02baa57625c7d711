"""One need of a sheet as an act of the services that stand: posted anew, changed, given dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Hazard, User, WorkKind
from accounts.services.checks import Problems
from accounts.services.dates import format_date
from accounts.sheets.cells import alike
from accounts.sheets.writing import in_words
from regions.enums import Compensation, NeedMode, NeedStage
from regions.models import Need, Region, Slot
from regions.selectors.need_sheet import PLAIN, WORKS
from regions.services.inputs import NeedValues, SlotInput, WorkInput
from regions.services.need_sheet_plan import CHANGED, NEW, SAME, Difference, Group, Line
from regions.services.need_sheet_values import LABELS, LISTS, YES_KEYS, Said
from regions.services.needs import post_need, update_need
from regions.services.slots import add_slot, check_slots

KEPT_WHERE_EMPTY = frozenset({"title", "local_hands", "min_age", "mode", "compensation", *YES_KEYS})
"""An empty cell leaves these as they are: a need cannot be without them. Every other value is emptied."""


def carry_out(*, actor: User, group: Group, present: frozenset[str], caller: str) -> Line:
    """Do what the rows of one need say; what is wrong with a date is noted on its row, and that date left out.

    ``present``: keys of the columns the sheet has. Effects and refusals of ``post_need``, ``update_need``, ``add_slot``.
    """
    if group.need is not None:
        return _change(actor, group, group.need, present=present, caller=caller)
    return _post(actor, group, cast("Region", group.region), caller=caller)


def _post(actor: User, group: Group, region: Region, *, caller: str) -> Line:
    said = group.values
    values: dict[str, Any] = {
        key: said[key] for key in (*PLAIN, *LISTS, "mode", "compensation", "hazards") if key in said
    }
    values.setdefault("last_mile", region.last_mile)
    values["work"] = [WorkInput(code=said[key]) for key in WORKS if key in said]
    slots = _new_dates(group, said.get("mode", NeedMode.ON_SITE), standing={})
    post_need(actor=actor, region=region, on_behalf_of=caller, slots=slots, **cast("NeedValues", values))
    return Line(NEW, said["title"], region.name, group.numbers, dates=_told(slots))


def _change(actor: User, group: Group, need: Need, *, present: frozenset[str], caller: str) -> Line:
    changes, differences = _changes(group, need, present)
    if changes:
        update_need(actor=actor, need=need, on_behalf_of=caller, **cast("NeedValues", changes))
    standing = {slot.start_at: slot for slot in need.slots.all() if slot.cancelled_at is None}
    slots = _new_dates(group, changes.get("mode", need.mode), standing=standing)
    for row in group.rows:
        if row.slot in slots:
            _add(actor, need, row, row.slot, caller)
    kind = CHANGED if changes or slots else SAME
    is_public = need.stage == NeedStage.OPEN
    return Line(
        kind, need.title, need.region.name, group.numbers, tuple(differences), _told(slots), is_public
    )


def _add(actor: User, need: Need, row: Said, slot: SlotInput | None, caller: str) -> None:
    if slot is None:
        return
    try:
        add_slot(actor=actor, need=need, slot=slot, on_behalf_of=caller)
    except DomainError as refusal:
        row.blame("day", str(refusal.message))


def _new_dates(group: Group, mode: str, *, standing: Mapping[Any, Slot]) -> list[SlotInput]:
    """The dates that do not stand yet; what is wrong with one is noted on its row."""
    dates: list[SlotInput] = []
    for row in group.rows:
        if row.slot is None:
            continue
        if row.slot.start_at in standing:
            _check_same(row, row.slot, standing[row.slot.start_at])
            continue
        problems = Problems()
        check_slots(problems, [row.slot], mode=mode)
        if any(date.start_at == row.slot.start_at for date in dates):
            problems.add("slot_twice", "slots", _("Two dates begin at the same time."))
        if problems.lines:
            for line in problems.lines:
                row.blame("day", line)
        else:
            dates.append(row.slot)
    return dates


def _check_same(row: Said, said: SlotInput, slot: Slot) -> None:
    if said.places != slot.places:
        message = _(
            "This date stands already with %(places)d people. Change the number on the page of the date."
        )
        row.blame("places", message % {"places": slot.places})
    if timezone.localtime(said.end_at).time() != timezone.localtime(slot.end_at).time():
        row.blame("end", _("This date stands already with another end. Change it on the page of the need."))
    if said.rain and not alike(said.rain, slot.rain):
        row.blame(
            "rain",
            _("This date stands already with another plan for rain. Change it on the page of the need."),
        )


def _changes(group: Group, need: Need, present: frozenset[str]) -> tuple[dict[str, Any], list[Difference]]:
    """What the sheet says differently, as values of the services and in words."""
    changes: dict[str, Any] = {}
    differences: list[Difference] = []
    for key in (*PLAIN, *LISTS, "mode", "compensation"):
        before = getattr(need, key)
        if key not in present or (key not in group.values and key in KEPT_WHERE_EMPTY):
            continue
        after = group.values.get(key, [] if key in LISTS else "")
        if not alike(after, before):
            changes[key] = after
            differences.append(Difference(str(LABELS[key]), _shown(key, before), _shown(key, after)))
    for change in (_work_change(group, need, present), _hazard_change(group, need, present)):
        if change is not None:
            key, after, difference = change
            changes[key] = after
            differences.append(difference)
    return changes, differences


Change = tuple[str, Any, Difference] | None


def _work_change(group: Group, need: Need, present: frozenset[str]) -> Change:
    if not present.intersection(WORKS):
        return None
    rows = sorted(need.work.all(), key=lambda row: (-row.weight, row.pk))
    before = [row.work_kind.code for row in rows]
    after = list(dict.fromkeys(group.values[key] for key in WORKS if key in group.values))
    if after == before[: len(WORKS)]:
        return None
    if len(before) > len(WORKS):
        group.rows[0].blame(
            "work1",
            _("This need has more kinds of work than the sheet has columns. Change them on its page."),
        )
        return None
    weights = {row.work_kind.code: row.weight for row in rows}
    kinds = WorkKind.objects.filter(code__in=[*before, *after])
    named = {kind.code: kind.label for kind in kinds}
    told = [_joined(named[code] for code in codes) for codes in (before, after)]
    inputs = [WorkInput(code=code, weight=weights.get(code, 1)) for code in after]
    return "work", inputs, Difference(_("Kinds of work"), *told)


def _hazard_change(group: Group, need: Need, present: frozenset[str]) -> Change:
    if "hazards" not in present:
        return None
    before = {hazard.code: hazard.label for hazard in need.hazards.all()}
    after = list(dict.fromkeys(group.values.get("hazards", [])))
    if set(after) == set(before):
        return None
    named = {hazard.code: hazard.label for hazard in Hazard.objects.filter(code__in=after)}
    told = [_joined(before.values()), _joined(named[code] for code in after)]
    return "hazards", after, Difference(str(LABELS["hazards"]), *told)


def _shown(key: str, value: Any) -> str:
    if key == "mode":
        return str(NeedMode(value).label)
    if key == "compensation":
        return str(Compensation(value).label)
    return _joined(value) if isinstance(value, list) else in_words(value)


def _joined(words: Any) -> str:
    return "、".join(words)


def _told(slots: list[SlotInput]) -> tuple[str, ...]:
    return tuple(format_date(slot.start_at, get_language() or "ja") for slot in slots)
