"""A person's dates as a calendar program reads them (RFC 5545): Japanese time, stable ids, no contact data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from accounts.services.dates import TOKYO
from matching.selectors.calendar import CalendarEntry, Entry, PlannedMeeting
from matching.selectors.paths import match_path

REFRESH = "PT1H"


def as_ical(entries: Iterable[Entry], *, language: str) -> bytes:
    """The calendar of these entries in the reader's language; the same entries give the same bytes."""
    with override(language):
        calendar = Calendar()
        calendar.add("prodid", "-//Enishi//enishi//JA")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Enishi: your dates"))
        calendar.add("x-wr-timezone", "Asia/Tokyo")
        calendar.add("x-published-ttl", REFRESH)
        for entry in entries:
            calendar.add_component(_event(entry))
        calendar.add_missing_timezones()
        return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    match, event = entry.sight.match, Event()
    event.add("uid", uid_of(entry))
    event.add("dtstamp", _stamp(entry.changed_at))
    event.add("last-modified", _stamp(entry.changed_at))
    event.add("sequence", int(entry.changed_at.timestamp()) - int(match.created_at.timestamp()))
    event.add("class", "PRIVATE")
    if isinstance(entry, PlannedMeeting):
        _fill_meeting(event, entry)
    else:
        _fill_date(event, entry)
    return event


def _fill_date(event: Event, entry: CalendarEntry) -> None:
    slot = entry.slot
    if slot.is_remote:  # help from afar has no hour: the days of its window, beside whatever else is on them
        event.add("dtstart", slot.start_at.astimezone(TOKYO).date())
        event.add("dtend", (slot.end_at - timedelta(seconds=1)).astimezone(TOKYO).date() + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        _add_hours(event, entry)
    event.add("summary", entry.sight.match.need.title)
    event.add("location", entry.sight.region["label"])
    event.add("description", "\n".join([*_lines(entry), _page(entry)]))
    event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED" if entry.is_promised else "TENTATIVE")


def _fill_meeting(event: Event, entry: PlannedMeeting) -> None:
    """Where exactly is written freely by the two sides, so it may name an address: it stays on the page of the match."""
    _add_hours(event, entry)
    event.add("summary", _("First meeting: %(need)s") % {"need": entry.sight.match.need.title})
    event.add("location", entry.sight.region["label"] if entry.is_face_to_face else entry.how_label)
    where = _("Where exactly is on the page of the match.")
    event.add("description", "\n".join([entry.how_label, where, _page(entry)]))
    event.add("status", "CONFIRMED")  # a plan is all there is: nothing that follows would confirm it


def _add_hours(event: Event, entry: Entry) -> None:
    event.add("dtstart", entry.start_at.astimezone(TOKYO))
    event.add("dtend", entry.end_at.astimezone(TOKYO))


def uid_of(entry: Entry) -> str:
    """The same for one date, or the first meeting, of one match, whatever happens to it."""
    host = urlsplit(settings.ENISHI_BASE_URL).hostname
    return f"{entry.sight.match.public_id}-{entry.key}@{host}"


def _stamp(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _lines(entry: CalendarEntry) -> list[str]:
    """State, people, what to bring."""
    match = entry.sight.match
    state = _("called off") if entry.is_off else entry.sight.state_label
    lines = [state, _("%(count)d people") % {"count": match.people}]
    if match.need.bring and not entry.is_off:
        lines.append(_("To bring: %(things)s") % {"things": _(", ").join(map(str, match.need.bring))})
    return lines


def _page(entry: Entry) -> str:
    """Where to look."""
    return urljoin(settings.ENISHI_BASE_URL + "/", match_path(entry.sight.match))
