"""Runs that close at the same moment replace the candidates of the same need."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from matching.enums import RUN_OPEN, RunState
from matching.models import Candidate, MatchRun
from matching.services.candidates import Compared, Shortlist
from matching.services.run_plan import Plan
from matching.services.run_proposals import close_run
from matching.services.weights import ensure_weights
from regions.models import Need
from tests.builders import make_need, make_party, make_region
from tests.races.crowd import THREADS, Act, threads

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


def one(party: Volunteer, number: int) -> Compared:
    return Compared(
        party=party.pk, score_micro=number, work_micro=1, wish_micro=1, mutual_micro=1, comfort_micro=1, ties_micro=0, travel_minutes=1
    )  # fmt: skip


def planned(number: int, needs: list[Need], parties: list[Volunteer]) -> MatchRun:
    """A run about to be closed, which found everybody in an order of its own; whose needs come in an order of its own."""
    turned = parties[number % len(parties) :] + parties[: number % len(parties)]
    lists = [Shortlist(need=need.pk, best=[one(party, number) for party in turned]) for need in needs]
    lists = lists if number % 2 else lists[::-1]
    plan = Plan(proposals=[], found=[], shortlists=lists, fitting=None, later=[], pairs_feasible=0, report={})
    return MatchRun.objects.create(
        scope=f"need:{number}", requested_by=User.objects.system(), weights=ensure_weights(), state=RunState.MERGING,
        report={"plan": plan.as_json(), "next": 0, "skipped": {}},
    )  # fmt: skip


def closing(run: MatchRun) -> Act:
    def act() -> None:
        assert close_run(run_id=run.pk, now=timezone.now())

    return act


def test_every_run_closes_and_the_lists_are_those_of_one_of_them() -> None:
    region = make_region()
    needs, parties = [make_need(region) for _ in range(3)], [make_party() for _ in range(5)]
    with threads() as crowd:
        for _round in range(ROUNDS):
            runs = [planned(number, needs, parties) for number in range(1, THREADS + 1)]
            assert crowd.together([closing(run) for run in runs]) == [""] * THREADS
            assert not MatchRun.objects.filter(state__in=RUN_OPEN).exists()
            rows = Candidate.objects.order_by("need", "place")
            assert len({row.run_id for row in rows}) == 1
            assert [row.place for row in rows] == [*range(1, len(parties) + 1)] * len(needs)
