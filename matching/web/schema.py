"""An open need in the words of schema.org, for search engines: only what its page says to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.selectors.wanted import Wanted
from regions.enums import NeedMode

ATTENDANCE = {
    NeedMode.ON_SITE: "OfflineEventAttendanceMode",
    NeedMode.REMOTE: "OnlineEventAttendanceMode",
}
MIXED = "MixedEventAttendanceMode"


def event_of(shown: Wanted, *, address: str, organizer: str) -> Mapping[str, Any] | None:
    """The next date of a need as an Event; None where no date is known. ``address``: where its page stands."""
    date = shown.next_date
    if date is None:
        return None
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": shown.need.title,
        "description": shown.need.story or shown.need.title,
        "url": address,
        "startDate": date.start_at.isoformat(),
        "endDate": date.end_at.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": f"https://schema.org/{ATTENDANCE.get(NeedMode(shown.need.mode), MIXED)}",
        "location": _place(shown, address),
    }
    return event | ({"organizer": {"@type": "Organization", "name": organizer}} if organizer else {})


def _place(shown: Wanted, address: str) -> Mapping[str, Any]:
    """The community as far as it is public, never a point on a map; from afar, the page itself."""
    if shown.need.mode == NeedMode.REMOTE:
        return {"@type": "VirtualLocation", "url": address}
    municipality = shown.need.region.municipality
    return {
        "@type": "Place",
        "name": shown.place,
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "JP",
            "addressRegion": municipality.prefecture_name,
            "addressLocality": municipality.name,
        },
    }
