"""A guide's silence: who takes over, who is told, and when a proposal lapses."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict
from accounts.models import User, Volunteer
from matching.enums import EndReason, MatchState
from matching.models import Match
from matching.services import sweeps
from matching.services.proposals import apply_for_need
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.builders import FUKUOKA, make_guide, make_need, make_region
from tests.matching import saga as story
from tests.matching.sweeping import (
    DAY,
    NOTHING,
    SECOND,
    SLOT_AT,
    START,
    ending,
    last_event,
    swept,
    told,
)

pytestmark = pytest.mark.django_db


# The guide's silence.
def test_review_goes_to_the_next_guide_after_five_working_days_once(
    far: Need, riders: Volunteer, mori: User, sato: User
) -> None:
    match = story.propose(far, riders, now=START)
    first = match.guide

    before, done, again = (sweep_deadlines(now=START + 7 * DAY + wait) for wait in (-SECOND, 0 * DAY, SECOND))

    match.refresh_from_db()
    assert (before, done, again) == (NOTHING, swept(escalated=1), NOTHING)
    assert {first, match.guide} == {mori.guide, sato.guide}
    assert told("review_escalated") == [match.guide.user.name]
    assert (match.due_at, match.state) == (match.lapse_at, MatchState.PROPOSED)


def test_last_guide_hands_on_to_the_first(far: Need, riders: Volunteer, mori: User, sato: User) -> None:
    third = make_guide(mori.guide.organization)
    guides = [mori.guide, sato.guide, third]
    match = story.propose(far, riders, now=START)
    Match.objects.filter(pk=match.pk).update(guide=third)

    sweep_deadlines(now=START + 7 * DAY)

    match.refresh_from_db()
    assert match.guide == guides[0]


def test_handing_on_twice_is_refused(far: Need, riders: Volunteer, mori: User, sato: User) -> None:
    match = story.propose(far, riders, now=START)
    sweep_deadlines(now=START + 7 * DAY)
    match.refresh_from_db()
    guide = match.guide

    with pytest.raises(Conflict, match="not_overdue"):
        sweeps.escalate_review(match_id=match.pk, now=START + 7 * DAY)

    match.refresh_from_db()
    assert match.guide == guide


def test_proposal_nobody_covers_is_told_to_the_administrators_and_lapses(
    far: Need, riders: Volunteer, admin: User, yuki: User
) -> None:
    match = story.propose(far, riders, now=START)

    assert sweep_deadlines(now=START + 7 * DAY) == swept(escalated=1)
    assert told("match_uncovered_admin") == [admin.name]
    assert sweep_deadlines(now=START + 14 * DAY) == swept(lapsed=1)
    assert told("match_ended") == [admin.name]
    assert told("review_escalated") == []
    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_REVIEWED, 0)


def test_application_nobody_reviews_is_told_to_the_administrators_at_once(
    far: Need, hana: User, hana_party: Volunteer, admin: User, mori: User
) -> None:
    uncovered = make_need(make_region(municipality=FUKUOKA), slots=[{"start_at": SLOT_AT}])
    for need in (uncovered, far):
        apply_for_need(actor=hana, need=need, volunteer=hana_party, slots=need.slots.all())

    assert told("match_uncovered_admin") == [admin.name]
    assert told("match_proposed_guide") == [mori.name]


def test_review_lapses_after_ten_working_days_and_tells_neither_side(
    far: Need, riders: Volunteer, mori: User
) -> None:
    match = story.propose(far, riders, now=START)
    sweep_deadlines(now=START + 7 * DAY)

    assert sweep_deadlines(now=START + 14 * DAY - SECOND) == NOTHING
    assert sweep_deadlines(now=START + 14 * DAY) == swept(lapsed=1)

    assert ending(match) == (MatchState.LAPSED, EndReason.NOT_REVIEWED, 0)
    assert told("match_ended") == ["森"]
    assert (last_event(match).actor.is_system, last_event(match).role) == (True, "system")
