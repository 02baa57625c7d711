"""Cancelling a run: by whom, when, twice; what stays of it and who is told what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import RunState
from matching.models import Match, MatchRun, NeedDiagnosis, RunShard
from matching.services.invariants import check_invariants
from matching.services.nights import night_before
from matching.services.rescoring import look_again, match_nightly
from matching.services.run_cancel import cancel_run
from matching.services.run_merge import merge_run
from matching.services.run_steps import run_shard, start_run
from matching.services.runs import request_run
from matching.snapshots import ALL
from regions.models import Need
from tests.matching.running import matched
from tests.support.outbox import drain_outbox

pytestmark = pytest.mark.django_db


def cancelled(run: MatchRun, actor: User) -> MatchRun:
    return cancel_run(actor=actor, run=run, now=timezone.now())


def system() -> User:
    return User.objects.system()


def state_of(run: MatchRun) -> str:
    return str(MatchRun.objects.values_list("state", flat=True).get(pk=run.pk))


# Who.
@pytest.mark.parametrize("name", ["admin", "mori"])
def test_administrators_and_who_asked_cancel_a_run(request, mowing: Need, mori, name: str) -> None:
    run, actor = request_run(actor=mori, target=mowing), request.getfixturevalue(name)
    assert cancelled(run, actor).state == RunState.CANCELLED
    entry = AuditEntry.objects.get(action="run.cancel")
    assert (entry.actor, entry.target_id, entry.target_label) == (actor, run.public_id, run.scope)
    assert entry.details == {"in": "queued", "written": 0}


@pytest.mark.parametrize("name", ["sato", "ume", "kenji", "hana"])
def test_nobody_else_cancels_it(request, mowing: Need, mori, name: str) -> None:
    run = request_run(actor=mori, target=mowing)
    with pytest.raises(NotAllowed) as refused:
        cancelled(run, request.getfixturevalue(name))
    assert refused.value.code == "may_not_cancel_run"
    assert state_of(run) == RunState.QUEUED
    assert not AuditEntry.objects.filter(action="run.cancel").exists()


def test_who_asked_and_has_no_account_any_more_cancels_nothing(mowing: Need, mori) -> None:
    run = request_run(actor=mori, target=mowing)
    mori.is_active = False
    with pytest.raises(NotAllowed):
        cancelled(run, mori)


# What stays.
def test_queued_run_leaves_nothing_to_do(mowing: Need, riders, mori, admin) -> None:
    run = cancelled(request_run(actor=mori, target=mowing), admin)
    assert drain_outbox() == 0
    run.refresh_from_db()
    assert (run.state, run.lease_until, run.started_at, run.error) == (RunState.CANCELLED, None, None, "")
    assert run.finished_at is not None
    assert run.report == {
        "cancelled_in": "queued", "written": 0, "planned": None, "skipped": {}, "looked_at_again": False,
    }  # fmt: skip
    assert not Match.objects.exists()


def test_scored_run_leaves_no_shard(mowing: Need, mori, admin) -> None:
    run = request_run(actor=mori, target=mowing)
    MatchRun.objects.filter(pk=run.pk).update(state=RunState.SCORING, started_at=timezone.now())
    RunShard.objects.create(run=run, number=0, first=0, end=1, result=b"x", done_at=timezone.now())
    assert cancelled(run, admin).report["cancelled_in"] == "scoring"
    assert not RunShard.objects.exists()


def test_proposals_that_were_written_stay_and_are_counted(
    settings, mowing: Need, riders: Volunteer, hana_party: Volunteer, mori, admin
) -> None:
    settings.ENISHI_PROPOSALS_PER_STEP = 1
    run = request_run(actor=mori, target=mowing)
    start_run(run_id=run.pk, now=timezone.now())
    assert (state_of(run), Match.objects.count()) == (RunState.MERGING, 1)
    run = cancelled(run, admin)
    assert drain_outbox() == 0
    run.refresh_from_db()
    assert run.proposals_count == Match.objects.filter(run=run).count() == 1
    assert run.report == {
        "cancelled_in": "merging", "written": 1, "planned": 2, "skipped": {}, "looked_at_again": False,
    }  # fmt: skip
    assert not NeedDiagnosis.objects.exists()
    assert not Outbox.objects.open().exists()
    assert AuditEntry.objects.get(action="run.cancel").details == {"in": "merging", "written": 1}
    assert check_invariants(now=timezone.now()) == []


def test_another_run_of_the_scope_may_follow(mowing: Need, riders, hana_party, mori, settings) -> None:
    settings.ENISHI_PROPOSALS_PER_STEP = 1
    run = request_run(actor=mori, target=mowing)
    start_run(run_id=run.pk, now=timezone.now())
    cancelled(run, mori)
    again = matched(mowing)
    assert (again == run, again.state, again.proposals_count) == (False, RunState.DONE, 1)
    assert Match.objects.values("need", "volunteer").distinct().count() == Match.objects.count() == 2


# Twice, too late, gone.
def test_cancelling_twice_is_done_once(mowing: Need, mori, admin) -> None:
    run = request_run(actor=mori, target=mowing)
    first, second = cancelled(run, mori), cancelled(run, admin)
    assert (first.state, first.finished_at, first.report) == (second.state, second.finished_at, second.report)
    assert AuditEntry.objects.filter(action="run.cancel").count() == 1


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
def test_what_has_ended_is_not_cancelled(mowing: Need, mori, state: RunState) -> None:
    run = request_run(actor=mori, target=mowing)
    MatchRun.objects.update(state=state, report={"planned": 3})
    with pytest.raises(Conflict) as refused:
        cancelled(run, mori)
    assert refused.value.code == "run_ended"
    run.refresh_from_db()
    assert (run.state, run.report) == (state, {"planned": 3})


def test_run_that_is_gone_is_not_found(mowing: Need, mori) -> None:
    run = request_run(actor=mori, target=mowing)
    stale = MatchRun.objects.get(pk=run.pk)
    run.delete()
    with pytest.raises(NotFound):
        cancelled(stale, mori)


def test_state_of_a_run_is_held_by_the_database(mowing: Need, mori) -> None:
    run = request_run(actor=mori, target=mowing)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchRun.objects.filter(pk=run.pk).update(state="stopped")


# What changed meanwhile.
@pytest.mark.parametrize("changed", [True, False])
def test_change_after_a_run_had_begun_is_looked_at_by_another(
    mowing: Need, riders, mori, admin, changed: bool
) -> None:
    run = request_run(actor=system(), target=mowing)
    MatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now())
    if changed:
        assert look_again(mowing) == run
    run = cancelled(run, admin)
    assert run.report["looked_at_again"] is changed
    drain_outbox()
    states = MatchRun.objects.filter(scope=run.scope).order_by("pk").values_list("state", flat=True)
    assert list(states) == [RunState.CANCELLED, RunState.DONE][: 1 + changed]
    assert mowing.matches.exists() is changed


def test_second_word_ends_also_the_run_that_followed(mowing: Need, riders, mori, admin) -> None:
    run = request_run(actor=system(), target=mowing)
    MatchRun.objects.filter(pk=run.pk).update(started_at=timezone.now(), report={"again": True})
    cancelled(run, admin)
    following = MatchRun.objects.exclude(pk=run.pk).get()
    cancelled(following, admin)
    assert drain_outbox() == 0
    assert set(MatchRun.objects.values_list("state", flat=True)) == {RunState.CANCELLED}


def test_night_makes_up_for_a_run_that_a_person_took_back(admin) -> None:
    now = timezone.now()
    asked = request_run(actor=admin, now=now)
    assert match_nightly(now=now) is None
    cancelled(asked, admin)
    nightly = match_nightly(now=now)
    assert nightly is not None
    assert (nightly.scope, nightly.requested_by) == (ALL, system())


def test_run_of_the_night_once_cancelled_comes_again_the_next_night(admin) -> None:
    now = timezone.now()
    nightly = match_nightly(now=now)
    assert nightly is not None
    cancelled(nightly, admin)
    assert match_nightly(now=now) is None
    tomorrow = night_before(now) + timedelta(days=1, minutes=1)
    assert match_nightly(now=tomorrow) is not None


def test_steps_of_a_cancelled_run_are_no_steps(mowing: Need, riders, mori) -> None:
    run = request_run(actor=mori, target=mowing)
    cancelled(run, mori)
    now = timezone.now()
    assert start_run(run_id=run.pk, now=now) is False
    assert run_shard(shard_id=1, now=now) is False
    assert merge_run(run_id=run.pk, now=now) is False
    assert state_of(run) == RunState.CANCELLED
