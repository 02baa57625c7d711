"""Quiet periods, the one over New Year included."""

from __future__ import annotations

from datetime import date

import pytest

from regions.models import QuietPeriod
from regions.selectors.quiet import is_quiet, quiet_days
from tests.cast import make_region

HARVEST = QuietPeriod(label="稲刈り", from_mmdd=920, until_mmdd=1005)
NEW_YEAR = QuietPeriod(label="正月", from_mmdd=1228, until_mmdd=105)


@pytest.mark.parametrize(
    ("day", "quiet"),
    [
        (date(2027, 9, 19), False),
        (date(2027, 9, 20), True),
        (date(2027, 10, 5), True),
        (date(2027, 10, 6), False),
        (date(2027, 12, 27), False),
        (date(2027, 12, 28), True),
        (date(2027, 12, 31), True),
        (date(2028, 1, 1), True),
        (date(2028, 1, 5), True),
        (date(2028, 1, 6), False),
        (date(2028, 2, 29), False),
    ],
)
def test_period_counts_its_first_and_last_day(day, quiet):
    assert is_quiet([HARVEST, NEW_YEAR], day) is quiet


def test_no_period_is_never_quiet():
    assert not is_quiet([], date(2027, 1, 1))


@pytest.mark.django_db
def test_region_is_read_once_for_many_days(django_assert_num_queries):
    region = make_region()
    QuietPeriod.objects.create(region=region, label="盆", from_mmdd=812, until_mmdd=817)
    with django_assert_num_queries(1):
        test = quiet_days(region)
        assert [test(date(2027, 8, day)) for day in (11, 12, 17, 18)] == [False, True, True, False]
    assert not quiet_days(make_region())(date(2028, 8, 15))
