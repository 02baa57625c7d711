"""The log of outcomes: one row per match that says what its events say, and nothing that names anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import models
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User, Volunteer
from accounts.services.erasure import erase_account
from matching.enums import AnswerValue, EndReason, MatchState, MeetingOutcome, Origin, Role, Side
from matching.models import Match, MatchEvent, MatchOutcome
from matching.services.endings import cancel_match, decline_match, redate_match
from matching.services.outcomes import write_missing_outcomes
from matching.services.proposals import apply_for_need
from matching.services.review import reject_match, undo_approval
from matching.tasks import sweep_outcomes
from regions.models import Need
from tests.builders import at_tokyo, make_slot, sunday_ahead
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def logged(match: Match) -> MatchOutcome:
    return MatchOutcome.objects.get(match=match)


def test_whole_life_ends_in_one_complete_row(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.completed(mowing, riders, guide=mori)

    row = logged(match)
    at = dict(MatchEvent.objects.filter(match=match).values_list("move", "at"))
    assert MatchOutcome.objects.count() == 1
    assert (row.origin, row.run, row.proposed_at) == (Origin.WORKER, None, at["propose"])
    assert (row.decision, row.decided_by, row.decided_at, row.decision_reason) == (
        "approved", Role.GUIDE, at["approve"], "",
    )  # fmt: skip
    assert (row.party_answer, row.region_answer) == (AnswerValue.YES, AnswerValue.YES)
    assert row.party_answered_at < row.region_answered_at == at["answer"]
    assert (row.meeting_outcome, row.meeting_at) == (MeetingOutcome.PROCEED, at["record_meeting"])
    assert (row.agreed_at, row.confirmed_at, row.ended_at) == (at["agree"], at["confirm"], at["complete"])
    assert (row.people_came, row.minutes_worked) == (match.people, 240)
    assert (row.state, row.end_reason, row.ended_by) == (MatchState.COMPLETED, "", Role.GUIDE)


def test_figures_are_those_of_the_explanation(mowing: Need, riders: Volunteer) -> None:
    match = apply_for_need(
        actor=riders.representative, need=mowing, volunteer=riders, slots=[mowing.slots.first()]
    )

    row = logged(match)
    said = match.explanation
    names = (
        "f_num",
        "f_den",
        "g_num",
        "g_den",
        "travel_minutes",
        "limit_minutes",
        "mutual_micro",
        "comfort_micro",
    )
    assert said["f_den"] > 0
    assert [getattr(row, name) for name in names] == [said[name] for name in names]
    assert (row.origin, row.score_micro, row.state) == (Origin.PARTY, match.score_micro, MatchState.PROPOSED)


def test_rejection_keeps_the_guides_code(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.propose(mowing, riders)

    reject_match(match_id=match.pk, actor=mori, reason=EndReason.DISTANCE, note="遠すぎる")

    row = logged(match)
    assert (row.decision, row.decision_reason, row.decided_by) == ("rejected", EndReason.DISTANCE, Role.GUIDE)
    assert (row.state, row.end_reason, row.party_answer, row.agreed_at) == (
        MatchState.REJECTED, EndReason.DISTANCE, "", None,
    )  # fmt: skip


def test_refusal_is_that_of_the_side_for_which_the_guide_entered_it(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.asked(story.propose(mowing, riders), guide=mori)

    decline_match(
        match_id=match.pk, actor=mori, reason=EndReason.WORK, side=Side.REGION, on_behalf_of="区長 中村"
    )

    row = logged(match)
    assert (row.region_answer, row.region_reason, row.party_answer, row.party_reason) == (
        AnswerValue.NO, EndReason.WORK, "", "",
    )  # fmt: skip
    assert (row.decision, row.state, row.ended_by) == ("approved", MatchState.DECLINED, Role.GUIDE)


def test_cancellation_after_the_promise_keeps_who_and_why(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    match = story.agreed(mowing, riders, guide=mori)

    cancel_match(match_id=match.pk, actor=riders.representative, reason=EndReason.CANNOT_COME)

    row = logged(match)
    assert (row.state, row.end_reason, row.ended_by) == (
        MatchState.CANCELLED, EndReason.CANNOT_COME, Role.PARTY,
    )  # fmt: skip
    assert (row.party_answer, row.party_reason, row.people_came) == (
        AnswerValue.YES, EndReason.CANNOT_COME, None,
    )  # fmt: skip


def test_approval_taken_back_leaves_no_decision(mowing: Need, riders: Volunteer, mori: User) -> None:
    now = timezone.now()
    match = story.asked(story.propose(mowing, riders), guide=mori, now=now)

    undo_approval(match_id=match.pk, actor=mori, now=now + timedelta(seconds=5))

    row = logged(match)
    assert (row.decision, row.decided_at, row.state) == ("", None, MatchState.PROPOSED)


def test_other_dates_begin_a_row_with_the_figures_of_the_old_one(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    old = apply_for_need(
        actor=riders.representative, need=mowing, volunteer=riders, slots=[mowing.slots.first()]
    )

    new = redate_match(
        match_id=old.pk, actor=mori, slots=[make_slot(mowing, start_at=at_tokyo(sunday_ahead(75), 8))]
    )

    assert (logged(old).state, logged(old).end_reason) == (MatchState.WITHDRAWN, EndReason.REDATED)
    assert logged(new).f_den == logged(old).f_den > 0
    assert logged(new).score_micro == old.score_micro


def rows() -> list[dict[str, object]]:
    names = [field.name for field in MatchOutcome._meta.fields if field.name != "id"]
    return list(MatchOutcome.objects.order_by("match").values(*names))


def test_log_is_written_anew_from_the_events_and_twice_gives_the_same(
    mowing: Need, riders: Volunteer, mori: User, capsys: pytest.CaptureFixture[str]
) -> None:
    match = story.completed(mowing, riders, guide=mori)
    story.propose(mowing, riders)
    before = rows()
    MatchOutcome.objects.filter(match=match).update(party_answer=AnswerValue.NO, people_came=1)

    call_command("write_outcomes")
    call_command("write_outcomes")

    assert rows() == before
    assert capsys.readouterr().out.split("\n")[:2] == ["2 rows written"] * 2


def test_sweep_writes_the_rows_of_older_matches_and_nothing_else(
    mowing: Need, riders: Volunteer, mori: User
) -> None:
    older = story.completed(mowing, riders, guide=mori)
    newer = story.propose(mowing, riders)
    before = rows()
    MatchOutcome.objects.filter(match=older).delete()
    MatchOutcome.objects.filter(match=newer).update(limit_minutes=77)

    sweep_outcomes()

    assert rows()[0] == before[0]
    assert logged(newer).limit_minutes == 77
    assert write_missing_outcomes() == 0


def test_nothing_missing_costs_one_query(
    mowing: Need, riders: Volunteer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story.propose(mowing, riders)

    with django_assert_num_queries(1):
        assert write_missing_outcomes() == 0


def test_sweep_writes_no_more_than_it_is_given(
    mowing: Need, riders: Volunteer, hana_party: Volunteer
) -> None:
    for party in (riders, hana_party):
        story.propose(mowing, party)
    MatchOutcome.objects.all().delete()

    assert [write_missing_outcomes(limit=1) for _number in range(3)] == [1, 1, 0]


def test_match_that_cannot_be_read_holds_up_no_other(
    mowing: Need, riders: Volunteer, hana_party: Volunteer, mori: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken = story.completed(mowing, riders, guide=mori)
    MatchEvent.objects.filter(match=broken, move="attest").update(data={})
    other = story.propose(mowing, hana_party)
    MatchOutcome.objects.all().delete()

    assert write_missing_outcomes(limit=1) == 1

    assert list(MatchOutcome.objects.values_list("match", flat=True)) == [other.pk]
    assert broken.public_id in caplog.text


def test_the_log_holds_codes_and_no_words() -> None:
    texts = [
        field for field in MatchOutcome._meta.fields if isinstance(field, models.CharField | models.TextField)
    ]
    links = {field.name for field in MatchOutcome._meta.fields if field.is_relation}
    assert len(texts) > 5
    assert [field.name for field in texts if not field.choices] == []
    assert links == {"match", "run"}


def test_erasure_leaves_the_row_as_it_was(mowing: Need, riders: Volunteer, mori: User) -> None:
    match = story.propose(mowing, riders)
    reject_match(match_id=match.pk, actor=mori, reason=EndReason.SAFETY, note="電話で話した")
    before = MatchOutcome.objects.values().get(match=match)

    erase_account(actor=riders.representative, confirmation=riders.representative.email)
    call_command("write_outcomes")

    assert MatchOutcome.objects.values().get(match=match) == before
