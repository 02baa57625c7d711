"""However a start of the demo was cut off, the next one has its sample data matched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from config.demo.loader import request_first_run
from matching.enums import RunState
from matching.models import MatchRun
from matching.services.runs import request_run
from tests.builders import make_region
from tests.matching.running import matched

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded(db: None) -> None:
    """As after a start that was killed when the sample data was stored: no run was asked for."""
    make_region(is_sample=True)


def test_loaded_without_a_run_asks_for_one_once() -> None:
    run = request_first_run()
    assert (run.scope, run.state) == ("all", RunState.QUEUED)
    assert request_first_run() == run
    assert MatchRun.objects.count() == 1


def test_a_run_that_is_done_is_not_asked_for_again() -> None:
    run = matched()
    assert request_first_run() == run
    assert MatchRun.objects.count() == 1


@pytest.mark.parametrize("change", [{"state": RunState.FAILED}, {"scope": "need:x"}])
def test_a_run_that_failed_or_was_about_something_else_does_not_count(change: dict[str, str]) -> None:
    run = matched()
    MatchRun.objects.filter(pk=run.pk).update(**change)
    assert request_first_run() != run


def test_a_run_from_before_the_demo_was_loaded_does_not_count() -> None:
    run = request_run(actor=User.objects.system(), now=timezone.now() - timedelta(days=1))
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    assert request_first_run() != run
