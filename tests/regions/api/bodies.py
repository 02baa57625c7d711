"""What the tests of needs send, and where to."""

from __future__ import annotations

from typing import Any

from regions.models import Need
from tests.builders import at_tokyo, sunday_ahead
from tests.support.api import API

MEGABYTE = "a" * 1_000_000
NEEDS = f"{API}needs/"
DAY = sunday_ahead(90)
SLOT: dict[str, Any] = {
    "start_at": at_tokyo(DAY, 8).isoformat(),
    "end_at": at_tokyo(DAY, 12).isoformat(),
    "places": 12,
}
RULE: dict[str, Any] = {
    "kind": "date_window",
    "places": 6,
    "parameters": {
        "from": "01-01",
        "until": "12-31",
        "weekdays": ["sun"],
        "start": "09:00",
        "end": "11:00",
    },
}


def address(need: Need, rest: str = "") -> str:
    return f"{NEEDS}{need.public_id}/{rest}"
