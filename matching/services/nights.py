"""When a day of matching begins."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from matching.snapshots import TOKYO

NIGHT = time(3, 0)
"""When a day of matching begins in Japan: nobody is changing anything."""


def night_before(now: datetime) -> datetime:
    """The last 03:00 in Japan at or before ``now``."""
    local = now.astimezone(TOKYO)
    night = datetime.combine(local.date(), NIGHT, tzinfo=TOKYO)
    return night if night <= local else night - timedelta(days=1)
