"""A changed need or party is looked at again by itself, after the change, once for a storm."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Guide, Outbox, Volunteer, Wish
from accounts.services.outbox import owe
from accounts.services.rescoring import party_changed
from accounts.services.vocabulary import store_entry
from matching import tasks
from matching.enums import EndReason, MatchState, RunState
from matching.models import Match, MatchRun
from matching.services.endings import decline_match, lapse_match, withdraw_match
from matching.services.rescoring import look_again, match_nightly
from matching.services.review import reject_match, undo_approval
from matching.services.run_steps import start_run
from matching.services.runs import request_run
from matching.snapshots import ALL
from regions.enums import NeedStage
from regions.models import Need
from regions.services.rescoring import need_changed
from tests.builders import TOKYO
from tests.cast import make_asset_kind, make_need, make_party, make_region, make_work_kind
from tests.matching import saga as story
from tests.matching.running import pairs
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def change(target: Need | Volunteer) -> None:
    with transaction.atomic():
        if isinstance(target, Need):
            need_changed(target)
        else:
            party_changed(target)


def test_changed_party_is_matched_with_all_needs(mowing: Need, riders: Volunteer, hana_party, mori) -> None:
    change(riders)
    drain_outbox()
    run = MatchRun.objects.get()
    assert (run.scope, run.state, run.requested_by.is_system) == (
        f"party:{riders.public_id}",
        RunState.DONE,
        True,
    )
    assert pairs() == {(mowing, riders)}


def test_changed_need_is_matched_with_all_parties(mowing: Need, riders, hana_party, saga, mori) -> None:
    make_need(saga)
    change(mowing)
    drain_outbox()
    assert MatchRun.objects.get().scope == f"need:{mowing.public_id}"
    assert pairs() == {(mowing, riders), (mowing, hana_party)}


def test_kind_of_work_that_is_worth_something_else_has_everything_matched(
    mowing: Need, riders: Volunteer, hana_party, mori, admin
) -> None:
    kind = make_work_kind("grass_hand")
    for load in (3, 1):
        kind.load = load
        store_entry(kind, actor=admin)
    drain_outbox()
    run = MatchRun.objects.get()
    assert (run.scope, run.state, run.requested_by.is_system) == (ALL, RunState.DONE, True)
    assert pairs() == {(mowing, riders), (mowing, hana_party)}


def test_storm_of_changes_makes_one_run(mowing: Need, riders: Volunteer, mori) -> None:
    for _ in range(6):
        change(riders)
    rescoring = Outbox.objects.filter(topic="matching.rescore")
    assert rescoring.count() == 6
    drain_outbox()
    assert not rescoring.filter(done_at=None).exists()
    assert MatchRun.objects.filter(scope=f"party:{riders.public_id}").count() == 1


def test_run_over_everything_that_has_not_begun_will_do(admin, mowing: Need, riders: Volunteer, mori) -> None:
    run = request_run(actor=admin)
    assert look_again(mowing) == run
    assert MatchRun.objects.count() == 1


def test_party_has_its_own_run_whatever_waits(admin, mowing: Need, riders: Volunteer, mori) -> None:
    """Only a run over the party keeps what fits it."""
    everything = request_run(actor=admin)
    own = look_again(riders)
    assert own is not None
    assert own != everything
    assert look_again(riders) == own


def test_change_after_the_snapshot_is_followed_by_another_run(mowing: Need, riders: Volunteer, mori) -> None:
    """The run has read the tables when the wish changes: only the second one can see it."""
    riders.wishes.all().delete()
    Wish.objects.create(volunteer=riders, asset_kind=make_asset_kind("house"), weight=3)
    run = look_again(riders)
    assert run is not None
    MatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now())  # its worker has begun to read
    riders.wishes.all().delete()
    Wish.objects.create(volunteer=riders, asset_kind=make_asset_kind("trail_mtb"), weight=3)
    for _ in range(3):
        assert look_again(riders) == run
    start_run(run_id=run.pk, now=timezone.now())
    drain_outbox()
    states = MatchRun.objects.filter(scope=run.scope).values_list("state", flat=True)
    assert list(states) == [RunState.DONE, RunState.DONE]
    assert pairs() == {(mowing, riders)}
    assert "again" not in MatchRun.objects.get(pk=run.pk).report


def test_closed_need_and_paused_party_are_left_alone(mowing: Need, riders: Volunteer) -> None:
    Need.objects.update(stage=NeedStage.CLOSED)
    Volunteer.objects.update(is_active=False)
    mowing.refresh_from_db()
    riders.refresh_from_db()
    assert (look_again(mowing), look_again(riders)) == (None, None)
    assert not MatchRun.objects.exists()


def test_what_was_deleted_meanwhile_is_passed_over(mori) -> None:
    need_id, party_id = 10**9, 10**9
    with transaction.atomic():
        owe(topic="matching.rescore", key="gone need", payload={"need": need_id})
        owe(topic="matching.rescore", key="gone party", payload={"party": party_id})
    drain_outbox()
    assert Outbox.objects.exclude(done_at=None).count() == 2
    assert not MatchRun.objects.exists()


def test_need_closed_between_request_and_start_is_no_failure(mowing: Need, riders: Volunteer, mori) -> None:
    run = look_again(mowing)
    assert run is not None
    Need.objects.update(stage=NeedStage.CLOSED)
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.needs_count, run.proposals_count) == (RunState.DONE, 0, 0)


def test_freed_places_are_offered_again(mowing: Need, riders: Volunteer, harada, mori) -> None:
    """The saga's own rescoring: whoever did not fit while the places were held is proposed when they are free."""
    mowing.slots.update(places=5)
    match = story.asked(story.propose(mowing, riders), guide=mori)
    late = make_party()
    change(late)
    drain_outbox()
    assert not Match.objects.filter(volunteer=late).exists()
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.CHANGED_PLANS)
    drain_outbox()
    assert pairs() == {(mowing, riders), (mowing, late)}


def test_freed_place_goes_to_who_fits_as_well_and_was_not_just_asked(saga, harada, riders, mori) -> None:
    need = make_need(saga, places=5)
    match = story.asked(story.propose(need, riders), guide=mori)
    asked, fresh = sorted((make_party() for _ in range(2)), key=lambda party: party.public_id)
    other = story.asked(story.propose(make_need(make_region(guide=mori.guide)), asked), guide=mori)
    decline_match(match_id=other.pk, actor=asked.representative, reason=EndReason.DATES)
    Need.objects.filter(pk=other.need_id).update(stage=NeedStage.CLOSED)
    Guide.objects.update(weekly_capacity=1)
    drain_outbox()
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.CHANGED_PLANS)
    drain_outbox()
    (proposed,) = Match.objects.filter(need=need, state=MatchState.PROPOSED)
    assert (proposed.volunteer, proposed.explanation["behind_micro"]) == (fresh, 0)


# What an ending sets in motion.
def test_rejected_proposals_are_replaced(mowing: Need, admin, mori) -> None:
    """Five rejections of a need that has all its guide can read: the sixth party is proposed without anybody asking."""
    parties = [make_party() for _ in range(6)]
    request_run(actor=admin)
    drain_outbox()
    proposed = list(Match.objects.filter(state=MatchState.PROPOSED))
    assert len(proposed) == 5
    for match in proposed:
        reject_match(match_id=match.pk, actor=mori, reason=EndReason.DATES)
    drain_outbox()
    (late,) = set(parties) - {match.volunteer for match in proposed}
    assert set(Match.objects.filter(state=MatchState.PROPOSED).values_list("volunteer", flat=True)) == {
        late.pk
    }


def test_party_whose_proposal_ended_is_matched_elsewhere(saga, trails, mowing: Need, mori) -> None:
    rider = make_party(live_limit=1)
    match = story.propose(mowing, rider)
    other = make_need(saga, offers=[trails])
    look_again(rider)
    drain_outbox()
    assert pairs() == {(mowing, rider)}
    reject_match(match_id=match.pk, actor=mori, reason=EndReason.WORK)
    drain_outbox()
    assert pairs() == {(mowing, rider), (other, rider)}


def test_party_of_a_completed_match_is_free_again(mowing: Need, riders: Volunteer, mori) -> None:
    match = story.completed(mowing, riders, guide=mori)
    owed = Outbox.objects.filter(
        topic="matching.rescore", key__startswith=f"match:{match.public_id}:", done_at=None
    )
    assert [row.payload for row in owed] == [{"party": riders.pk}]


@pytest.mark.parametrize("ending", ["reject", "withdraw", "lapse"])
def test_every_ending_of_a_proposal_owes_one_look_at_each_side(
    mowing: Need, riders: Volunteer, mori, ending: str
) -> None:
    match = story.propose(mowing, riders)
    before = set(Outbox.objects.values_list("pk", flat=True))
    if ending == "reject":
        reject_match(match_id=match.pk, actor=mori, reason=EndReason.DATES)
    elif ending == "withdraw":
        withdraw_match(match_id=match.pk, actor=mori, reason=EndReason.DATES)
    else:
        lapse_match(match_id=match.pk, now=match.lapse_at)
    owed = Outbox.objects.exclude(pk__in=before).exclude(topic="accounts.notify")
    assert sorted((row.topic, *row.payload.items()) for row in owed) == [
        ("matching.rescore", ("need", mowing.pk)),
        ("matching.rescore", ("party", riders.pk)),
    ]


def test_taken_back_approval_frees_places_and_no_party(mowing: Need, riders: Volunteer, mori) -> None:
    """It ends nothing: the proposal is still there."""
    match = story.asked(story.propose(mowing, riders), guide=mori)
    undo_approval(match_id=match.pk, actor=mori)
    owed = Outbox.objects.filter(topic__startswith="matching.")
    assert sorted((row.topic, *row.payload.items()) for row in owed) == [
        ("matching.next_in_line", ("need", mowing.pk)),
        ("matching.rescore", ("need", mowing.pk)),
    ]


def test_who_took_an_application_back_is_not_proposed_at_once(mowing: Need, riders, harada, mori) -> None:
    match = story.propose(mowing, riders)
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.DISTANCE)
    drain_outbox()
    assert pairs() == {(mowing, riders)}
    assert not Match.objects.filter(state=MatchState.PROPOSED).exists()


# The night's run.
NIGHT = datetime(2027, 6, 2, 3, 0, tzinfo=TOKYO)


def test_everything_is_matched_once_a_night(mowing: Need, riders: Volunteer, mori) -> None:
    run = match_nightly(now=NIGHT)
    assert run is not None
    assert (run.scope, run.requested_by.is_system) == ("all", True)
    assert match_nightly(now=NIGHT) is None  # it is open
    MatchRun.objects.update(state=RunState.DONE)
    for hours in (0, 9, 23.9):
        assert match_nightly(now=NIGHT + timedelta(hours=hours)) is None
    assert match_nightly(now=NIGHT + timedelta(days=1)) is not None


def test_run_of_the_day_before_does_not_stand_for_the_night(admin, mowing: Need) -> None:
    request_run(actor=admin, now=NIGHT - timedelta(minutes=1))
    assert match_nightly(now=NIGHT) is None  # still open: it will see the same
    MatchRun.objects.update(state=RunState.DONE)
    request_run(actor=admin, target=mowing, now=NIGHT)
    assert match_nightly(now=NIGHT) is not None


def test_date_that_came_into_range_is_matched_by_the_night(mowing: Need, riders: Volunteer, mori) -> None:
    """Nothing changed but the day: the engine sees 400 days, and this date is now one of them."""
    now = timezone.now()
    mowing.slots.update(start_at=now + timedelta(days=395), end_at=now + timedelta(days=395, hours=4))
    MatchRun.objects.all().delete()
    tasks.match_nightly()
    tasks.match_nightly()
    drain_outbox()
    assert MatchRun.objects.get().scope == "all"
    assert pairs() == {(mowing, riders)}
