"""Counts are made once a month in Japan, and not anew where their difference would tell of a few people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from matching.enums import Origin
from matching.models import CountOfPeople, MatchOutcome
from matching.reports.monthly import MOVED_AT_LEAST, count_people
from matching.reports.people import moved_since
from regions.models import Need
from tests.builders import TOKYO
from tests.matching.counted import people, proposed

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 1, tzinfo=TOKYO)
JULY = datetime(2026, 7, 1, tzinfo=TOKYO)
MINUTE = timedelta(minutes=1)


def state() -> list[dict[str, Any]]:
    return list(CountOfPeople.objects.order_by("year").values())


def women(at_stage: int) -> int:
    tables = CountOfPeople.objects.get().tables
    return int(tables["sex"]["female"][at_stage])


def women_proposed(mowing: Need, count: int, at: datetime, stage: str = "proposed") -> None:
    proposed(mowing, people(count, age="20s", sex="female"), stage, at=at)


def test_month_is_counted_once_and_from_its_first_minute_in_japan(mowing: Need) -> None:
    women_proposed(mowing, 22, JUNE - 9 * MINUTE)
    assert count_people(now=JUNE - MINUTE) == [2026]
    women_proposed(mowing, 22, JUNE - MINUTE / 2)
    before = state()

    assert count_people(now=JUNE - MINUTE / 4) == []
    assert state() == before
    assert count_people(now=JUNE) == [2026]
    assert women(0) == 40
    assert count_people(now=JUNE + 10 * MINUTE) == []
    assert CountOfPeople.objects.get().counted_at == JUNE


def test_missed_month_is_made_up_for(mowing: Need) -> None:
    women_proposed(mowing, 22, JUNE - MINUTE)
    count_people(now=JUNE)
    women_proposed(mowing, 22, JULY - MINUTE)

    assert count_people(now=JULY + timedelta(days=12)) == [2026]
    assert count_people(now=JULY + timedelta(days=13)) == []


@pytest.mark.parametrize(("more", "is_counted"), [(MOVED_AT_LEAST - 1, False), (MOVED_AT_LEAST, True)])
def test_few_more_people_are_not_counted_before_they_are_many(
    more: int, is_counted: bool, mowing: Need
) -> None:
    women_proposed(mowing, 20, JUNE - MINUTE)
    count_people(now=JUNE)
    women_proposed(mowing, more, JUNE + MINUTE)

    assert count_people(now=JULY) == [2026] * is_counted

    kept = CountOfPeople.objects.get()
    assert kept.counted_at == (JULY if is_counted else JUNE)
    assert women(0) == (40 if is_counted else 20)
    women_proposed(mowing, 20, JULY + MINUTE)
    assert count_people(now=JULY + 2 * MINUTE) == []  # not before the next month


def test_first_count_waits_for_as_many(mowing: Need) -> None:
    women_proposed(mowing, MOVED_AT_LEAST - 1, JUNE - MINUTE)
    assert count_people(now=JUNE) == []
    assert CountOfPeople.objects.get().tables is None

    women_proposed(mowing, 1, JUNE + MINUTE)
    assert count_people(now=JULY) == [2026]


def test_only_steps_are_kept(mowing: Need) -> None:
    women_proposed(mowing, 23, JUNE - MINUTE)
    women_proposed(mowing, 4, JUNE - MINUTE, "asked")
    count_people(now=JUNE)

    tables = CountOfPeople.objects.get().tables
    assert {count for rows in tables.values() for cells in rows.values() for count in cells} == {0, 20}


@pytest.mark.parametrize(("later", "moved"), [
    ({}, 0),
    ({"decision": "approved", "decided_at": JUNE + MINUTE}, 1),
    ({"decision": "approved", "decided_at": JUNE - MINUTE}, 0),
    ({"decision": "rejected", "decided_at": JUNE + MINUTE}, 0),
    ({"decision": "approved", "decided_at": JUNE - MINUTE, "party_answer": "meet", "party_answered_at": JUNE + MINUTE}, 1),
    ({"decision": "approved", "decided_at": JUNE - MINUTE, "party_answer": "no", "party_answered_at": JUNE + MINUTE}, 0),
    ({"party_answer": "yes", "party_answered_at": JUNE + MINUTE, "meeting_at": JUNE - MINUTE}, 0),
    ({"party_answer": "yes", "party_answered_at": JUNE - MINUTE, "agreed_at": JUNE + MINUTE}, 1),
    ({"party_answer": "yes", "party_answered_at": JUNE - MINUTE, "agreed_at": JUNE - MINUTE}, 0),
])  # fmt: skip
def test_who_moved_is_who_came_further(later: dict[str, Any], moved: int, mowing: Need) -> None:
    proposed(mowing, people(1), at=JUNE - 2 * MINUTE)
    MatchOutcome.objects.update(**later)

    assert moved_since(2026, JUNE) == moved


def test_another_proposal_to_the_same_person_moves_nobody(mowing: Need) -> None:
    parties = people(3)
    proposed(mowing, parties[:2], "asked", at=JUNE - MINUTE)
    proposed(mowing, parties, origin=Origin.GUIDE, at=JUNE + MINUTE)
    proposed(mowing, parties[:1], "promised", origin=Origin.REGION, at=JUNE + MINUTE)

    assert moved_since(2026, JUNE) == 2
