"""The engine's weights as versioned rows: a used version is never edited, a change is a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed, NotFound
from accounts.models import User
from accounts.policies import is_admin
from accounts.services.audit import record
from matching.engine import Weights
from matching.locks import lock_weights
from matching.models import WeightSet

FIRST_VERSION = 1
NAME_SHOWN = 40


def weights_of(row: WeightSet) -> Weights:
    """The weights of a version; a number it does not name has the engine's default.

    Raises:
        TypeError, ValueError: the row names an unknown number, or numbers under which no run would be exact.
    """
    return Weights(**row.values)


def current_weights() -> Weights:
    """The weights a run would use now. Writes nothing."""
    row = WeightSet.objects.filter(is_active=True).first()
    return Weights() if row is None else weights_of(row)


def ensure_weights() -> WeightSet:
    """The active version; version 1, the engine's defaults, is made on first use. Safe for two at once."""
    row = WeightSet.objects.filter(is_active=True).first()
    if row is None:
        fresh = WeightSet(version=FIRST_VERSION, values=asdict(Weights()), note="defaults", is_active=True)
        WeightSet.objects.bulk_create([fresh], ignore_conflicts=True)
        row = WeightSet.objects.get(is_active=True)
    return row


@transaction.atomic
def add_weights(*, actor: User, values: Mapping[str, int], note: str = "") -> WeightSet:
    """A new version, not yet active: ``values`` over the active ones. Locks all versions; leaves an audit record.

    Raises:
        NotAllowed("not_administrator"), Invalid("weights_unusable").
    """
    _require_admin(actor)
    ensure_weights()
    lock_weights()
    base = asdict(weights_of(ensure_weights()))
    unknown = sorted(set(values) - set(base))
    if unknown:
        raise _unusable(_("there is no number of this name: %(name)s") % {"name": unknown[0][:NAME_SHOWN]})
    try:
        weights = Weights(**(base | dict(values)))
    except ValueError as error:
        raise _unusable(str(error)) from error
    latest = WeightSet.objects.order_by("-version").values_list("version", flat=True)[0]
    row = WeightSet.objects.create(version=latest + 1, values=asdict(weights), note=note[:200])
    record(actor=actor, action="weights.add", target=row, label=str(row))
    return row


@transaction.atomic
def activate_weights(*, actor: User, version: int) -> WeightSet:
    """Use this version from the next run on; runs under way keep theirs. Locks all versions; leaves an audit record.

    Raises:
        NotAllowed("not_administrator"), NotFound("weights_unknown").
    """
    _require_admin(actor)
    row = next((each for each in lock_weights() if each.version == version), None)
    if row is None:
        raise NotFound("weights_unknown", _("There are no weights of this version."))
    WeightSet.objects.filter(is_active=True).exclude(pk=row.pk).update(is_active=False)
    WeightSet.objects.filter(pk=row.pk).update(is_active=True)
    row.refresh_from_db()
    record(actor=actor, action="weights.activate", target=row, label=str(row))
    return row


def _unusable(why: str) -> Invalid:
    message = _("These weights cannot be used: %(why)s.") % {"why": why}
    return Invalid("weights_unusable", message, fields={"numbers": [message]})


def _require_admin(actor: User) -> None:
    if not is_admin(actor):
        raise NotAllowed("not_administrator", _("Only administrators may change the weights."))
