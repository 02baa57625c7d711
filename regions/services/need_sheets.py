"""The sheet of needs from Excel: kept as it came, looked at without a trace, taken over whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, DomainError, Invalid, NotFound
from accounts.models import User
from accounts.services.audit import record
from accounts.sheets.reading import BYTES_MAX, Grid, SheetError, read_grid, require_what_it_is_called
from accounts.sheets.writing import with_errors
from regions.models import Need, Region, SheetUpload
from regions.policies import known_regions
from regions.selectors.need_sheet import ERRORS, error_headings, heading_keys, sheet_words
from regions.services.need_sheet_act import carry_out
from regions.services.need_sheet_plan import Group, Plan, grouped
from regions.services.need_sheet_values import LABELS, Said, read_row

KEEP = timedelta(days=1)
NEEDED = ("community", "title")


def keep_sheet(*, actor: User, name: str, content: bytes, on_behalf_of: str = "") -> SheetUpload:
    """Keep a file for a day, so that it can be looked at and then taken over. Nothing else is written.

    Raises:
        Invalid("sheet_unreadable"): no table, called .xlsx without being it, too large, merged cells …; or headings the sheet does not have.
    """
    try:
        require_what_it_is_called(name, content)
        _keys_of(read_grid(content[: BYTES_MAX + 1]))
    except SheetError as error:
        raise Invalid("sheet_unreadable", str(error), fields={"file": [str(error)]}) from error
    return SheetUpload.objects.create(
        uploaded_by=actor, name=name[:120], content=content, on_behalf_of=on_behalf_of.strip()[:120]
    )


def own_sheet(actor: User, public_id: str) -> SheetUpload:
    """A sheet that ``actor`` handed in within the last day. One query.

    Raises:
        NotFound("sheet_unknown")
    """
    since = timezone.now() - KEEP
    sheet = SheetUpload.objects.filter(public_id=public_id, uploaded_by=actor, created_at__gt=since).first()
    if sheet is None:
        raise NotFound("sheet_unknown", _("This sheet is not kept any more. Please hand it in again."))
    return sheet


def look_through(*, actor: User, sheet: SheetUpload) -> Plan:
    """What the sheet would do and what is wrong with it, found by doing it and taking everything back."""
    with transaction.atomic():
        plan = _done(actor, sheet)
        transaction.set_rollback(True)
    return plan


@transaction.atomic
def take_over(*, actor: User, sheet: SheetUpload, digest: str) -> Plan:
    """Do everything the sheet says, or nothing. ``digest``: of the plan that was looked at.

    Locks the kept sheet, then what ``post_need``, ``update_need`` and ``add_slot`` lock; audits; their effects.

    Raises:
        Conflict("sheet_taken_over"): it was done before. Conflict("sheet_changed"): it would no longer do what was shown.
        Invalid("sheet_has_errors")
    """
    kept = SheetUpload.objects.select_for_update().get(pk=sheet.pk, uploaded_by=actor)
    if kept.applied_at is not None:
        raise Conflict("sheet_taken_over", _("This sheet was taken over already."))
    plan = _done(actor, kept)
    if plan.errors:
        raise Invalid("sheet_has_errors", _("Nothing was taken over: there are rows with errors."))
    if plan.digest != digest:
        raise Conflict(
            "sheet_changed",
            _("Something has changed since you looked. Please look at the differences again."),
        )
    kept.applied_at = timezone.now()
    kept.save(update_fields=["applied_at"])
    record(
        actor=actor, action="needs.sheet", target=kept, label=kept.name, on_behalf_of=kept.on_behalf_of,
        details={"new": plan.new, "changed": plan.changed},
    )  # fmt: skip
    return plan


def sheet_with_errors(*, actor: User, sheet: SheetUpload) -> tuple[bytes, str]:
    """The file as it came with what is wrong in a last column, and its suffix."""
    plan = look_through(actor=actor, sheet=sheet)
    return with_errors(bytes(sheet.content), plan.errors, label=str(ERRORS))


def forget_sheets(*, now: datetime) -> int:
    """Remove the files of more than a day ago; how many."""
    return SheetUpload.objects.filter(created_at__lte=now - KEEP).delete()[0]


def _keys_of(grid: Grid) -> dict[str, str]:
    """The key of each heading of the file. Raises SheetError for one nobody knows, and for the two that are needed."""
    known, ignored = heading_keys(), error_headings()
    strange = [
        heading for heading in grid.headings if heading and heading not in known and heading not in ignored
    ]
    if strange:
        message = _("The sheet has no column «%(heading)s». Please begin with the template.")
        raise SheetError(message % {"heading": strange[0][:40]})
    keys = {heading: known[heading] for heading in grid.headings if heading in known}
    for key in NEEDED:
        if key not in keys.values():
            message = _("The column «%(heading)s» is missing. Please begin with the template.")
            raise SheetError(message % {"heading": LABELS[key]})
    return keys


def _done(actor: User, sheet: SheetUpload) -> Plan:
    """Everything that can be done is done; the caller decides whether it stays."""
    grid = read_grid(bytes(sheet.content))
    keys, words = _keys_of(grid), sheet_words(actor)
    rows = [read_row(row, keys, words) for row in grid.rows]
    groups = grouped(rows)
    _find(actor, groups)
    plan = Plan()
    for group in sorted(groups, key=_in_order_of_locks):
        if not group.is_wrong:
            _do(actor, sheet, group, plan, present=frozenset(keys.values()))
    for row in rows:
        if row.errors:
            plan.blame(row.number, row.errors)
    if not rows:
        plan.blame(1, [_("There is no row to take over.")])
    plan.lines.sort(key=lambda line: line.rows)
    return plan


def _in_order_of_locks(group: Group) -> tuple[int, int]:
    """New needs by community, then changed ones by need: the order of ``regions.locks``."""
    if group.need is not None:
        return (1, group.need.pk)
    return (0, group.region.pk if group.region else 0)


def _do(actor: User, sheet: SheetUpload, group: Group, plan: Plan, *, present: frozenset[str]) -> None:
    try:
        with transaction.atomic():
            line = carry_out(actor=actor, group=group, present=present, caller=sheet.on_behalf_of)
        if not group.is_wrong:
            plan.lines.append(line)
    except DomainError as refusal:
        _put_down(group.rows[0], refusal)


def _put_down(row: Said, refusal: DomainError) -> None:
    """A refusal of a service, under the heading it is about."""
    for name, messages in refusal.fields.items():
        for message in messages:
            key = "work1" if name == "work" else name
            if key in LABELS:
                row.blame(key, str(message))
            else:
                row.errors.append(str(message))
    if not refusal.fields:
        row.errors.append(str(refusal.message))


def _find(actor: User, groups: Sequence[Group]) -> None:
    """The need or the community each group is about; what is not there, or not the actor's, is an error of its first row."""
    needs = _needs_by_number(actor, groups)
    regions = _regions_by_id(actor, groups)
    titles = _standing_titles(groups, regions)
    for group in groups:
        row, number = group.rows[0], group.values.get("number")
        region = regions.get(group.values.get("community", ""))
        if number:
            group.need = needs.get(number)
            _check_known(row, group, region)
        elif region is None:
            if not any("community" in each.values or each.errors for each in group.rows):
                row.blame("community", _("This is needed."))
        elif "title" not in group.values:
            row.blame("title", _("This is needed."))
        elif (region.pk, group.values["title"]) in titles:
            message = _(
                "There is such a need in this community already (number %(number)s). To change it, write its number."
            )
            row.blame("title", message % {"number": titles[region.pk, group.values["title"]]})
        group.region = group.need.region if group.need else region


def _check_known(row: Said, group: Group, region: Region | None) -> None:
    if group.need is None:
        row.blame(
            "number", _("There is no such need in your communities. For a new need leave the number empty.")
        )
    elif region is not None and region.pk != group.need.region_id:
        message = _("This need belongs to %(community)s. It cannot be moved.")
        row.blame("community", message % {"community": group.need.region.name})


def _needs_by_number(actor: User, groups: Sequence[Group]) -> dict[str, Need]:
    numbers = [group.values["number"] for group in groups if "number" in group.values]
    rows = Need.objects.filter(public_id__in=numbers, region__in=known_regions(actor))
    found = rows.select_related("region__municipality").prefetch_related(
        "work__work_kind", "hazards", "slots"
    )
    return {need.public_id: need for need in found}


def _regions_by_id(actor: User, groups: Sequence[Group]) -> dict[str, Region]:
    wanted = {group.values["community"] for group in groups if "community" in group.values}
    rows = known_regions(actor).filter(public_id__in=wanted).select_related("municipality")
    return {region.public_id: region for region in rows}


def _standing_titles(groups: Sequence[Group], regions: Mapping[str, Region]) -> dict[tuple[int, str], str]:
    titles = {
        group.values["title"] for group in groups if "title" in group.values and "number" not in group.values
    }
    rows = Need.objects.filter(region__in=[region.pk for region in regions.values()], title__in=titles)
    standing: Any = rows.exclude(stage="closed").values_list("region_id", "title", "public_id")
    return {(region, title): number for region, title, number in standing}
