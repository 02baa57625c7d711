"""Held places and busy people. Every function here expects the locks of ``locks.lock_for_move``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from matching.enums import HOLDING
from matching.models import Hold, Match, MatchSlot
from regions.models import Slot


def held_places(slot_ids: Iterable[int]) -> dict[int, set[int]]:
    """Numbers of the live held places per slot."""
    held: dict[int, set[int]] = {slot_id: set() for slot_id in slot_ids}
    for slot_id, place in Hold.objects.filter(slot__in=held, released_at__isnull=True).values_list(
        "slot_id", "place"
    ):
        held[slot_id].add(place)
    return held


def free_places(slots: Iterable[Slot]) -> dict[int, int]:
    """Free places (people) per slot id."""
    slots = list(slots)
    held = held_places(slot.pk for slot in slots)
    return {slot.pk: max(slot.places - len(held[slot.pk]), 0) for slot in slots}


def hold_places(match: Match, *, now: datetime) -> None:
    """Hold ``match.people`` places in every slot of the match, or none.

    Raises:
        Conflict("places_taken"): fewer free places in a slot than people stated.
        Conflict("slot_cancelled"): a slot was called off.
    """
    slots = list(match.slots.order_by("pk"))
    held = held_places(slot.pk for slot in slots)
    rows: list[Hold] = []
    for slot in slots:
        if slot.cancelled_at is not None:
            raise Conflict("slot_cancelled", _("One of the dates was called off. Please choose other dates."))
        free = [place for place in range(1, slot.places + 1) if place not in held[slot.pk]]
        if len(free) < match.people:
            raise Conflict(
                "places_taken", _("Only %(free)d places are left on one of the dates.") % {"free": len(free)}
            )
        rows += [Hold(match=match, slot=slot, place=place, held_at=now) for place in free[: match.people]]
    Hold.objects.bulk_create(rows)


def release_places(match: Match, *, now: datetime) -> int:
    """Release every live place of the match; the number released."""
    return Hold.objects.filter(match=match, released_at__isnull=True).update(released_at=now)


def overlapping_matches(match: Match, user_ids: Iterable[int]) -> QuerySet[MatchSlot]:
    """Slots of *other* holding matches of these people that overlap a slot of this one.

    Half-open: back-to-back is fine. Help from afar has no fixed hour and is left out.
    """
    overlaps = Q()
    for start, end in match.slots.filter(is_remote=False).values_list("start_at", "end_at"):
        overlaps |= Q(slot__start_at__lt=end, slot__end_at__gt=start)
    if not overlaps:
        return MatchSlot.objects.none()
    return MatchSlot.objects.filter(
        overlaps,
        slot__is_remote=False,
        match__state__in=sorted(HOLDING),
        match__named_people__user__in=list(user_ids),
    ).exclude(match=match)


def busy_people(match: Match, user_ids: Iterable[int]) -> set[int]:
    """Which of these people are elsewhere at overlapping hours, and were not allowed to be by a guide."""
    excused = match.named_people.filter(may_overlap=True).values_list("user_id", flat=True)
    asked = set(user_ids) - set(excused)
    found = overlapping_matches(match, asked).values_list("match__named_people__user_id", flat=True)
    return asked & set(found)


def require_people_free(match: Match, user_ids: Iterable[int]) -> None:
    """Refuse when a named person is elsewhere at overlapping hours and no guide has allowed it to this person.

    Raises:
        Conflict("person_busy")
    """
    if busy_people(match, user_ids):
        raise Conflict(
            "person_busy",
            _(
                "One of these people already has a promise at overlapping hours. A guide may override this with a reason."
            ),
        )


def overbooked_slots() -> list[int]:
    """Ids of slots with more live holds than places (must always be empty)."""
    live = Hold.objects.filter(released_at__isnull=True).select_related("slot")
    beyond = live.filter(place__gt=F("slot__places")).values_list("slot_id", flat=True)
    counts = Counter(live.values_list("slot_id", flat=True))
    places = dict(Slot.objects.filter(pk__in=counts).values_list("pk", "places"))
    return sorted(set(beyond) | {slot_id for slot_id, count in counts.items() if count > places[slot_id]})
