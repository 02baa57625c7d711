"""The day and its record: when a match is completed, and what an absence leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User, Volunteer
from matching.enums import EndReason, MatchState, Side
from matching.models import Match, Relation
from matching.services.day import Came, attest_attendance, complete_match
from matching.services.endings import cancel_match
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.matching import saga as story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

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


# Nobody came.
def test_who_did_not_come_is_called_off_and_counts_as_a_promise_not_kept(ready: Match, mori: User) -> None:
    attested(ready, by=mori, people=0)

    with pytest.raises(Conflict, match="nobody_came"):
        completed(ready, by=mori)
    ended = not_come(ready, by=mori)

    assert (ended.state, ended.end_reason, tie(ready)) == (MatchState.CANCELLED, EndReason.NO_SHOW, (1, 0))


def not_come(match: Match, *, by: User, after: timedelta = HOUR) -> Match:
    at = match.slots.get().start_at + after
    return cancel_match(match_id=match.pk, actor=by, reason=EndReason.NO_SHOW, now=at)


def test_community_says_on_the_morning_itself_that_nobody_came(ready: Match, ume: User) -> None:
    with pytest.raises(Conflict, match="slot_not_over"):
        not_come(ready, by=ume, after=-HOUR)
    before = tie(ready)

    not_come(ready, by=ume)

    assert (before, tie(ready)) == ((0, 0), (1, 0))


def test_participant_does_not_say_that_nobody_came(ready: Match, hana: User) -> None:
    with pytest.raises(Invalid, match="reason_unknown"):
        not_come(ready, by=hana)

    assert (story.state_of(ready), tie(ready)) == (MatchState.CONFIRMED, (0, 0))


def test_where_somebody_came_nobody_can_be_said_not_to_have(ready: Match, mori: User) -> None:
    attested(ready, by=mori)

    with pytest.raises(Conflict, match="somebody_came"):
        not_come(ready, by=mori, after=DAY)


@pytest.mark.parametrize("reason", [EndReason.NO_RECORD, EndReason.NOT_CONFIRMED])
def test_what_only_time_shows_is_said_by_the_system_alone(
    ready: Match, mori: User, hana: User, reason: EndReason
) -> None:
    for actor in (mori, hana):
        with pytest.raises(Invalid, match="reason_unknown"):
            cancel_match(match_id=ready.pk, actor=actor, reason=reason)

    assert story.state_of(ready) == MatchState.CONFIRMED


def test_thirty_days_later_a_day_without_anybody_counts_as_not_come(ready: Match, mori: User) -> None:
    attested(ready, by=mori, people=0)

    sweep_deadlines(now=ready.slots.get().end_at + 30 * DAY)

    ready.refresh_from_db()
    assert (ready.state, ready.end_reason, tie(ready)) == (MatchState.CANCELLED, EndReason.NO_SHOW, (1, 0))
    assert ready.holds.filter(released_at=None).count() == 0


# Called off by telephone.


@pytest.mark.parametrize(
    ("side", "reason", "counted"),
    [
        (Side.PARTY, EndReason.CANNOT_COME, (1, 0)),
        (Side.PARTY, EndReason.WEATHER, (0, 0)),
        (Side.REGION, EndReason.CHANGED_PLANS, (0, 0)),
    ],
)
def test_cancellation_by_telephone_is_that_of_who_rang(
    ready: Match, mori: User, side: Side, reason: EndReason, counted: tuple[int, int]
) -> None:
    entry = {"match_id": ready.pk, "actor": mori, "reason": reason, "side": side}
    with pytest.raises(Invalid, match="on_behalf_needed"):
        cancel_match(**entry)

    ended = cancel_match(**entry, on_behalf_of="電話で本人")

    event = ended.events.latest("seq")
    assert (event.role, event.on_behalf_of, event.data["side"]) == ("guide", "電話で本人", side)
    assert tie(ready) == counted


def test_only_a_guide_enters_a_cancellation_for_a_side(ready: Match, ume: User) -> None:
    with pytest.raises(NotAllowed, match="role_may_not"):
        cancel_match(
            match_id=ready.pk, actor=ume, reason=EndReason.CANNOT_COME, side=Side.PARTY, on_behalf_of="花さん"
        )

    assert (story.state_of(ready), tie(ready)) == (MatchState.CONFIRMED, (0, 0))
