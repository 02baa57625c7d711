"""A pair put together by a guide who names the party: from the list offered, or by the id that the party has told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User, Volunteer
from matching.engine import ReasonCode
from matching.enums import Origin
from matching.models import Match
from matching.selectors.matches import parties_nameable_by
from matching.services.assessments import assess_by_hand, barriers_by_hand
from matching.services.places import free_places
from matching.services.proposals import promise_text, proposed_people, suggest_match
from matching.services.relations import knows
from regions.models import Need, Slot
from regions.policies import is_guide_for
from regions.selectors.needs import coming_slots


@dataclass(frozen=True, slots=True)
class Room:
    """A date that is still to come, and how many more people it takes."""

    slot: Slot
    free: int


def dates_ahead(need: Need, *, now: datetime) -> list[Room]:
    """The dates of a need that may still be proposed, full or not, in order of time. Two queries."""
    slots = list(coming_slots(now).filter(need=need))
    free = free_places(slots)
    return [Room(slot, free[slot.pk]) for slot in slots]


def barriers_ahead(
    *, actor: User, need: Need, parties: Sequence[Volunteer], dates: Sequence[Room], now: datetime
) -> dict[int, ReasonCode | None]:
    """The first hard rule that keeps each party from a need on all of these dates, None where it fits, by its id.

    It refuses nothing by itself: a guide may know better. Empty where no date has room. See ``barriers_by_hand``.

    Raises:
        NotAllowed("role_may_not"): ``actor`` does not guide the need's community.
    """
    _require_guide(actor, need)
    return barriers_by_hand(need, parties, _with_room(dates), now=now)


def pair_in_mind(*, actor: User, need: Need, party: Volunteer, dates: Sequence[Room], now: datetime) -> Match:
    """The proposal as it would read on all of these dates that have room. It is not written, and locks nothing.

    Raises:
        NotAllowed("role_may_not"): ``actor`` does not guide the need's community.
        Conflict("slot_over"): no date lies ahead. Conflict("places_short"): none has room for the party.
    """
    _require_guide(actor, need)
    if not dates:
        raise Conflict("slot_over", _("This need has no date ahead."))
    is_first, room = not knows(party, need), max(date.free for date in dates)
    people = proposed_people(need, party, [room], is_first_visit=is_first, wanted=None)
    match = Match(
        need=need, volunteer=party, origin=Origin.GUIDE, people=people, is_first_visit=is_first, promise=promise_text(need),
        created_at=now,
    )  # fmt: skip
    scored = assess_by_hand(match, _with_room(dates), now=now)
    if scored is not None:
        match.score_micro, match.explanation = scored.score_micro, dict(scored.explanation)
    return match


def _with_room(dates: Sequence[Room]) -> list[Slot]:
    return [date.slot for date in dates if date.free]


def _require_guide(actor: User, need: Need) -> None:
    if not is_guide_for(actor, need.region):
        raise NotAllowed("role_may_not", _("You may not propose this."))


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
