"""The dates and first meetings of a person's own matches: those to come for the page, those of a year and what was called off for a feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from matching.enums import DISCLOSED, HOLDING, MatchState, MeetingHow
from matching.models import Match, MatchEvent, Meeting
from matching.selectors.matches import CUT_SHORT, with_details
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from regions.models import Slot
from regions.policies import represented_regions

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MATCHES_MAX = 300
MEETING_TAKES = timedelta(hours=1)
"""Nobody states when a first meeting ends; an hour keeps its place among other appointments."""
FACE_TO_FACE = frozenset({MeetingHow.ON_SITE, MeetingHow.FESTIVAL})


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One date of one match as its reader may see it. ``is_off``: called off, or the match has ended without it."""

    sight: MatchSight
    slot: Slot
    is_off: bool

    @property
    def start_at(self) -> datetime:
        """When the date begins."""
        return self.slot.start_at

    @property
    def end_at(self) -> datetime:
        """When the date is over."""
        return self.slot.end_at

    @property
    def key(self) -> str:
        """What tells the date from the others of its match."""
        return self.slot.public_id

    @property
    def is_promised(self) -> bool:
        """Whether both sides said yes; before that the places are held, and nothing is sure."""
        return self.sight.match.state in DISCLOSED

    @property
    def changed_at(self) -> datetime:
        """When this entry last changed."""
        return max(self.sight.match.changed_at, self.slot.cancelled_at or self.sight.match.changed_at)


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """The first meeting (顔合わせ) of one match, planned and not held yet, as its reader may see it."""

    sight: MatchSight
    meeting: Meeting
    start_at: datetime

    @property
    def end_at(self) -> datetime:
        """Until when it stands in a calendar."""
        return self.start_at + MEETING_TAKES

    @property
    def key(self) -> str:
        """The same for every plan: a match has one first meeting."""
        return "meeting"

    @property
    def is_face_to_face(self) -> bool:
        """Whether somebody has to travel to it."""
        return self.meeting.how in FACE_TO_FACE

    @property
    def how_label(self) -> str:
        """How the two meet, in words."""
        return str(self.meeting.get_how_display())

    @property
    def changed_at(self) -> datetime:
        """When this entry last changed."""
        return self.sight.match.changed_at


Entry = CalendarEntry | PlannedMeeting


def coming_dates(actor: User, *, now: datetime) -> list[Entry]:
    """The dates and first meetings to come of the actor's holding matches, in order. A fixed number of queries."""
    to_come = Q(slots__end_at__gt=now) | Q(meeting__planned_at__gt=now - MEETING_TAKES)
    found = _with_dates(own_matches(actor).filter(to_come, state__in=sorted(HOLDING)))
    sights = _sights(actor, found)
    entries: list[Entry] = [entry for entry in _dates(sights) if not entry.is_off]
    entries += _meetings(sights)
    return _in_order(entry for entry in entries if entry.end_at > now)


def feed_dates(actor: User, *, now: datetime) -> list[Entry]:
    """What a calendar program is told: dates and meetings from 90 days ago to 400 days ahead, called off dates as such.

    A first meeting that was recorded or waived, or whose match has ended, is not told any more. A fixed number of queries.
    """
    since, until = now - BACK, now + AHEAD
    dated = Q(slots__end_at__gt=since, slots__start_at__lt=until)
    met = Q(meeting__planned_at__gt=since - MEETING_TAKES, meeting__planned_at__lt=until)
    matches = own_matches(actor).filter(dated | met | Q(ended_at__gt=since))
    found = _with_dates(matches.exclude(state=MatchState.PROPOSED))
    sights = _sights(actor, found)
    entries: list[Entry] = [*_dates(sights, dropped=_dropped_dates(found)), *_meetings(sights)]
    return _in_order(entry for entry in entries if since < entry.end_at and entry.start_at < until)


def own_matches(actor: User) -> QuerySet[Match]:
    """Approved matches of a side the actor speaks for; a guide's desk is no calendar of one's own."""
    sides = Q(volunteer__representative=actor) | Q(need__region__in=represented_regions(actor))
    return Match.objects.filter(sides, approved_at__isnull=False)


def _with_dates(matches: QuerySet[Match]) -> Sequence[Match]:
    """The matches changed last, with what is dated about them."""
    ids = matches.order_by("-changed_at", "-pk").values("pk").distinct()
    shown = Match.objects.filter(pk__in=[row["pk"] for row in ids[:MATCHES_MAX]])
    return list(with_details(shown).select_related("meeting"))


def _sights(actor: User, matches: Sequence[Match]) -> list[MatchSight]:
    viewer = viewer_of(actor, matches)
    return [MatchSight(match, viewer) for match in matches]


def _dates(
    sights: Iterable[MatchSight], *, dropped: Mapping[int, list[Slot]] | None = None
) -> Iterator[CalendarEntry]:
    for sight in sights:
        has_ended = sight.match.state in CUT_SHORT
        for slot in sight.slots:
            yield CalendarEntry(sight, slot, has_ended or slot.cancelled_at is not None)
        for slot in (dropped or {}).get(sight.match.pk, ()):
            yield CalendarEntry(sight, slot, is_off=True)


def _meetings(sights: Iterable[MatchSight]) -> Iterator[PlannedMeeting]:
    for sight in sights:
        meeting: Meeting | None = getattr(sight.match, "meeting", None)
        if meeting is None or meeting.planned_at is None or meeting.outcome:
            continue
        if sight.match.state in HOLDING:
            yield PlannedMeeting(sight, meeting, meeting.planned_at)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.start_at, entry.sight.match.pk, entry.key))


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
