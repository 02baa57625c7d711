"""The day and its record: when a match is completed, and what an absence leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import MatchState
from matching.models import Match, Relation
from matching.services.day import Came, attest_attendance, complete_match
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.matching import saga as story

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ready(mowing: Need, hana_party: Volunteer, mori: User) -> Match:
    """Confirmed, with a promise in return."""
    match = story.confirmed(mowing, hana_party, guide=mori)
    return promising(match, "山道を走れます")


def promising(match: Match, promise: str) -> Match:
    Match.objects.filter(pk=match.pk).update(promise=promise)
    return match


def attested(match: Match, *, by: User, people: int = 1, returned: bool = False) -> Match:
    slot = match.slots.get()
    came = Came(people=people, minutes=200 * people, return_given=returned)
    return attest_attendance(match_id=match.pk, actor=by, slot=slot, came=came, now=slot.end_at + HOUR)


def completed(match: Match, *, by: User) -> Match:
    return complete_match(match_id=match.pk, actor=by, now=match.slots.get().end_at + HOUR)


def tie(match: Match) -> tuple[int, int]:
    """Promised and kept."""
    row = Relation.objects.filter(volunteer=match.volunteer, region=match.need.region)
    return row.values_list("promised", "kept").first() or (0, 0)


# The return.
def test_guide_completes_only_when_the_return_is_given_or_scheduled(ready: Match, mori: User) -> None:
    attested(ready, by=mori)

    with pytest.raises(Conflict, match="return_open"):
        completed(ready, by=mori)
    before = (story.state_of(ready), tie(ready))
    attested(ready, by=mori, returned=True)
    completed(ready, by=mori)

    assert before == (MatchState.CONFIRMED, (0, 0))
    assert (story.state_of(ready), tie(ready)) == (MatchState.COMPLETED, (1, 1))


@pytest.mark.parametrize(("promise", "is_trial"), [("  ", False), ("山道を走れます", True)])
def test_nothing_is_owed_without_a_promise_or_on_a_trial(
    ready: Match, mori: User, promise: str, is_trial: bool
) -> None:
    promising(ready, promise)
    Match.objects.filter(pk=ready.pk).update(is_trial=is_trial)
    attested(ready, by=mori)

    assert completed(ready, by=mori).state == MatchState.COMPLETED


def test_thirty_days_later_the_record_of_who_came_is_enough(ready: Match, mori: User) -> None:
    attested(ready, by=mori)

    sweep_deadlines(now=ready.slots.get().end_at + 30 * DAY)

    assert (story.state_of(ready), tie(ready)) == (MatchState.COMPLETED, (1, 1))
