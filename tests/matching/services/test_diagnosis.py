"""Why a need finds too few is kept as of its last run."""

from __future__ import annotations

import pytest

from matching.models import NeedDiagnosis
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


def test_offer_without_permission_is_told_so(saga, mori) -> None:
    make_need(saga, offers=[make_offer(saga, permission=PermissionStatus.PENDING)])
    make_party()
    matched()
    assert NeedDiagnosis.objects.get().best_change == "offer_not_permitted"
