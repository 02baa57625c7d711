"""Days on which a community is not to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from regions.models import QuietPeriod, Region


def quiet_days(region: Region) -> Callable[[date], bool]:
    """A test for days, from one reading of the community's quiet periods (prefetched ones count)."""
    periods = list(region.quiet_periods.all())
    return lambda day: is_quiet(periods, day)


def is_quiet(periods: Iterable[QuietPeriod], day: date) -> bool:
    """Whether ``day`` lies in one of the periods, first and last days included; one may span New Year."""
    mmdd = day.month * 100 + day.day
    return any(_covers(period.from_mmdd, period.until_mmdd, mmdd) for period in periods)


def _covers(first: int, last: int, mmdd: int) -> bool:
    return first <= mmdd <= last if first <= last else mmdd >= first or mmdd <= last
