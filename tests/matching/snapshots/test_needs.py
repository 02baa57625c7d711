"""The community side on its way into the engine, and the desks that read proposals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Volunteer
from matching.engine import NO_GUIDE, NeedRow, Weights
from matching.enums import EndReason
from matching.services.deadlines import ROSTER_DAYS
from matching.services.endings import withdraw_match
from matching.snapshots.needs import NOTICE
from regions.enums import Compensation, NeedMode, NeedStage, PermissionStatus
from regions.models import Need, Permission
from tests.builders import make_guide, make_organization
from tests.cast import (
    SAGA,
    at_tokyo,
    make_asset_kind,
    make_need,
    make_offer,
    make_qualification,
    make_region,
    make_slot,
    make_work_kind,
    sunday_ahead,
)
from tests.matching import saga as story
from tests.matching.looking import look, minutes, need_row

pytestmark = pytest.mark.django_db


def test_need_becomes_a_row_with_all_its_facts(saga, mori, sato) -> None:
    now = timezone.now()
    saga.first_visit_max = 7
    saga.save(update_fields=["first_visit_max"])
    need = make_need(
        saga, work=(("waterway", 2), ("grass_hand", 3)), qualifications=("brushcutter",), places=6,
        children_ok=True, beginner_ok=False, group_ok=False, min_age=15, local_hands=3,
        opened_at=now - timedelta(days=12), offers=[make_offer(saga, assets=(("trail_mtb", 3), ("onsen", 1)))],
    )  # fmt: skip
    row = need_row(need)
    slot = need.slots.get()
    (slot_row,) = row.slots
    assert row == NeedRow(
        id=need.pk,
        public_id=need.public_id,
        region=saga.pk,
        guide=0,
        prefecture=41,
        work=tuple(sorted([(make_work_kind("waterway").bit, 2), (make_work_kind("grass_hand").bit, 3)])),
        offers=tuple(sorted([make_asset_kind("trail_mtb").bit, make_asset_kind("onsen").bit])),
        offers_stated=True,
        hard_qualifications=((make_qualification("brushcutter").pk, 1),),
        slots=row.slots,
        min_age=15,
        children_ok=True,
        group_ok=False,
        beginner_ok=False,
        local_hands=3,
        first_visit_max=7,
        access_car_minutes=0,
        access_public_minutes=0,
        lift_minutes=10,  # 25 by bus, 15 by car
        wait_days=12,
        proposals_max=5,
    )
    assert (slot_row.id, slot_row.start_minute, slot_row.end_minute) == (slot.pk, *minutes(slot))
    assert (slot_row.places_free, slot_row.day, slot_row.start_minute % 1440) == (
        6,
        slot_row.start_minute // 1440,
        8 * 60,
    )


def test_recommended_qualification_never_filters(saga) -> None:
    need = make_need(saga, qualifications=("brushcutter",))
    need.qualifications.update(level="recommended")
    assert need_row(need).hard_qualifications == ()


def test_free_places_are_places_minus_live_holds(mowing: Need, riders: Volunteer, mori) -> None:
    story.asked(story.propose(mowing, riders), guide=mori)
    (slot,) = need_row(mowing).slots
    assert slot.places_free == 25


def test_coming_dates_and_which_of_them_are_too_near(saga) -> None:
    now = timezone.now()
    seen = {
        now + timedelta(days=1): True,
        now + NOTICE - timedelta(minutes=5): True,
        now + NOTICE + timedelta(minutes=5): False,
        now + timedelta(days=29): False,
    }
    others = [
        {"start_at": now - timedelta(days=1)},
        {"start_at": now + timedelta(days=5), "cancelled_at": now},
        {"start_at": now + timedelta(days=401)},
    ]
    need = make_need(saga, slots=[*({"start_at": start} for start in seen), *others])
    starts = dict(need.slots.values_list("pk", "start_at"))
    assert {starts[slot.id]: slot.too_soon for slot in need_row(need).slots} == seen


def test_notice_is_the_time_of_the_roster() -> None:
    """A proposal made nearer than this would be born overdue (docs/adr/0007)."""
    assert timedelta(days=ROSTER_DAYS) == NOTICE


@pytest.mark.parametrize(("days", "too_soon"), [(9, True), (11, False)])
def test_window_from_afar_is_too_near_by_its_end(saga, days: int, too_soon: bool) -> None:
    now = timezone.now()
    window = {"start_at": now - timedelta(days=9), "end_at": now + timedelta(days=days), "is_remote": True}
    (slot,) = need_row(make_need(saga, mode=NeedMode.REMOTE, slots=[window])).slots
    assert slot.too_soon is too_soon


def test_window_from_afar_may_have_begun(saga) -> None:
    now = timezone.now()
    window = {"start_at": now - timedelta(days=9), "end_at": now + timedelta(days=40), "is_remote": True}
    (slot,) = need_row(make_need(saga, mode=NeedMode.REMOTE, slots=[window])).slots
    assert slot.remote
    assert slot.start_minute < 0 < slot.end_minute


def test_full_need_is_left_out_and_one_without_dates_is_not(saga, riders: Volunteer, mori) -> None:
    full, undated = make_need(saga, places=5), make_need(saga, slots=[])
    story.asked(story.propose(full, riders), guide=mori)
    assert [row.id for row in look().needs] == [undated.pk]
    make_slot(full, start_at=at_tokyo(sunday_ahead(90), 8), places=2)
    (slot,) = need_row(full).slots
    assert slot.places_free == 2


@pytest.mark.parametrize("stage", [stage for stage in NeedStage if stage != NeedStage.OPEN])
def test_need_that_is_not_open_is_not_looked_at(saga, stage: NeedStage) -> None:
    make_need(saga, stage=stage)
    assert look().needs == ()


def test_employment_is_matched_only_with_a_legal_basis(saga, organization, mori) -> None:
    need = make_need(saga, compensation=Compensation.EMPLOYMENT)
    assert look().needs == ()
    organization.has_employment_basis, organization.employment_basis = True, "無料職業紹介事業 届出"
    organization.save(update_fields=["has_employment_basis", "employment_basis"])
    assert need_row(need).employment_blocked is False


@pytest.mark.parametrize(
    ("permission", "usable"),
    [(PermissionStatus.PENDING, False), (PermissionStatus.INFORMAL, True), (PermissionStatus.GRANTED, True)],
)
def test_offer_counts_from_an_informal_permission(saga, permission: PermissionStatus, usable: bool) -> None:
    row = need_row(make_need(saga, offers=[make_offer(saga, permission=permission)]))
    assert (bool(row.offers), row.offers_stated, row.offers_pending) == (usable, True, not usable)
    assert row.pending_offers == (() if usable else (make_asset_kind("trail_mtb").bit,))


def test_what_is_given_anyhow_waits_for_no_permission(saga) -> None:
    given = make_offer(saga, assets=(("onsen", 1),))
    waiting = make_offer(saga, assets=(("onsen", 3), ("meal", 1)), permission=PermissionStatus.PENDING)
    row = need_row(make_need(saga, offers=[given, waiting]))
    assert row.offers == (make_asset_kind("onsen").bit,)
    assert row.pending_offers == (make_asset_kind("meal").bit,)


def test_permission_must_hold_on_the_first_date_and_is_unsure_after_its_end(saga) -> None:
    offer = make_offer(saga)
    first, last = at_tokyo(sunday_ahead(60), 8), at_tokyo(sunday_ahead(120), 8)
    need = make_need(saga, offers=[offer], slots=[{"start_at": first}, {"start_at": last}])
    Permission.objects.update(expires_on=first.date())
    assert (bool(need_row(need).offers), need_row(need).offers_pending) == (True, True)
    Permission.objects.update(expires_on=first.date() - timedelta(days=1))
    assert (bool(need_row(need).offers), need_row(need).offers_pending) == (False, True)
    Permission.objects.update(expires_on=last.date())
    assert (bool(need_row(need).offers), need_row(need).offers_pending) == (True, False)


def test_withdrawn_offer_is_no_offer(saga) -> None:
    row = need_row(make_need(saga, offers=[make_offer(saga, is_active=False)]))
    assert (row.offers, row.offers_stated, row.offers_pending) == ((), False, False)


def test_what_live_matches_brought_counts_as_coverage(saga, riders, hana_party, mori) -> None:
    need, other = make_need(saga), make_need(saga)
    story.asked(story.propose(need, riders), guide=mori)
    story.propose(need, hana_party)
    inputs = look()
    assert (need_row(need, inputs).need_served, need_row(need, inputs).live_proposals) == (6, 1)
    assert (need_row(other, inputs).need_served, need_row(other, inputs).region_served) == (0, 6)


def test_wait_begins_again_after_help_and_coverage_ends_with_the_season(mowing, riders, mori) -> None:
    Need.objects.update(opened_at=timezone.now() - timedelta(days=300))
    match = story.completed(mowing, riders, guide=mori)
    make_slot(mowing, start_at=match.ended_at + timedelta(days=150))
    soon, late = (look(now=match.ended_at + timedelta(days=days)) for days in (40, 130))
    assert (need_row(mowing, soon).wait_days, need_row(mowing, soon).need_served) == (40, 5)
    assert (need_row(mowing, late).wait_days, need_row(mowing, late).need_served) == (130, 0)


def test_the_whole_community_waits_anew_after_help_and_no_other_does(saga, mowing, riders, mori) -> None:
    beside, elsewhere = make_need(saga), make_need(make_region(guide=mori.guide))
    Need.objects.update(opened_at=timezone.now() - timedelta(days=300))
    match = story.completed(mowing, riders, guide=mori)
    for need in (beside, elsewhere):
        make_slot(need, start_at=match.ended_at + timedelta(days=150))
    later = look(now=match.ended_at + timedelta(days=40))
    assert need_row(beside, later).wait_days == 40
    assert need_row(elsewhere, later).wait_days >= 340


def test_a_promise_that_came_to_nothing_is_no_help(mowing, riders, harada, mori) -> None:
    Need.objects.update(opened_at=timezone.now() - timedelta(days=300))
    match = story.asked(story.propose(mowing, riders), guide=mori)
    withdraw_match(match_id=match.pk, actor=harada, reason=EndReason.CHANGED_PLANS)
    assert need_row(mowing).wait_days == 300


# Who reads the proposals.
def test_guides_of_an_organization_are_one_desk(mowing: Need, riders: Volunteer, mori, sato) -> None:
    assert look().capacity == {0: 13}
    story.propose(mowing, riders)
    assert look().capacity == {0: 12}


def test_absent_guide_reads_nothing(mowing: Need, mori, sato) -> None:
    sato.guide.absent_from = timezone.localdate()
    sato.guide.save(update_fields=["absent_from"])
    assert look().capacity == {0: 8}


def test_capacity_is_never_below_zero_and_limits_a_need(saga, riders, hana_party) -> None:
    make_guide(make_organization(municipalities=[SAGA]), weekly_capacity=1)
    need = make_need(saga)
    for party in (riders, hana_party):
        story.propose(need, party)
    inputs = look()
    assert inputs.capacity == {0: 0}
    assert need_row(need, inputs).proposals_max == 1


def test_community_nobody_covers_waits_on_the_administrators_list(mowing: Need, riders: Volunteer) -> None:
    story.propose(mowing, riders)
    inputs = look()
    assert need_row(mowing, inputs).guide == NO_GUIDE
    assert inputs.capacity == {NO_GUIDE: Weights().guide_capacity_default - 1}
