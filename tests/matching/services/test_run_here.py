"""A run done in this process while workers are at others, as the command does it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import Conflict
from accounts.models import User
from matching.enums import RunState
from matching.models import MatchRun, RunShard
from matching.services import run_here, run_steps
from matching.services.run_here import LOOK_EVERY_SECONDS, finish_run
from matching.services.runs import open_run
from tests.matching.services.test_large_runs import field, shelf

__all__ = ["field", "shelf"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


class Clock:
    """Time that passes only where it is waited for, and where a test lets it."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(run_here, "time", clock)
    return clock


@pytest.fixture
def national(field, settings) -> MatchRun:
    settings.ENISHI_LARGE_FROM = 100
    return open_run(actor=User.objects.system())


def test_run_that_waits_for_the_packing_of_another_looks_now_and_then_and_gives_up(
    national, field, clock
) -> None:
    run_steps.start_run(run_id=national.pk, now=timezone.now())
    waiting, looks = open_run(actor=User.objects.system(), target=field[0]), []

    def look(run: MatchRun) -> None:
        looks.append(run.state)
        assert len(looks) <= 10

    with pytest.raises(Conflict) as refused:
        finish_run(run_id=waiting.pk, patience_seconds=5 * LOOK_EVERY_SECONDS, tell=look)
    assert refused.value.code == "run_under_way"
    assert len(looks) > 5
    waiting.refresh_from_db()
    assert (waiting.state, waiting.lease_until) == (RunState.QUEUED, None)


def test_patience_is_counted_from_the_last_step_that_was_done_here(national, clock) -> None:
    patience, looks = 15.0, []

    def look(run: MatchRun) -> None:
        """Every step takes ten seconds; one time a worker has all that is left, until the next look."""
        looks.append(run.state)
        clock.seconds += 10
        taken = timezone.now() + timedelta(minutes=1) if len(looks) == 3 else None
        RunShard.objects.filter(run=run, done_at=None).update(lease_until=taken)

    done = finish_run(run_id=national.pk, patience_seconds=patience, tell=look)
    assert done.state == RunState.DONE
    assert len(looks) > 10
    assert clock.seconds > 3 * patience
