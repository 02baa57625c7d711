"""The record of a community: its values, quiet periods and required consents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, NotAllowed
from accounts.models import Guide, Municipality, User
from accounts.policies import is_admin
from accounts.services.audit import record
from accounts.services.checks import Problems, check_count, check_number, check_text, check_values
from regions.locks import lock_region
from regions.models import QuietPeriod, Region, RequiredConsent
from regions.policies import can_create_region_in, can_edit_region
from regions.services.behalf import behalf_of
from regions.services.inputs import QuietInput, RegionValues, RequiredConsentInput
from regions.services.occurrences import is_month_day
from regions.services.rescoring import region_changed

PEOPLE_MAX, MINUTES_MAX, FIRST_VISIT_LIMIT = 30_000, 1440, 500
QUIET_MAX, CONSENTS_MAX = 20, 20
EVIDENCE_MAX = 300
RANGES = {
    "people": (0, PEOPLE_MAX),
    "households": (0, PEOPLE_MAX),
    "share_65_percent": (0, 100),
    "first_visit_max": (1, FIRST_VISIT_LIMIT),
    "last_mile_minutes": (0, MINUTES_MAX),
    "access_car_minutes": (0, MINUTES_MAX),
    "access_public_minutes": (0, MINUTES_MAX),
}
POINTS = {"point_latitude": (20, 46), "point_longitude": (122, 154)}
GRID = Decimal("0.05")  # about 5 km: what may be known of a place before a promise


@transaction.atomic
def create_region(
    *,
    actor: User,
    municipality: Municipality,
    on_behalf_of: str = "",
    publicity_evidence: str = "",
    **values: Unpack[RegionValues],
) -> Region:
    """A community of a municipality. Its point is rounded to 0.05 degrees. Audits, on the community's behalf.

    Raises:
        NotAllowed("not_your_municipality"): neither its officer, a guide covering it, nor an administrator.
        Conflict("region_exists"): the municipality has a community of this name.
        Invalid: ``text_missing``, ``text_too_long``, ``number_wrong``, ``choice_unknown``, ``point_wrong``.
        Invalid("publicity_evidence_missing"): more than the municipality is to be public, and nobody agreed.
    """
    if not can_create_region_in(actor, municipality):
        raise NotAllowed("not_your_municipality", _("You may not record communities of this municipality."))
    plain: dict[str, Any] = {"name": "", **values}
    _check(plain)
    _refuse_same_name(municipality.pk, plain["name"], but=None)
    details = _publicity_change(Region().publicity, plain, evidence=publicity_evidence)
    region = Region.objects.create(municipality=municipality, **_rounded(plain))
    _record(actor, "create", region, on_behalf_of, details)
    return region


@transaction.atomic
def update_region(
    *,
    actor: User,
    region: Region,
    on_behalf_of: str = "",
    publicity_evidence: str = "",
    **changes: Unpack[RegionValues],
) -> Region:
    """Change values of a community; what is not named stays. Locks it, then its open needs; audits; owes their rescoring.

    How much of it may be public is the community's own decision: a change says who agreed, when and how
    (``publicity_evidence``), and the audit keeps that with the old and the new value.

    Raises:
        NotAllowed("not_your_community"), Conflict("region_exists"), Invalid: as ``create_region``.
    """
    region = _lock(actor, region)
    changed: dict[str, Any] = dict(changes)
    _check(changed)
    if "name" in changed:
        _refuse_same_name(region.municipality_id, changed["name"], but=region.pk)
    details = {"fields": sorted(changed)}
    details |= _publicity_change(region.publicity, changed, evidence=publicity_evidence)
    for name, value in _rounded(changed).items():
        setattr(region, name, value)
    region.save(update_fields=list(changed))
    _record(actor, "update", region, on_behalf_of, details)
    region_changed(region)
    return region


@transaction.atomic
def set_quiet_periods(
    *, actor: User, region: Region, periods: Sequence[QuietInput], on_behalf_of: str = ""
) -> Region:
    """Replace the days of every year on which the community is not to be asked. Locks it; audits.

    Raises:
        NotAllowed("not_your_community"), Invalid: ``day_wrong``, ``text_missing``, ``text_too_long``, ``too_many``.
    """
    region = _lock(actor, region)
    problems = Problems()
    check_count(problems, "quiet_periods", periods, at_most=QUIET_MAX)
    for period in periods:
        check_values(problems, QuietPeriod, {"label": period.label})
        if not (is_month_day(period.from_mmdd) and is_month_day(period.until_mmdd)):
            problems.add("day_wrong", "quiet_periods", _("Give days as month and day, such as 0612."))
    problems.refuse()
    region.quiet_periods.all().delete()
    QuietPeriod.objects.bulk_create(
        QuietPeriod(region=region, label=row.label, from_mmdd=row.from_mmdd, until_mmdd=row.until_mmdd)
        for row in periods
    )
    _record(actor, "set_quiet_periods", region, on_behalf_of)
    return region


@transaction.atomic
def set_required_consents(
    *, actor: User, region: Region, consents: Sequence[RequiredConsentInput], on_behalf_of: str = ""
) -> Region:
    """Replace the consents the community requires of itself; matches under way keep theirs. Locks it; audits.

    Raises:
        NotAllowed("not_your_community")
        Invalid: ``choice_unknown``, ``consent_twice``, ``text_missing``, ``text_too_long``, ``too_many``.
    """
    region = _lock(actor, region)
    problems = Problems()
    check_count(problems, "required_consents", consents, at_most=CONSENTS_MAX)
    rows = [
        {"by": row.by.strip(), "matter": row.matter, "needed_for": row.needed_for, "meets": row.meets}
        for row in consents
    ]
    for values in rows:
        check_values(problems, RequiredConsent, values)
    if len({(values["by"], values["matter"]) for values in rows}) < len(rows):
        problems.add("consent_twice", "required_consents", _("The same consent is named twice."))
    problems.refuse()
    region.required_consents.all().delete()
    RequiredConsent.objects.bulk_create(RequiredConsent(region=region, **values) for values in rows)
    _record(actor, "set_required_consents", region, on_behalf_of)
    return region


@transaction.atomic
def assign_guide(*, actor: User, region: Region, guide: Guide | None) -> Region:
    """Name the guide of a community that no organization covers; None leaves it to coverage again.

    Locks the region, then its open needs; audits; owes their rescoring, which brings the proposals that waited.

    Raises:
        NotAllowed("not_administrator")
        Conflict("guide_inactive"): the guide's account is closed, or the guide was dismissed.
    """
    if not is_admin(actor):
        raise NotAllowed("not_administrator", _("Only administrators can change this."))
    if guide is not None and guide.ended_on is not None:
        raise Conflict("guide_inactive", _("This person is no longer a guide."))
    if guide is not None and not guide.user.is_active:
        raise Conflict("guide_inactive", _("This guide's account is closed."))
    region = lock_region(region.pk)
    if region.guide_id == (guide.pk if guide is not None else None):
        return region
    region.guide = guide
    region.save(update_fields=["guide"])
    details = {"guide": guide.user.public_id if guide is not None else ""}
    record(actor=actor, action="region.assign_guide", target=region, label=region.name, details=details)
    region_changed(region)
    return region


def _lock(actor: User, region: Region) -> Region:
    if not can_edit_region(actor, region):
        raise NotAllowed("not_your_community", _("You may not change this community."))
    return lock_region(region.pk)


def _record(actor: User, act: str, region: Region, named: str, details: dict[str, Any] | None = None) -> None:
    record(
        actor=actor,
        action=f"region.{act}",
        target=region,
        label=region.name,
        on_behalf_of=behalf_of(actor, region, named),
        details=details,
    )


def _publicity_change(before: str, values: dict[str, Any], *, evidence: str) -> dict[str, Any]:
    """What the audit keeps of a change of publicity; nothing where it stays.

    Raises:
        Invalid("publicity_evidence_missing"), Invalid("text_too_long")
    """
    after = values.get("publicity", before)
    if after == before:
        return {}
    problems = Problems()
    if not evidence.strip():
        message = _("Say who of the community agreed to this, when and how.")
        problems.add("publicity_evidence_missing", "publicity_evidence", message)
    else:
        check_text(problems, "publicity_evidence", evidence, at_most=EVIDENCE_MAX)
    problems.refuse()
    return {"publicity": {"from": str(before), "to": str(after)}, "evidence": evidence.strip()}


def _check(values: dict[str, Any]) -> None:
    problems = Problems()
    check_values(problems, Region, {name: value for name, value in values.items() if name not in POINTS})
    for name, (least, most) in RANGES.items():
        if values.get(name) is not None and not problems.has(name):
            check_number(problems, name, values[name], at_least=least, at_most=most)
    for name, (south, north) in POINTS.items():
        if values.get(name) is not None and not south <= values[name] <= north:
            problems.add("point_wrong", name, _("This point is not in Japan."))
    problems.refuse()


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    points = {name: _on_grid(values[name]) for name in POINTS if values.get(name) is not None}
    return values | points


def _on_grid(value: float) -> Decimal:
    return (Decimal(str(value)) / GRID).quantize(Decimal(1)) * GRID


def _refuse_same_name(municipality_code: str, name: str, *, but: int | None) -> None:
    same = Region.objects.filter(municipality_id=municipality_code, name=name)
    if (same.exclude(pk=but) if but else same).exists():
        message = _("This municipality has a community of this name already.")
        raise Conflict("region_exists", message, fields={"name": [message]})
