"""A run over many pairs of few participants: its writing is owed as a step of its own, and comes to the same, also when lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Outbox, Volunteer
from matching.enums import RunState
from matching.models import Match, MatchRun
from matching.services import run_merge
from matching.services.run_queue import MERGE
from matching.services.run_recovery import SILENT, sweep_runs
from matching.services.run_steps import run_shard, start_run
from tests.faults.test_runs import field, in_another_process, later, outcome, requested, undisturbed
from tests.support.outbox import drain_outbox

__all__ = ["field"]

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db]
PAIRS = 2 * 600


@pytest.fixture
def expected(field, settings) -> dict[str, Any]:
    """What a run leaves behind that writes at once; from now on the writing is owed."""
    settings.ENISHI_PAIRS_AT_ONCE = PAIRS
    found = undisturbed()
    assert (found["state"], len(found["proposals"]) > 2) == (RunState.DONE, True)
    settings.ENISHI_PAIRS_AT_ONCE = PAIRS - 1
    return found


def owed() -> int:
    return Outbox.objects.open().filter(topic=MERGE).count()


def merged(shards: int) -> MatchRun:
    """A run of so many shards whose last one was scored, and merged by the same process."""
    run = requested()
    assert start_run(run_id=run.pk, now=timezone.now())
    for shard in run.shards.filter(done_at=None):
        assert run_shard(shard_id=shard.pk, now=timezone.now())
        in_another_process()
    run.refresh_from_db()
    assert (run.is_large, run.shards.count(), run.attempts) == (False, shards, 0)
    assert (run.state, run.lease_until, "plan" in run.report) == (RunState.MERGING, None, True)
    assert (Match.objects.exists(), owed()) == (False, 1)
    return run


@pytest.mark.parametrize(("blocks", "shards"), [(1, 3), (16, 1)])
def test_the_writing_is_owed_as_a_step_of_its_own(
    expected: dict[str, Any], settings, blocks: int, shards: int
) -> None:
    settings.ENISHI_BLOCKS_PER_SHARD = blocks
    run = merged(shards)
    drain_outbox()
    assert outcome(run) == expected
    assert owed() == 0


def test_what_changes_before_the_writing_does_not_disturb_it(expected: dict[str, Any]) -> None:
    run = merged(3)
    Volunteer.objects.update(travel_limit_minutes=1)
    drain_outbox()
    found = outcome(run)
    assert (found["state"], found["proposals"]) == (RunState.DONE, expected["proposals"])
    assert run.attempts == 0


def test_a_writing_that_was_lost_is_given_back(expected: dict[str, Any]) -> None:
    run = merged(3)
    assert run_merge._claim_next(run.pk, now=timezone.now()) == RunState.MERGING
    Outbox.objects.open().update(done_at=timezone.now())
    assert sweep_runs(now=later()).returned == 1
    run.refresh_from_db()
    assert (run.error, owed()) == (SILENT, 1)
    drain_outbox(now=later())
    assert outcome(run) == expected
