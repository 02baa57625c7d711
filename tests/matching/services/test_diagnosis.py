"""What keeps people from a need, and what would bring more, is kept as of its last run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.enums import Transport
from accounts.models import User
from matching.models import Match, NeedDiagnosis
from matching.selectors.board import lonely_needs
from matching.selectors.diagnosis import diagnosis_for
from matching.services.deadlines import preparation_deadline
from matching.services.diagnosis import store_diagnoses
from matching.services.findings import Found
from matching.services.proposals import suggest_match
from matching.services.review import approve_match
from matching.services.runs import request_run
from matching.snapshots.needs import NOTICE
from regions.enums import PermissionStatus
from regions.models import Need
from regions.selectors.travel import community_place
from tests.cast import make_need, make_offer, make_party
from tests.matching.running import matched
from tests.support.outbox import drain_outbox
from tests.support.ways import community_minutes

pytestmark = pytest.mark.django_db


def test_need_that_finds_too_few_is_diagnosed(mowing: Need, riders, mori) -> None:
    for _ in range(3):
        make_party(wishes=(("onsen", 3),), qualifications=("brushcutter",))
    make_party(abilities=("design_web",))
    run = matched()
    row = NeedDiagnosis.objects.get()
    assert (row.need, row.run, row.feasible, row.compared) == (mowing, run, 1, 5)
    assert row.changes[0] == {"code": "no_wish_fit", "brings": 3, "detail": {"kind": "onsen"}}
    assert not row.finds_enough
    assert {"code": "no_work_fit", "failed": 1, "only": 1} in row.rules


def test_need_that_finds_enough_has_no_diagnosis(saga, trails, mori) -> None:
    need = make_need(saga, offers=[trails], places=2)
    matched()
    assert NeedDiagnosis.objects.get().need == need
    for _ in range(2):
        make_party()
    matched()
    assert not NeedDiagnosis.objects.exists()


def test_need_that_finds_enough_is_told_what_would_bring_more_once_it_is_asked_about(
    saga, trails, mori: User
) -> None:
    need = make_need(saga, offers=[trails], places=1)
    for abilities in ("grass_hand", "design_web"):
        make_party(abilities=(abilities,))
    run = request_run(actor=mori, target=need)
    drain_outbox()
    row = diagnosis_for(mori, need)
    assert (row.run, row.finds_enough, row.feasible, row.compared) == (run, True, 1, 2)
    assert row.changes == [{"code": "no_work_fit", "brings": 1, "detail": {"kind": "design_web"}}]
    assert list(lonely_needs(mori)) == []
    run.refresh_from_db()
    assert run.report["needs_diagnosed"] == 0


def test_run_over_one_party_says_nothing_about_needs(mowing: Need, yuki_party, mori) -> None:
    matched(yuki_party)
    assert not NeedDiagnosis.objects.exists()


def test_need_without_dates_is_told_so(saga, riders, hana_party, mori) -> None:
    make_need(saga, slots=[])
    matched()
    (change,) = NeedDiagnosis.objects.get().changes
    start = datetime.fromisoformat(change["detail"]["start_at"])
    assert (change["code"], change["brings"], change["detail"]["is_window"]) == ("no_common_date", 2, False)
    assert timezone.now() + NOTICE < start < timezone.now() + timedelta(days=22)


@pytest.mark.parametrize(("days", "best"), [(9, "too_soon"), (11, "")])
@pytest.mark.usefixtures("hana_party", "mori")
def test_need_whose_only_date_is_too_near_is_told_so(saga, trails, days: int, best: str) -> None:
    """Nine days before, head count and roster would be overdue; a guide may still propose by hand."""
    need = make_need(
        saga, offers=[trails], slots=[{"start_at": timezone.now() + timedelta(days=days), "places": 2}]
    )
    matched()
    row = NeedDiagnosis.objects.get()
    assert ([change["code"] for change in row.changes][:1], row.feasible) == (
        [best] if best else [],
        0 if best else 1,
    )
    assert ([rule for rule in row.rules if rule["code"] == "too_soon"] != []) is bool(best)
    assert Match.objects.filter(need=need).count() == (0 if best else 1)


def test_guide_proposes_by_hand_for_a_near_date(saga, trails, hana_party, mori) -> None:
    start = timezone.now() + timedelta(days=9)
    need = make_need(saga, offers=[trails], slots=[{"start_at": start}])
    match = suggest_match(actor=mori, need=need, volunteer=hana_party, slots=need.slots.all())
    assert match.due_at <= match.lapse_at <= start - timedelta(days=1)


def test_proposal_with_short_notice_keeps_every_deadline_before_the_day(
    saga, trails, hana_party, mori
) -> None:
    start = timezone.now() + timedelta(days=11)
    make_need(saga, offers=[trails], slots=[{"start_at": start}])
    matched()
    match = Match.objects.get()
    cap = start - timedelta(days=1)
    assert timezone.now() < match.due_at <= match.lapse_at <= cap
    approve_match(match_id=match.pk, actor=mori)
    answers = match.answers.all()
    assert len(answers) == 2
    assert all(timezone.now() < answer.due_at <= answer.lapse_at <= cap for answer in answers)
    assert preparation_deadline(match).due_at > timezone.now()


def test_offer_without_permission_is_told_so(saga, mori) -> None:
    make_need(saga, offers=[make_offer(saga, permission=PermissionStatus.PENDING)])
    make_party()
    matched()
    (row,) = NeedDiagnosis.objects.all()
    assert row.changes[0] == {"code": "offer_not_permitted", "brings": 1, "detail": {}}


def test_permission_is_counted_for_those_alone_whom_the_offers_would_please(saga, mori) -> None:
    make_need(
        saga, offers=[make_offer(saga, assets=(("stay_home", 3),), permission=PermissionStatus.PENDING)]
    )
    make_party(wishes=(("onsen", 3),))
    make_party(wishes=(("stay_home", 3), ("onsen", 1)))
    matched()
    brings = {row["code"]: (row["brings"], row["detail"]) for row in NeedDiagnosis.objects.get().changes}
    assert brings["offer_not_permitted"] == (1, {})
    assert brings["no_wish_fit"] == (2, {"kind": "onsen"})


def test_lift_counts_what_it_saves_on_the_last_stretch(saga, trails, mori) -> None:
    saga.access_car_minutes, saga.access_public_minutes = 10, 130
    saga.save()
    make_need(saga, offers=[trails])
    way = community_minutes(community_place(saga), home_code="401307", mode="public")
    assert way is not None
    make_party(transport=Transport.PUBLIC, travel_limit_minutes=(way - 60) * 5 // 6, home="401307")
    matched()
    (change,) = NeedDiagnosis.objects.get().changes
    assert change == {"code": "travel_too_far", "brings": 1, "detail": {"minutes": 120}}


def test_plan_from_before_the_changes_is_written_as_far_as_it_goes(saga, mori) -> None:
    need = make_need(saga)
    run = request_run(actor=mori, target=need)
    told = {"feasible": 0, "compared": 9, "rules": [], "best_change": "age", "best_change_brings": 1}
    assert store_diagnoses(run, [Found(need=need.pk, diagnosis=told)], now=timezone.now()) == 1
    row = NeedDiagnosis.objects.get()
    assert (row.compared, row.changes, row.finds_enough) == (9, [], False)
