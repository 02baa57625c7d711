"""A pair put together by a guide who names the party: from the list offered, or by the id that the party has told."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from matching.models import Match
from matching.selectors.matches import parties_nameable_by
from matching.services.proposals import suggest_match
from regions.models import Need, Slot


def suggest_by_hand(
    *,
    actor: User,
    need: Need,
    party: str,
    slots: Iterable[Slot],
    people: int | None = None,
    note: str = "",
) -> Match:
    """A guide proposes the party of a public id, whether ``pairable_parties`` lists it or somebody told the id.

    Under the checks, locks and effects of ``suggest_match``: the list opens no door that the id would not.

    Raises:
        Invalid("party_unknown"): there is no such party, or ``actor`` may name none but its own.
        As ``create_match``.
    """
    found = parties_nameable_by(actor).filter(public_id=party.strip()).first()
    if found is None:
        message = _("There is no participant with this number. Please check it with the participant.")
        raise Invalid("party_unknown", message, fields={"party": [message]})
    return suggest_match(actor=actor, need=need, volunteer=found, slots=slots, people=people, note=note)
