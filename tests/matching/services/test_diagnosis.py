"""Why a need finds too few is kept as of its last run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from matching.models import Match, NeedDiagnosis
from matching.services.deadlines import preparation_deadline
from matching.services.proposals import suggest_match
from matching.services.review import approve_match
from regions.enums import PermissionStatus
from regions.models import Need
from tests.cast import make_need, make_offer, make_party
from tests.matching.running import matched

pytestmark = pytest.mark.django_db


def test_need_that_finds_too_few_is_diagnosed(mowing: Need, riders, mori) -> None:
    for _ in range(3):
        make_party(wishes=(("onsen", 3),), qualifications=("brushcutter",))
    make_party(abilities=("design_web",))
    run = matched()
    row = NeedDiagnosis.objects.get()
    assert (row.need, row.run, row.feasible, row.compared) == (mowing, run, 1, 5)
    assert (row.best_change, row.best_change_brings) == ("no_wish_fit", 3)
    assert {"code": "no_work_fit", "failed": 1, "only": 1} in row.rules


def test_need_that_finds_enough_has_no_diagnosis(saga, trails, mori) -> None:
    need = make_need(saga, offers=[trails], places=2)
    matched()
    assert NeedDiagnosis.objects.get().need == need
    for _ in range(2):
        make_party()
    matched(need)
    assert not NeedDiagnosis.objects.exists()


def test_run_over_one_party_says_nothing_about_needs(mowing: Need, yuki_party, mori) -> None:
    matched(yuki_party)
    assert not NeedDiagnosis.objects.exists()


def test_need_without_dates_is_told_so(saga, riders, hana_party, mori) -> None:
    make_need(saga, slots=[])
    matched()
    assert NeedDiagnosis.objects.get().best_change == "no_common_date"


@pytest.mark.parametrize(("days", "best"), [(9, "too_soon"), (11, "")])
@pytest.mark.usefixtures("hana_party", "mori")
def test_need_whose_only_date_is_too_near_is_told_so(saga, trails, days: int, best: str) -> None:
    """Nine days before, head count and roster would be overdue; a guide may still propose by hand."""
    need = make_need(
        saga, offers=[trails], slots=[{"start_at": timezone.now() + timedelta(days=days), "places": 2}]
    )
    matched()
    row = NeedDiagnosis.objects.get()
    assert (row.best_change, row.feasible) == (best, 0 if best else 1)
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
    assert NeedDiagnosis.objects.get().best_change == "offer_not_permitted"
