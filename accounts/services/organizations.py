"""Intermediary organizations: what they cover, who guides for them, and what the law lets them do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import LegalStatus
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.locks import lock_guide, lock_organization, lock_user
from accounts.models import AuditEntry, Coverage, Guide, Municipality, Organization, User
from accounts.policies import can_edit_organization, is_admin
from accounts.services.audit import record
from accounts.services.checks import Problems, check_number, check_values
from accounts.services.outbox import owe
from accounts.services.tokens import end_tokens

CAPACITY_MAX = 100
GUIDE_ENDED = "matching.guide_ended"  # the matching hands over what the guide had in hand


@transaction.atomic
def create_organization(
    *,
    actor: User,
    name: str,
    legal_status: LegalStatus,
    kind: str = "",
    employment_basis: str = "",
    prefectures: Iterable[str] = (),
    municipalities: Iterable[str] = (),
) -> Organization:
    """An organization with its coverage; it may refer to employment only where a legal basis is given. Audits.

    Raises:
        NotAllowed("not_administrator")
        Invalid: ``text_missing``, ``text_too_long``, ``choice_unknown``, ``coverage_unknown``.
    """
    _require_admin(actor)
    values = {"name": name, "kind": kind, "legal_status": legal_status, "employment_basis": employment_basis}
    problems = Problems()
    check_values(problems, Organization, values)
    problems.refuse()
    basis = employment_basis.strip()
    organization = Organization.objects.create(
        name=name,
        kind=kind,
        legal_status=legal_status,
        employment_basis=basis,
        has_employment_basis=bool(basis),
    )
    _store_coverage(organization, prefectures=prefectures, municipalities=municipalities)
    record(actor=actor, action="organization.create", target=organization, label=name)
    return organization


@transaction.atomic
def set_coverage(
    *, actor: User, organization: Organization, prefectures: Iterable[str], municipalities: Iterable[str]
) -> Organization:
    """Replace where an organization reviews: whole prefectures and single municipalities, by code. Locks it; audits.

    Raises:
        NotAllowed("not_administrator"), Invalid("coverage_unknown")
    """
    _require_admin(actor)
    organization = lock_organization(organization.pk)
    organization.coverages.all().delete()
    _store_coverage(organization, prefectures=prefectures, municipalities=municipalities)
    record(actor=actor, action="organization.set_coverage", target=organization, label=organization.name)
    return organization


def _store_coverage(
    organization: Organization, *, prefectures: Iterable[str], municipalities: Iterable[str]
) -> None:
    wanted_prefectures, wanted = sorted(set(prefectures)), sorted(set(municipalities))
    known = set(Municipality.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    in_use = Municipality.objects.filter(prefecture_code__in=wanted_prefectures)
    unknown = (set(wanted) - known) | (
        set(wanted_prefectures) - set(in_use.values_list("prefecture_code", flat=True))
    )
    if unknown:
        message = _("These codes are not known: %(codes)s") % {"codes": ", ".join(sorted(unknown))[:200]}
        raise Invalid("coverage_unknown", message, fields={"coverage": [message]})
    rows = [Coverage(organization=organization, prefecture_code=code) for code in wanted_prefectures]
    rows += [
        Coverage(organization=organization, prefecture_code=code[:2], municipality_id=code) for code in wanted
    ]
    Coverage.objects.bulk_create(rows)


@transaction.atomic
def record_employment_basis(*, actor: User, organization: Organization, basis: str) -> Organization:
    """Record the legal basis on which an organization refers to employment; empty takes it back. Locks it; audits.

    Raises:
        NotAllowed("not_administrator"), Invalid("text_too_long")
    """
    _require_admin(actor)
    problems = Problems()
    check_values(problems, Organization, {"employment_basis": basis})
    problems.refuse()
    organization = lock_organization(organization.pk)
    organization.employment_basis = basis.strip()
    organization.has_employment_basis = bool(organization.employment_basis)
    organization.save(update_fields=["employment_basis", "has_employment_basis"])
    details = {"basis": organization.employment_basis}
    record(
        actor=actor,
        action="organization.record_employment_basis",
        target=organization,
        label=organization.name,
        details=details,
    )
    return organization


@transaction.atomic
def appoint_guide(
    *, actor: User, organization: Organization, user: User, role: str = "", weekly_capacity: int = 8
) -> Guide:
    """Make ``user`` a guide of the organization (again), or change role and capacity of one.

    Locks the organization, then the user's row; a new guide's tokens end (a mailbox was enough for them); audits.

    Raises:
        NotAllowed("not_administrator")
        Conflict("guide_elsewhere"): the person guides for another organization.
        Invalid: ``text_too_long``, ``number_wrong``.
    """
    _require_admin(actor)
    problems = Problems()
    check_values(problems, Guide, {"role": role})
    check_number(problems, "weekly_capacity", weekly_capacity, at_least=1, at_most=CAPACITY_MAX)
    problems.refuse()
    organization = lock_organization(organization.pk)
    lock_user(user.pk)
    values = {"role": role, "weekly_capacity": weekly_capacity}
    guide = _seat(organization, user, values)
    _record_guide(actor, "appoint_guide", guide, values)
    return guide


def _seat(organization: Organization, user: User, values: Mapping[str, Any]) -> Guide:
    """The person's one row: made, opened again (where that one now guides), or with new values."""
    before = Guide.everyone.filter(user=user).first()
    guide = lock_guide(before.pk) if before else Guide(user=user, ended_on=timezone.localdate())
    if guide.ended_on is not None:
        end_tokens(user)
        guide.organization, guide.ended_on = organization, None
    elif guide.organization_id != organization.pk:
        raise Conflict("guide_elsewhere", _("This person guides for another organization."))
    for name, value in values.items():
        setattr(guide, name, value)
    guide.save()
    return guide


@transaction.atomic
def dismiss_guide(*, actor: User, guide: Guide) -> None:
    """End that a person guides: the role opens nothing from here on. What the guide did stays under that name.

    Absence, handover note and standing in end too; the person's tokens end. Owes that the guide's live matches are handed to
    colleagues. Locks the organization, then the user's row, then the guide; audits. Twice: no change.

    Raises:
        NotAllowed("not_administrator")
    """
    _require_admin(actor)
    lock_organization(guide.organization_id)
    lock_user(guide.user_id)
    guide = lock_guide(guide.pk)
    if guide.ended_on is not None:
        return
    guide.ended_on = timezone.localdate()
    guide.absent_from = guide.absent_until = guide.stand_in = None
    guide.handover = ""
    guide.save(update_fields=["ended_on", "absent_from", "absent_until", "stand_in", "handover"])
    Guide.objects.filter(stand_in=guide).update(stand_in=None)
    end_tokens(guide.user)
    entry = _record_guide(actor, "dismiss_guide", guide, {})
    owe(topic=GUIDE_ENDED, key=f"guide:{guide.pk}:ended:{entry.pk}", payload={"guide": guide.pk})


def _record_guide(actor: User, act: str, guide: Guide, values: Mapping[str, Any]) -> AuditEntry:
    return record(
        actor=actor,
        action=f"organization.{act}",
        target=guide.organization,
        label=guide.organization.name,
        details={"guide": guide.user.public_id, **values},
    )


@transaction.atomic
def set_absence(
    *,
    actor: User,
    guide: Guide,
    absent_from: date | None,
    absent_until: date | None,
    stand_in: Guide | None,
    handover: str = "",
) -> Guide:
    """Say when a guide is away (both None: present), who stands in, and what that person must know. Locks; audits.

    Raises:
        NotAllowed("not_your_organization"): actor neither guides for the organization nor administers.
        Invalid: ``dates_wrong``, ``stand_in_wrong`` (oneself, or of another organization), ``text_too_long``.
    """
    if not can_edit_organization(actor, guide.organization):
        raise NotAllowed("not_your_organization", _("Only guides of the same organization can change this."))
    guide = lock_guide(guide.pk)
    problems = Problems()
    check_values(problems, Guide, {"handover": handover})
    if absent_from is not None and absent_until is not None and absent_until < absent_from:
        problems.add("dates_wrong", "absent_until", _("The last day is before the first."))
    if stand_in is not None and (
        stand_in.pk == guide.pk or stand_in.organization_id != guide.organization_id
    ):
        problems.add("stand_in_wrong", "stand_in", _("A colleague of the same organization stands in."))
    problems.refuse()
    guide.absent_from, guide.absent_until = absent_from, absent_until
    guide.stand_in, guide.handover = stand_in, handover
    guide.save(update_fields=["absent_from", "absent_until", "stand_in", "handover"])
    label = str(guide.user)
    record(actor=actor, action="guide.set_absence", target=guide, label=label)
    return guide


@transaction.atomic
def set_weekly_capacity(*, actor: User, guide: Guide, weekly_capacity: int) -> Guide:
    """Say how many proposals a week a guide can read: the guide, or a colleague for one who is ill. Locks; audits.

    Raises:
        NotAllowed("not_your_organization"): actor neither guides for the organization nor administers.
        Invalid("number_wrong")
    """
    if not can_edit_organization(actor, guide.organization):
        raise NotAllowed("not_your_organization", _("Only guides of the same organization can change this."))
    guide = lock_guide(guide.pk)
    problems = Problems()
    check_number(problems, "weekly_capacity", weekly_capacity, at_least=1, at_most=CAPACITY_MAX)
    problems.refuse()
    guide.weekly_capacity = weekly_capacity
    guide.save(update_fields=["weekly_capacity"])
    details = {"weekly_capacity": weekly_capacity}
    record(
        actor=actor, action="guide.set_weekly_capacity", target=guide, label=str(guide.user), details=details
    )
    return guide


def _require_admin(actor: User) -> None:
    if not is_admin(actor):
        raise NotAllowed("not_administrator", _("Only administrators can change this."))
