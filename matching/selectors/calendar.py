"""The dated slots of a person's own matches: those to come for the page, those of a year and what was called off for a feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from matching.enums import DISCLOSED, ENDED, HOLDING, MatchState
from matching.models import Match, MatchEvent
from matching.selectors.matches import with_details
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from regions.models import Slot
from regions.policies import represented_regions

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MATCHES_MAX = 300


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One date of one match as its reader may see it. ``is_off``: called off, or the match has ended without it."""

    sight: MatchSight
    slot: Slot
    is_off: bool

    @property
    def is_promised(self) -> bool:
        """Whether both sides said yes; before that the places are held, and nothing is sure."""
        return self.sight.match.state in DISCLOSED

    @property
    def changed_at(self) -> datetime:
        """When this entry last changed."""
        return max(self.sight.match.changed_at, self.slot.cancelled_at or self.sight.match.changed_at)


def coming_dates(actor: User, *, now: datetime) -> list[CalendarEntry]:
    """The dates to come of the actor's holding matches, in order. A fixed number of queries."""
    matches = own_matches(actor).filter(state__in=sorted(HOLDING), slots__end_at__gt=now)
    entries = [entry for entry in _entries(actor, matches) if entry.slot.end_at > now and not entry.is_off]
    return sorted(entries, key=lambda entry: (entry.slot.start_at, entry.slot.pk))


def feed_dates(actor: User, *, now: datetime) -> list[CalendarEntry]:
    """What a calendar program is told: the dates from 90 days ago to 400 days ahead, called off ones as such. A fixed number of queries."""
    within = Q(slots__end_at__gt=now - BACK, slots__start_at__lt=now + AHEAD) | Q(ended_at__gt=now - BACK)
    matches = own_matches(actor).filter(within).exclude(state=MatchState.PROPOSED)
    shown = _entries(actor, matches, with_dropped=True)
    entries = [
        entry for entry in shown if now - BACK < entry.slot.end_at and entry.slot.start_at < now + AHEAD
    ]
    return sorted(entries, key=lambda entry: (entry.slot.start_at, entry.sight.match.pk, entry.slot.pk))


def own_matches(actor: User) -> QuerySet[Match]:
    """Approved matches of a side the actor speaks for; a guide's desk is no calendar of one's own."""
    sides = Q(volunteer__representative=actor) | Q(need__region__in=represented_regions(actor))
    return Match.objects.filter(sides, approved_at__isnull=False)


def _entries(actor: User, matches: QuerySet[Match], *, with_dropped: bool = False) -> Iterator[CalendarEntry]:
    ids = matches.order_by("-changed_at", "-pk").values("pk").distinct()
    found = list(with_details(Match.objects.filter(pk__in=[row["pk"] for row in ids[:MATCHES_MAX]])))
    viewer = viewer_of(actor, found)
    dropped = _dropped_dates(found) if with_dropped else {}
    for match in found:
        sight, has_ended = MatchSight(match, viewer), match.state in ENDED - {MatchState.COMPLETED}
        for slot in match.slots.all():
            yield CalendarEntry(sight, slot, has_ended or slot.cancelled_at is not None)
        for slot in dropped.get(match.pk, ()):
            yield CalendarEntry(sight, slot, is_off=True)


def _dropped_dates(matches: Iterable[Match]) -> dict[int, list[Slot]]:
    """Dates that were taken out of each match because they were called off. Two queries."""
    events = MatchEvent.objects.filter(match__in=list(matches), move="drop_date")
    dropped = [(event.match_id, event.data.get("slot")) for event in events]
    slots = {
        slot.public_id: slot for slot in Slot.objects.filter(public_id__in=[slot for _match, slot in dropped])
    }
    dates: dict[int, list[Slot]] = {}
    for match_id, slot_id in dropped:
        if slot_id in slots:
            dates.setdefault(match_id, []).append(slots[slot_id])
    return dates
