"""Moments as the engine counts them: days and minutes since 00:00 in Japan of the run's first day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from matching.engine import Horizon

TOKYO = ZoneInfo("Asia/Tokyo")
MINUTE = timedelta(minutes=1)
DAYS_SEEN = Horizon(first_ordinal=1).days


@dataclass(frozen=True, slots=True)
class Days:
    """Day 0 is ``first``, a day in Japan; ``count`` days can be seen."""

    first: date
    count: int = DAYS_SEEN

    @classmethod
    def of(cls, now: datetime) -> Days:
        """Days counted from the day of ``now`` in Japan."""
        return cls(now.astimezone(TOKYO).date())

    def reaching(self, last: datetime) -> Days:
        """The same days, and more if ``last`` lies beyond them."""
        return replace(self, count=max(self.count, self.number(last.astimezone(TOKYO).date()) + 1))

    @property
    def horizon(self) -> Horizon:
        """The days the engine can see."""
        return Horizon(first_ordinal=self.first.toordinal(), days=self.count)

    def number(self, day: date) -> int:
        """Number of a day; negative before day 0."""
        return (day - self.first).days

    def span(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Half-open minutes that contain both moments (Japan has no daylight time)."""
        midnight = datetime.combine(self.first, time.min, tzinfo=TOKYO)
        return (start - midnight) // MINUTE, -((midnight - end) // MINUTE)

    def moment(self, minute: int) -> datetime:
        """The moment of a minute, in Japan."""
        return datetime.combine(self.first, time.min, tzinfo=TOKYO) + minute * MINUTE

    def within(self, spans: Iterable[tuple[date, date]]) -> frozenset[int]:
        """Every day of the horizon in one of the spans, first and last days included."""
        last = self.horizon.days - 1
        return frozenset(
            day
            for begin, end in spans
            for day in range(max(0, self.number(begin)), min(last, self.number(end)) + 1)
        )
