"""Sweeping: nothing before its time, nothing that somebody moved meanwhile, and once only."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict
from accounts.models import Outbox, User, Volunteer
from matching.enums import MatchState, Side
from matching.models import Answer, Match, MatchSlot
from matching.services import sweeps
from matching.services.answers import set_board_date
from matching.services.review import undo_approval
from matching.services.sweeps import sweep_deadlines
from regions.models import Need
from tests.builders import make_party
from tests.matching import saga as story
from tests.matching.sweeping import (
    DAY,
    NOTHING,
    SECOND,
    SLOT_AT,
    START,
    asked,
    assert_holds,
    ending,
    prepared,
    promised,
    swept,
    told,
)

pytestmark = pytest.mark.django_db


# Before anything is due.
def test_nothing_happens_before_its_time(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    story.propose(far, riders, now=START)
    asked(far, hana_party, guide=mori)

    assert sweep_deadlines(now=START + 5 * DAY - SECOND) == NOTHING


# What somebody else moved meanwhile.
def test_match_made_ready_since_it_was_listed_is_not_cancelled(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = prepared(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="match_moved_on"):
        sweeps._settle_after(match.pk, SLOT_AT - DAY)

    assert ending(match)[0] == MatchState.CONFIRMED


def test_nudge_meant_for_an_earlier_state_does_not_use_up_the_later_one(
    far: Need, hana_party: Volunteer, mori: User
) -> None:
    match = promised(far, hana_party, guide=mori)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._nudge(match.pk, START + 30 * DAY)

    assert Match.objects.get(pk=match.pk).nudged_at is None


def test_reminder_for_a_deadline_that_was_moved_is_not_sent(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    set_board_date(
        match_id=match.pk, actor=riders.representative, meets_on=(START + 40 * DAY).date(), now=START
    )
    answer = Answer.objects.get(match=match, side=Side.PARTY)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._remind(answer.pk, START + 19 * DAY)

    assert told("answer_reminder") == []


def test_nobody_is_reminded_of_what_has_ended(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer = Answer.objects.get(match=match, side=Side.PARTY)
    sweep_deadlines(now=START + 35 * DAY)

    with pytest.raises(Conflict, match="nudged_already"):
        sweeps._put_on_call_list(answer.pk, START + 36 * DAY)


def test_nobody_is_reminded_of_an_approval_that_was_undone(far: Need, riders: Volunteer, mori: User) -> None:
    match = asked(far, riders, guide=mori)
    answer = Answer.objects.get(match=match, side=Side.PARTY)
    undo_approval(match_id=match.pk, actor=mori, now=START + SECOND)

    for act in (sweeps._remind, sweeps._put_on_call_list):
        with pytest.raises(Conflict, match="nudged_already"):
            act(answer.pk, START + 20 * DAY)


def test_row_that_fails_is_logged_and_stops_nobody(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User, caplog: pytest.LogCaptureFixture
) -> None:
    """A match that lost its dates cannot be announced: the others of its kind and all later kinds go on."""
    poisoned = story.propose(far, make_party(), now=START)
    healthy = story.propose(far, hana_party, now=START)
    asked(far, riders, guide=mori)
    MatchSlot.objects.filter(match=poisoned).delete()

    done = [sweep_deadlines(now=START + 20 * DAY) for _again in range(2)]

    assert done == [swept(lapsed=1, reminded=2), NOTHING]
    assert (ending(healthy)[0], ending(poisoned)[0]) == (MatchState.LAPSED, MatchState.PROPOSED)
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert {record.getMessage() for record in failures} == {f"The sweep failed on Match {poisoned.pk}."}
    assert all(record.exc_info for record in failures)


@pytest.mark.slow
def test_sweeping_again_and_again_ends_everything_and_says_each_thing_once(
    far: Need, riders: Volunteer, hana_party: Volunteer, mori: User
) -> None:
    story.propose(far, make_party(), now=START)
    asked(far, riders, guide=mori)
    promised(far, hana_party, guide=mori)
    at = START
    while at < SLOT_AT:
        sweep_deadlines(now=at)
        at += DAY / 2 if at < START + 40 * DAY else 10 * DAY
    sweep_deadlines(now=SLOT_AT)

    assert sorted(Match.objects.values_list("state", flat=True)) == ["cancelled", "lapsed", "lapsed"]
    said = Outbox.objects.filter(topic="accounts.notify").values_list("payload__kind", flat=True)
    counts = {kind: list(said).count(kind) for kind in set(said)}
    assert counts["answer_reminder"] == counts["answer_overdue_guide"] == 2
    assert counts["review_escalated"] == counts["roster_due_guide"] == 1
    assert counts["match_ended"] == 3 + 3 + 1
    assert_holds(SLOT_AT)
