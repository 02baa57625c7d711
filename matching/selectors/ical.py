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
from matching.selectors.calendar import CalendarEntry
from matching.selectors.paths import match_path

REFRESH = "PT1H"


def as_ical(entries: Iterable[CalendarEntry], *, language: str) -> bytes:
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


def _event(entry: CalendarEntry) -> Event:
    match, slot, event = entry.sight.match, entry.slot, Event()
    event.add("uid", uid_of(entry))
    event.add("dtstamp", _stamp(entry.changed_at))
    event.add("last-modified", _stamp(entry.changed_at))
    event.add("sequence", int(entry.changed_at.timestamp()) - int(match.created_at.timestamp()))
    if slot.is_remote:  # help from afar has no hour: the days of its window, beside whatever else is on them
        event.add("dtstart", slot.start_at.astimezone(TOKYO).date())
        event.add("dtend", (slot.end_at - timedelta(seconds=1)).astimezone(TOKYO).date() + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", slot.start_at.astimezone(TOKYO))
        event.add("dtend", slot.end_at.astimezone(TOKYO))
    event.add("summary", match.need.title)
    event.add("location", entry.sight.region["label"])
    event.add("description", "\n".join(_lines(entry)))
    event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED" if entry.is_promised else "TENTATIVE")
    event.add("class", "PRIVATE")
    return event


def uid_of(entry: CalendarEntry) -> str:
    """The same for one date of one match, whatever happens to it."""
    host = urlsplit(settings.ENISHI_BASE_URL).hostname
    return f"{entry.sight.match.public_id}-{entry.slot.public_id}@{host}"


def _stamp(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _lines(entry: CalendarEntry) -> list[str]:
    """State, people, what to bring, where to look."""
    match = entry.sight.match
    state = _("called off") if entry.is_off else entry.sight.state_label
    lines = [state, _("%(count)d people") % {"count": match.people}]
    if match.need.bring and not entry.is_off:
        lines.append(_("To bring: %(things)s") % {"things": _(", ").join(map(str, match.need.bring))})
    return [*lines, urljoin(settings.ENISHI_BASE_URL + "/", match_path(match))]
