"""Registering a party and keeping its values. Its lists are in ``party_profile``, its members in ``members``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import ConsentKind, Transport
from accounts.errors import Conflict, NotAllowed
from accounts.locks import lock_party, lock_user
from accounts.models import (
    Ability,
    Absence,
    Availability,
    HeldQualification,
    Membership,
    User,
    Volunteer,
    Wish,
)
from accounts.policies import can_edit_party
from accounts.selectors.users import has_consented
from accounts.services.audit import record
from accounts.services.checks import Problems
from accounts.services.consents import TERMS_VERSION
from accounts.services.inputs import (
    AbilityInput,
    AbsenceInput,
    AvailabilityInput,
    HeldInput,
    PartyValues,
    WishInput,
)
from accounts.services.party_profile import (
    ability_rows,
    absence_rows,
    availability_rows,
    held_rows,
    wish_rows,
)
from accounts.services.party_values import check_party, columns, find_home
from accounts.services.promises import require_promises_fit
from accounts.services.rescoring import party_changed

PARTIES_MAX = (
    10  # parties one person may represent: a person, a household and some clubs, not a farm of accounts
)
DEFAULTS: dict[str, Any] = {
    "size": 1,
    "min_people": 1,
    "transport": Transport.BOTH,
    "travel_limit_minutes": 120,
    "has_minors": False,
    "youngest_age": None,
}
ANY_TIME = (AvailabilityInput(),)


@transaction.atomic
def create_party(
    *,
    actor: User,
    kind: str,
    abilities: Sequence[AbilityInput] = (),
    wishes: Sequence[WishInput] = (),
    qualifications: Sequence[HeldInput] = (),
    availabilities: Sequence[AvailabilityInput] = ANY_TIME,
    absences: Sequence[AbsenceInput] = (),
    **values: Unpack[PartyValues],
) -> Volunteer:
    """A party represented by ``actor``, who is its first member.

    Locks the actor's row (the count of parties); audits; owes its scoring.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        NotAllowed("consent_needed"): actor has not agreed to the terms in force, or took it back.
        Conflict("parties_full"): actor represents ten already.
        Invalid: ``individual_is_one``, ``size_wrong``, ``min_people_wrong``, ``home_missing``, ``home_unknown``,
            ``postal_unknown``, ``postal_ambiguous`` (choices in ``fields["home_code"]``), ``ages_disagree``,
            ``text_too_long``, ``number_wrong``, ``choice_unknown``, and those of ``party_profile``.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    lock_user(actor.pk)
    if not has_consented(actor, ConsentKind.TERMS, text_version=TERMS_VERSION):
        raise NotAllowed(
            "consent_needed", _("Please agree to the terms of use and the privacy notice first.")
        )
    if actor.represented_parties.count() >= PARTIES_MAX:
        raise Conflict("parties_full", _("You represent ten participants already."))
    problems = Problems()
    plain = DEFAULTS | {"name": actor.name} | columns(values)
    check_party(problems, kind=kind, values=plain)
    problems.refuse()  # the lists are counted against a size that has to be right first
    home = find_home(home_code=values.get("home_code"), postal=values.get("postal"))
    party = Volunteer(kind=kind, representative=actor, home=home, **plain)
    rows: list[tuple[Any, Sequence[Any]]] = [
        (Ability, ability_rows(problems, party, abilities)),
        (Wish, wish_rows(problems, party, wishes)),
        (HeldQualification, held_rows(problems, party, qualifications)),
        (Availability, availability_rows(problems, party, availabilities)),
        (Absence, absence_rows(problems, party, absences)),
    ]
    problems.refuse()
    _store(party, rows)
    record(actor=actor, action="party.create", target=party, label=party.name)
    party_changed(party)
    return party


def _store(party: Volunteer, rows: list[tuple[Any, Sequence[Any]]]) -> None:
    party.save(force_insert=True)
    Membership.objects.create(volunteer=party, user=party.representative)
    for model, made in rows:
        model.objects.bulk_create(made)


@transaction.atomic
def update_party(*, actor: User, party: Volunteer, **changes: Unpack[PartyValues]) -> Volunteer:
    """Change plain values of a party; what is not named stays. Its kind never changes.

    Locks the party, and what a smaller size has to be held against; audits; owes its rescoring. Nothing happens
    where nothing differs.

    Raises:
        NotAllowed("not_your_party"): actor neither represents the party nor administers.
        Conflict("people_named"): fewer people than can do something, hold something, or are named members.
        Conflict("people_promised"): fewer people than have places in a match.
        Invalid: as ``create_party``.
    """
    party = _own(actor, party)
    changed = columns(changes)
    before = {name: getattr(party, name) for name in (*DEFAULTS, "name", *changed)}
    problems = Problems()
    check_party(problems, kind=party.kind, values=before | changed)
    problems.refuse()
    if "home_code" in changes or "postal" in changes:
        changed["home"] = find_home(home_code=changes.get("home_code"), postal=changes.get("postal"))
    different = {name: value for name, value in changed.items() if getattr(party, name) != value}
    if not different:
        return party
    _refuse_fewer(party, size=different.get("size", party.size))
    if different.get("size", party.size) < party.size:
        require_promises_fit(party, size=different["size"])
    for name, value in different.items():
        setattr(party, name, value)
    party.save(update_fields=list(different))
    record(
        actor=actor,
        action="party.update",
        target=party,
        label=party.name,
        details={"fields": sorted(different)},
    )
    party_changed(party)
    return party


def _refuse_fewer(party: Volunteer, *, size: int) -> None:
    """A party cannot be smaller than what it says of its people."""
    named = party.memberships.count()
    able = party.abilities.filter(people__gt=size).exists()
    holding = party.held_qualifications.filter(people__gt=size).exists()
    if named > size or able or holding:
        message = _(
            "More people than that are named as members, as able or as qualified. Change those first."
        )
        raise Conflict("people_named", message, fields={"size": [message]})


def pause_party(*, actor: User, party: Volunteer) -> Volunteer:
    """Take a party out of matching; promises made stand. Locks; audits; owes its rescoring. Twice changes nothing.

    Raises:
        NotAllowed("not_your_party"): actor neither represents the party nor administers.
    """
    return _set_active(actor=actor, party=party, is_active=False, action="party.pause")


def resume_party(*, actor: User, party: Volunteer) -> Volunteer:
    """Let a paused party take part again. As ``pause_party``."""
    return _set_active(actor=actor, party=party, is_active=True, action="party.resume")


@transaction.atomic
def _set_active(*, actor: User, party: Volunteer, is_active: bool, action: str) -> Volunteer:
    party = _own(actor, party)
    if party.is_active == is_active:
        return party
    party.is_active = is_active
    party.save(update_fields=["is_active"])
    record(actor=actor, action=action, target=party, label=party.name)
    party_changed(party)
    return party


def _own(actor: User, party: Volunteer) -> Volunteer:
    """The party, locked, if the actor may change it."""
    if not can_edit_party(actor, party):
        raise NotAllowed("not_your_party", _("Only the representative can change this."))
    return lock_party(party.pk)
