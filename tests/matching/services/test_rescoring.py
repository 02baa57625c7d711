"""A changed need or party is looked at again by itself, after the change, once for a storm."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Outbox, Volunteer, Wish
from accounts.services.outbox import owe
from accounts.services.rescoring import party_changed
from accounts.services.vocabulary import store_entry
from matching.enums import RunState
from matching.models import Match, MatchRun
from matching.services.rescoring import look_again
from matching.services.run_steps import start_run
from matching.services.runs import request_run
from matching.snapshots import ALL
from regions.enums import NeedStage
from regions.models import Need
from regions.services.rescoring import need_changed
from tests.cast import make_asset_kind, make_need, make_party, make_work_kind
from tests.matching.running import pairs
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


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
    assert look_again(mowing) == look_again(riders) == run
    assert MatchRun.objects.count() == 1


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
    from matching.enums import EndReason
    from matching.services.endings import withdraw_match
    from tests.matching import saga as story

    mowing.slots.update(places=5)
    match = story.asked(story.propose(mowing, riders), guide=mori)
    late = make_party()
    change(late)
    drain_outbox()
    assert not Match.objects.filter(volunteer=late).exists()
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.CHANGED_PLANS)
    drain_outbox()
    assert pairs() == {(mowing, riders), (mowing, late)}
