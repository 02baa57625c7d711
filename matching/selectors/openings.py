"""How much room a need still has, as everybody may read it: a word, never a number."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Count, F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import pgettext_lazy

from matching.models import Hold
from regions.models import Need, Slot
from regions.selectors.needs import coming_slots

NEARLY = 3
"""A date is nearly full when at most a third of its places are free."""


class Opening(StrEnum):
    """Whether it is still worth asking."""

    OPEN = "open"
    FEW = "few"
    FULL = "full"

    @property
    def label(self) -> str:
        """The word on screen."""
        return str(WORDS[self])


WORDS = {
    Opening.OPEN: pgettext_lazy("places of a need", "open"),
    Opening.FEW: pgettext_lazy("places of a need", "nearly full"),
    Opening.FULL: pgettext_lazy("places of a need", "full"),
}


def openings(needs: Iterable[Need]) -> dict[int, Opening]:
    """The opening of each need by primary key, from its prefetched coming slots. One query.

    The date with most room decides. A need without a date to come is full.
    """
    slots = {need.pk: list(need.slots.all()) for need in needs}
    held = _held(slot.pk for coming in slots.values() for slot in coming)
    return {
        pk: _best([(slot.places - held.get(slot.pk, 0), slot.places) for slot in coming])
        for pk, coming in slots.items()
    }


def with_held(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Dates with how many of their places are held, for ``openings_of_counted``. No query of its own."""
    return slots.annotate(held=Count("holds", filter=Q(holds__released_at=None)))


def with_room(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Those of these dates that have a free place. No query of its own."""
    held = Count("holds", filter=Q(holds__released_at=None))
    return slots.annotate(held=held).filter(held__lt=F("places"))


def openings_of_counted(needs: Iterable[Need]) -> dict[int, Opening]:
    """As ``openings``, of needs whose coming slots came ``with_held``. No query."""
    return {
        need.pk: _best([(slot.places - slot.held, slot.places) for slot in need.slots.all()])  # type: ignore[attr-defined]  # annotated
        for need in needs
    }


def is_full(need: Need) -> bool:
    """Whether no date to come has a free place. Two queries."""
    prefetch_related_objects([need], Prefetch("slots", coming_slots()))
    return openings([need])[need.pk] == Opening.FULL


def _held(slot_ids: Iterable[int]) -> dict[int, int]:
    live: QuerySet[Hold] = Hold.objects.filter(slot__in=list(slot_ids)).filter(Q(released_at=None))
    return dict(live.values("slot_id").annotate(count=Count("pk")).values_list("slot_id", "count"))


def _best(dates: list[tuple[int, int]]) -> Opening:
    if not any(free > 0 for free, _places in dates):
        return Opening.FULL
    return Opening.OPEN if any(free * NEARLY > places for free, places in dates) else Opening.FEW
