"""A run done in this process while workers are at others, as the command does it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import User
from matching.enums import RunState
from matching.models import MatchRun, RunShard
from matching.services import run_here, run_steps
from matching.services.run_here import finish_run
from matching.services.runs import open_run
from tests.matching.services.test_large_runs import field, shelf

__all__ = ["field", "shelf"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def national(field, settings, monkeypatch) -> MatchRun:
    settings.ENISHI_LARGE_FROM = 100
    monkeypatch.setattr(run_here, "LOOK_EVERY_SECONDS", 0.05)
    return open_run(actor=User.objects.system())


def test_run_that_waits_for_the_packing_of_another_looks_now_and_then_and_gives_up(national, field) -> None:
    run_steps.start_run(run_id=national.pk, now=timezone.now())
    waiting, looks = open_run(actor=User.objects.system(), target=field[0]), []

    def look(run: MatchRun) -> None:
        looks.append(run.state)
        assert len(looks) <= 12

    with pytest.raises(Conflict) as refused:
        finish_run(run_id=waiting.pk, patience_seconds=0.5, tell=look)
    assert refused.value.code == "run_under_way"
    assert len(looks) > 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.lease_until) == (RunState.QUEUED, None)


def test_patience_is_counted_from_the_last_step_that_was_done_here(national) -> None:
    patience, begun, taken = 1.0, time.monotonic(), []

    def take_once(run: MatchRun) -> None:
        """After longer than the patience a worker takes what is left for a moment."""
        time.sleep(0.1)
        if time.monotonic() > begun + patience and not taken:
            left = RunShard.objects.filter(run=run, done_at=None)
            taken.append(left.update(lease_until=timezone.now() + timedelta(seconds=0.3)))

    done = finish_run(run_id=national.pk, patience_seconds=patience, tell=take_once)
    assert done.state == RunState.DONE
    assert taken
    assert taken[0] > 0
