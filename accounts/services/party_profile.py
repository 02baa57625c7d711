"""What a party can do, wishes, holds, and when it can come. Each list is replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.enums import AbilityLevel
from accounts.errors import NotAllowed
from accounts.locks import lock_party
from accounts.models import (
    Ability,
    Absence,
    AssetKind,
    Availability,
    HeldQualification,
    Qualification,
    User,
    Volunteer,
    Wish,
    WorkKind,
)
from accounts.policies import can_edit_party
from accounts.services.audit import record
from accounts.services.checks import Problems, check_count, check_number, entries_by_code
from accounts.services.inputs import AbilityInput, AbsenceInput, AvailabilityInput, HeldInput, WishInput
from accounts.services.rescoring import party_changed

ABILITIES_MAX = WISHES_MAX = HELD_MAX = 24
WINDOWS_MAX, ABSENCES_MAX = 12, 60
DAY_MINUTES = 1440

Replace = Callable[[Problems, Volunteer], Sequence[models.Model]]


@transaction.atomic
def set_abilities(*, actor: User, party: Volunteer, abilities: Sequence[AbilityInput]) -> Volunteer:
    """Replace what ``party`` can do. Locks the party; audits; owes its rescoring.

    Raises:
        NotAllowed: actor neither represents the party nor administers.
        Invalid: ``workkind_unknown``, ``workkind_twice``, ``choice_unknown``, ``number_wrong``, ``too_many``.
    """
    return _replace(
        actor=actor, party=party, name="abilities", rows=lambda p, row: ability_rows(p, row, abilities)
    )


@transaction.atomic
def set_wishes(*, actor: User, party: Volunteer, wishes: Sequence[WishInput]) -> Volunteer:
    """Replace what ``party`` looks for. Locks, effects and refusals as ``set_abilities``, with ``assetkind_…``."""
    return _replace(actor=actor, party=party, name="wishes", rows=lambda p, row: wish_rows(p, row, wishes))


@transaction.atomic
def set_qualifications(*, actor: User, party: Volunteer, qualifications: Sequence[HeldInput]) -> Volunteer:
    """Replace the qualifications held. Locks, effects and refusals as ``set_abilities``, with ``qualification_…``."""
    return _replace(
        actor=actor,
        party=party,
        name="held_qualifications",
        rows=lambda p, row: held_rows(p, row, qualifications),
    )


@transaction.atomic
def set_availability(
    *,
    actor: User,
    party: Volunteer,
    availabilities: Sequence[AvailabilityInput],
    absences: Sequence[AbsenceInput] = (),
) -> Volunteer:
    """Replace when ``party`` can come: the union of ``availabilities`` without the ``absences``.

    Locks the party; audits; owes its rescoring. No availability at all means that it cannot come.

    Raises:
        NotAllowed: actor neither represents the party nor administers.
        Invalid: ``number_wrong``, ``hours_wrong``, ``dates_wrong``, ``too_many``.
    """
    party = _replace(
        actor=actor,
        party=party,
        name="availabilities",
        rows=lambda p, row: availability_rows(p, row, availabilities),
    )
    return _replace(
        actor=actor, party=party, name="absences", rows=lambda p, row: absence_rows(p, row, absences)
    )


def _replace(*, actor: User, party: Volunteer, name: str, rows: Replace) -> Volunteer:
    if not can_edit_party(actor, party):
        raise NotAllowed("not_your_party", _("Only the representative can change this."))
    party = lock_party(party.pk)
    problems = Problems()
    made = rows(problems, party)
    problems.refuse()
    manager = getattr(party, name)
    manager.all().delete()
    manager.bulk_create(made)
    record(
        actor=actor, action=f"party.set_{name}", target=party, label=party.name, details={"count": len(made)}
    )
    party_changed(party)
    return party


def ability_rows(problems: Problems, party: Volunteer, abilities: Sequence[AbilityInput]) -> list[Ability]:
    """Unsaved abilities of the party, problems noted under ``abilities``."""
    keep = _codes(party, "abilities__work_kind__code")
    found = _entries(problems, WorkKind, abilities, field="abilities", keep=keep, at_most=ABILITIES_MAX)
    for ability in abilities:
        if ability.level not in AbilityLevel.values:
            problems.add("choice_unknown", "abilities", _("This level is not one of the choices."))
        _check_share(problems, "abilities", ability.people, party)
    return [
        Ability(volunteer=party, work_kind=found[row.code], level=row.level, people=row.people or party.size)
        for row in abilities
        if row.code in found
    ]


def wish_rows(problems: Problems, party: Volunteer, wishes: Sequence[WishInput]) -> list[Wish]:
    """Unsaved wishes of the party, problems noted under ``wishes``."""
    keep = _codes(party, "wishes__asset_kind__code")
    found = _entries(problems, AssetKind, wishes, field="wishes", keep=keep, at_most=WISHES_MAX)
    for wish in wishes:
        check_number(problems, "wishes", wish.weight, at_least=1, at_most=3)
    return [
        Wish(volunteer=party, asset_kind=found[row.code], weight=row.weight)
        for row in wishes
        if row.code in found
    ]


def held_rows(problems: Problems, party: Volunteer, held: Sequence[HeldInput]) -> list[HeldQualification]:
    """Unsaved qualifications of the party, problems noted under ``qualifications``."""
    keep = _codes(party, "held_qualifications__qualification__code")
    found = _entries(problems, Qualification, held, field="qualifications", keep=keep, at_most=HELD_MAX)
    for row in held:
        _check_share(problems, "qualifications", row.people, party)
    return [
        HeldQualification(
            volunteer=party,
            qualification=found[row.code],
            people=row.people or party.size,
            expires_on=row.expires_on,
        )
        for row in held
        if row.code in found
    ]


def availability_rows(
    problems: Problems, party: Volunteer, windows: Sequence[AvailabilityInput]
) -> list[Availability]:
    """Unsaved availability of the party, problems noted under ``availabilities``."""
    field = "availabilities"
    check_count(problems, field, windows, at_most=WINDOWS_MAX)
    for window in windows:
        check_number(problems, field, window.weekdays, at_least=1, at_most=0b1111111)
        check_number(problems, field, window.months, at_least=1, at_most=0b111111111111)
        check_number(problems, field, window.parts, at_least=1, at_most=0b111)
        _check_hours(problems, window)
    return [
        Availability(
            volunteer=party,
            weekdays=window.weekdays,
            months=window.months,
            parts=window.parts,
            from_minute=window.from_minute,
            until_minute=window.until_minute,
        )
        for window in windows
    ]


def absence_rows(problems: Problems, party: Volunteer, absences: Sequence[AbsenceInput]) -> list[Absence]:
    """Unsaved absences of the party, problems noted under ``absences``."""
    check_count(problems, "absences", absences, at_most=ABSENCES_MAX)
    if any(absence.until_on < absence.from_on for absence in absences):
        problems.add("dates_wrong", "absences", _("The last day is before the first."))
    return [Absence(volunteer=party, from_on=row.from_on, until_on=row.until_on) for row in absences]


def _check_hours(problems: Problems, window: AvailabilityInput) -> None:
    start = 0 if window.from_minute is None else window.from_minute
    end = DAY_MINUTES if window.until_minute is None else window.until_minute
    if not 0 <= start < end <= DAY_MINUTES:
        problems.add("hours_wrong", "availabilities", _("The end of the hours is not after their beginning."))


def _check_share(problems: Problems, field: str, people: int | None, party: Volunteer) -> None:
    if people is not None:
        check_number(problems, field, people, at_least=1, at_most=party.size)


def _codes(party: Volunteer, path: str) -> list[str]:
    """Codes the party already has: it may keep a retired one."""
    if not party.pk:
        return []
    return list(Volunteer.objects.filter(pk=party.pk).exclude(**{path: None}).values_list(path, flat=True))


def _entries(
    problems: Problems, model: type[Any], rows: Iterable[Any], *, field: str, keep: list[str], at_most: int
) -> dict[str, Any]:
    codes = [row.code for row in rows]
    check_count(problems, field, codes, at_most=at_most)
    return {} if len(codes) > at_most else entries_by_code(problems, model, codes, field=field, keep=keep)
