"""Who sees runs and diagnoses, and in how many queries."""

from __future__ import annotations

import pytest

from accounts.errors import NotFound
from matching.models import MatchRun
from matching.selectors.diagnosis import diagnoses_for, diagnosis_for
from matching.selectors.runs import run_matches, run_report, runs_for
from matching.services.runs import request_run
from tests.cast import make_need, make_region
from tests.matching.running import matched
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("admin", True), ("mori", True), ("ume", True), ("kenji", True),
        ("hana", False), ("harada", False), ("yuki", False),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("riders", "mori")
def test_diagnosis_is_for_guide_and_community_only(request, mowing, name: str, sees: bool) -> None:
    actor = request.getfixturevalue(name)
    matched()
    assert [row.need for row in diagnoses_for(actor)] == ([mowing] if sees else [])
    if sees:
        assert diagnosis_for(actor, mowing).need == mowing
        return
    with pytest.raises(NotFound):
        diagnosis_for(actor, mowing)


def test_lists_take_one_query_whatever_their_length(
    admin, saga, riders, mori, django_assert_num_queries
) -> None:
    for more in (1, 2):
        for _ in range(more):
            make_need(make_region(), slots=[])
        matched()
        with django_assert_num_queries(1):
            assert [str(row.need.region.municipality) for row in diagnoses_for(admin)]
        with django_assert_num_queries(1):
            assert [(run.weights.version, run.shards_done) for run in runs_for(admin)]


def test_runs_are_seen_by_guides_and_administrators(request, ume, mowing, riders) -> None:
    run = request_run(actor=ume, target=mowing)
    drain_outbox()
    for name in ("admin", "mori", "ume"):
        actor = request.getfixturevalue(name)
        (found,) = runs_for(actor)
        assert (found, found.shards_done, found.shards_total) == (run, 1, 1)
    assert list(runs_for(riders.representative)) == []
    assert [match.volunteer for match in run_matches(run)] == [riders]
    run.refresh_from_db()
    assert run_report(run) == run.report


def test_report_of_a_run_under_way_keeps_its_plan_to_itself() -> None:
    run = MatchRun(report={"plan": {"proposals": []}, "next": 0, "again": True, "skipped": {}})
    assert run_report(run) == {"skipped": {}}
