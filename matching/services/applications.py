"""A participant asks for a need, also where the worker or a guide has put the two together already."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User, Volunteer
from matching.enums import MatchState, Origin
from matching.models import Match
from matching.services.endings import redate_match
from matching.services.proposals import apply_for_need
from regions.models import Need, Slot


@transaction.atomic
def ask_for_need(
    *,
    actor: User,
    need: Need,
    volunteer: Volunteer,
    slots: Iterable[Slot],
    people: int | None = None,
    note: str = "",
) -> Match:
    """The participant's own application, on its own dates.

    A proposal of which it has not been told yet does not stand in its way, or it would learn of it by being refused: it
    is replaced by the application, which keeps guide and explanation. Locks and raises as ``apply_for_need``.
    """
    untold = Match.objects.filter(need=need, volunteer=volunteer, state=MatchState.PROPOSED, approved_at=None)
    hidden = untold.exclude(origin=Origin.PARTY).values_list("pk", flat=True).first()
    if hidden is None:
        return apply_for_need(
            actor=actor, need=need, volunteer=volunteer, slots=slots, people=people, note=note
        )
    return redate_match(match_id=hidden, actor=actor, slots=slots, people=people, note=note)
