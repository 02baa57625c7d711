"""Runs over packed participants come to what runs over rows come to, and leave nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Guide, Outbox, User, Volunteer
from accounts.services.parties import pause_party
from accounts.services.rescoring import party_changed
from matching.enums import STATE_OF, EndReason, RunState, ShardKind
from matching.management.commands.match import EVERY_ROW
from matching.models import Candidate, Match, MatchRun, NeedDiagnosis, PartySnapshot, RunInputs, SnapshotPart
from matching.services import run_plan, run_queue, run_steps, runs
from matching.services.endings import decline_match
from matching.services.invariants import check_invariants
from matching.services.run_snapshots import forget_opened, take_snapshot
from matching.services.run_steps import start_run
from matching.services.runs import plan_only, request_run
from matching.services.weights import activate_weights, add_weights
from matching.snapshots.layers import changed_since
from regions.enums import NeedStage
from regions.models import Need
from tests.cast import make_need, make_party, make_region, make_work_kind
from tests.matching import saga as story
from tests.matching.running import matched
from tests.support.crowd import make_crowd
from tests.support.outbox import drain_outbox

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def shelf(settings, tmp_path) -> Path:
    settings.ENISHI_SNAPSHOT_DIR = tmp_path / "shelf"
    forget_opened()
    return settings.ENISHI_SNAPSHOT_DIR


@pytest.fixture
def field(settings, shelf, saga, trails, mori) -> list[Need]:
    """Three needs, one of which finds nobody; 600 parties in three shards and four parts."""
    settings.ENISHI_BLOCKS_PER_SHARD = 1
    settings.ENISHI_PARTIES_PER_PART = 150
    settings.ENISHI_NEEDS_PER_STEP = 1
    make_crowd(600)
    Volunteer.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    return [
        make_need(saga, offers=[trails], places=30),
        make_need(saga, offers=[trails], qualifications=["brushcutter"]),
        make_need(saga, offers=[trails], places=700),
    ]


def folders(shelf: Path) -> list[str]:
    return [path.name for path in shelf.iterdir() if path.is_dir()]


def on_this_host() -> None:
    """What a process and a host keep is not there for the next."""
    run_plan._kept.clear()
    forget_opened()


def outcome(run: MatchRun) -> dict[str, Any]:
    """What a run leaves behind, without ids, clock times, keys and in what haste."""
    run.refresh_from_db()
    packing = {name: value for name, value in run.report.get("packing", {}).items() if name != "haste"}
    return {
        "state": run.state,
        "error": run.error,
        "counts": (run.needs_count, run.parties_count, run.pairs_feasible, run.proposals_count),
        "report": run.report | {"packing": packing},
        "proposals": sorted(
            (m.need_id, m.volunteer_id, m.people, m.score_micro, m.rank_for_need, m.rank_for_party)
            for m in Match.objects.all()
        ),
        "explanations": [m.explanation for m in Match.objects.order_by("need_id", "volunteer_id")],
        "candidates": list(
            Candidate.objects.order_by("need", "place").values_list(
                "need", "volunteer", "score_micro", "place"
            )
        ),
        "diagnoses": list(
            NeedDiagnosis.objects.order_by("need").values_list(
                "need", "feasible", "compared", "rules", "changes", "finds_enough"
            )
        ),
        "invariants": check_invariants(now=timezone.now()),
    }


def small(target: Need | None = None) -> dict[str, Any]:
    """What a run that reads every row leaves behind, undone again."""
    with transaction.atomic():
        found = outcome(matched(target))
        transaction.set_rollback(True)
    on_this_host()
    return found


def large(settings, target: Need | None = None) -> dict[str, Any]:
    """What a run over packed participants leaves behind, undone again."""
    settings.ENISHI_LARGE_FROM = 100
    with transaction.atomic():
        found = outcome(matched(target))
        transaction.set_rollback(True)
    on_this_host()
    settings.ENISHI_LARGE_FROM = 10_000
    return found


def test_a_large_run_comes_to_what_a_small_one_comes_to(field, settings, shelf):
    expected = small()
    settings.ENISHI_LARGE_FROM = 100
    run = matched()
    assert outcome(run) == expected
    assert expected["state"] == RunState.DONE
    assert expected["error"] == ""
    assert len(expected["diagnoses"]) == 2
    assert expected["invariants"] == []
    kinds = [run.shards.filter(kind=kind).count() for kind in ShardKind]
    assert kinds == [4, 3, 2, 1]
    fairness = run.report["fairness"]
    assert fairness["unfair_micro"] - fairness["price_micro"] == fairness["newcomers_micro"] > 0


def owed() -> list[str]:
    return list(Outbox.objects.open().filter(topic=run_queue.MERGE).values_list("key", flat=True))


def test_every_step_of_a_large_run_is_owed_and_done_by_itself(field, settings):
    settings.ENISHI_LARGE_FROM = 100
    run = request_run(actor=User.objects.system())
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    seen, keys = [], set()
    while run.state != RunState.DONE:
        left = run.shards.filter(done_at=None).order_by("kind", "number")
        for shard in left:
            assert run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
            run.refresh_from_db()
            assert (run.state, run.lease_until) == (STATE_OF[shard.kind], None)
        on_this_host()
        (key,) = owed()
        assert key not in keys
        keys.add(key)
        Outbox.objects.filter(key=key).update(done_at=timezone.now())
        assert run_steps.merge_run(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()
        assert run.lease_until is None
        seen.append((run.state, "plan" in run.report, Match.objects.exists(), run.shards.count()))
    assert seen == [
        (RunState.SCORING, False, False, 7),
        (RunState.MERGING, True, False, 7),
        (RunState.ADVISING, True, True, 10),
        (RunState.DONE, False, True, 10),
    ]
    assert owed() == []


def test_the_only_shard_of_a_large_run_is_left_to_whoever_is_free(field, packed, settings):
    settings.ENISHI_LARGE_FROM, settings.ENISHI_BLOCKS_PER_SHARD = 100, 16
    run = request_run(actor=User.objects.system(), target=field[0])
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    shard = run.shards.get()
    assert (run.state, run.snapshot, shard.done_at) == (RunState.SCORING, packed.snapshot, None)
    assert Outbox.objects.open().filter(topic=run_queue.SHARD, payload={"shard": shard.pk}).exists()


def test_no_piece_reads_the_plan_with_its_run(field, settings):
    settings.ENISHI_LARGE_FROM = 100
    run = request_run(actor=User.objects.system())
    run_steps.start_run(run_id=run.pk, now=timezone.now())
    whole, parts = '"matching_matchrun"."report", ', ("later", "haste")
    reads = {kind: [] for kind in ShardKind}
    for _ in range(3):
        for shard in run.shards.filter(done_at=None):
            with CaptureQueriesContext(connection) as queries:
                run_steps.run_shard(shard_id=shard.pk, now=timezone.now())
            told = [each["sql"] for each in queries if '"matching_matchrun"."report"' in each["sql"]]
            reads[shard.kind].append(
                ["all" if whole in sql else [part for part in parts if part in sql] for sql in told]
            )
        while run_steps.merge_run(run_id=run.pk, now=timezone.now()):
            pass
    assert reads == {
        ShardKind.PACK: [[]] * 4, ShardKind.SCORE: [[]] * 3, ShardKind.ADVISE: [[["later"]]] * 2,
        ShardKind.MEASURE: [[["haste"]]],
    }  # fmt: skip


def test_the_inputs_go_with_the_run_and_the_snapshot_stays(field, settings, shelf):
    settings.ENISHI_LARGE_FROM = 100
    run = matched()
    assert not RunInputs.objects.exists()
    snapshot = PartySnapshot.objects.get()
    assert snapshot == run.snapshot
    assert folders(shelf) == [snapshot.version]
    assert snapshot.parties_count == 600


def pause(party) -> None:
    pause_party(actor=party.representative, party=party)


def move_away(party) -> None:
    party.travel_limit_minutes = 1
    party.save()
    party_changed(party)


def learn(party) -> None:
    party.abilities.update(people=1, level="willing")
    party.remote_ok = False
    party.save()
    party_changed(party)


@pytest.mark.parametrize(
    ("about", "pairs", "packed"), [("all", 1800, True), ("all", 1801, False), ("need", 601, False)]
)
def test_a_run_over_many_pairs_is_large_however_few_its_participants(field, settings, about, pairs, packed):
    assert (Volunteer.objects.filter(is_active=True).count(), len(field)) == (600, 3)
    settings.ENISHI_LARGE_PAIRS = pairs
    run = matched(None if about == "all" else field[0])
    assert (run.state, run.is_large) == (RunState.DONE, packed)


@pytest.fixture
def packed(field, settings) -> MatchRun:
    """A large run that is done: its snapshot stays."""
    settings.ENISHI_LARGE_FROM = 100
    run = matched()
    on_this_host()
    settings.ENISHI_LARGE_FROM = 10_000
    return run


@pytest.mark.parametrize("everything", [False, True], ids=["need", "all"])
@pytest.mark.parametrize("change", [pause, move_away, learn])
def test_what_changed_since_the_packing_counts_as_it_is_now(
    field, packed, settings, change: Callable, everything
):
    for candidate in Candidate.objects.filter(need=field[0]).order_by("place")[:2]:
        change(candidate.volunteer)
    make_party(name="Newly come", abilities=("grass_hand",), wishes=(("trail_mtb", 3),))
    drain_outbox()
    target = None if everything else field[0]
    expected = small(target)
    found = large(settings, target)
    assert found == expected
    assert PartySnapshot.objects.get() == packed.snapshot


@pytest.mark.parametrize("everything", [False, True], ids=["need", "all"])
def test_a_plan_is_made_over_what_is_packed_and_has_changed(field, packed, settings, everything):
    move_away(Candidate.objects.filter(need=field[0]).first().volunteer)
    make_party(name="Newly come", abilities=("grass_hand",), wishes=(("trail_mtb", 3),))
    target = None if everything else field[0]
    Guide.objects.update(weekly_capacity=60)  # they have read what the first run proposed
    counted = [MatchRun, RunInputs, PartySnapshot, Match]
    before = [model.objects.count() for model in counted]
    expected = plan_only(actor=User.objects.system(), target=target)
    # Noted nowhere: whoever read them anew would find next to nobody.
    packed_still = Volunteer.objects.exclude(pk__in=changed_since(packed.snapshot.as_of))
    assert packed_still.update(travel_limit_minutes=1) > 500
    settings.ENISHI_LARGE_FROM = 100
    found = plan_only(actor=User.objects.system(), target=target)
    assert all(each.best for each in expected.shortlists if each.need == field[0].pk)
    assert found.shortlists == expected.shortlists
    assert found.proposals == expected.proposals
    unpriced = {"fairness": found.report["fairness"]}
    assert unpriced["fairness"]["unfair_micro"] is None
    assert found.report == expected.report | unpriced
    assert [model.objects.count() for model in counted] == before


@pytest.mark.parametrize("trouble", ["no folder", "damaged", "forgotten"])
def test_a_dry_run_without_its_snapshot_reads_every_row(
    field, packed, settings, shelf, monkeypatch, trouble: str
):
    Guide.objects.update(weekly_capacity=60)
    expected = plan_only(actor=User.objects.system())
    on_this_host()
    shutil.rmtree(shelf)
    if trouble == "no folder":
        shelf.write_text("no folder")
    elif trouble == "damaged":
        SnapshotPart.objects.update(data=b"PK")
    else:
        row = PartySnapshot.objects.get()
        monkeypatch.setattr(runs, "usable_snapshot", lambda **_asked: row)
        PartySnapshot.objects.all().delete()
    settings.ENISHI_LARGE_FROM = 100
    out, err = StringIO(), StringIO()
    call_command("match", "--all", "--dry-run", stdout=out, stderr=err)
    assert f"{len(expected.proposals)} would be proposed" in out.getvalue()
    assert err.getvalue().splitlines() == [EVERY_ROW]
    assert len(expected.proposals) > 1


def test_a_match_since_the_packing_uses_up_the_load(field, packed, settings):
    party = Match.objects.filter(run=packed).first().volunteer
    party.live_limit = 1
    party.save()  # noted nowhere: what tells is the match alone
    expected = small()
    assert large(settings) == expected
    assert party.pk not in {row[1] for row in expected["proposals"] if row not in already(packed)}


def already(run: MatchRun) -> list:
    return [
        (m.need_id, m.volunteer_id, m.people, m.score_micro, m.rank_for_need, m.rank_for_party)
        for m in Match.objects.filter(run=run)
    ]


def test_a_need_whose_whole_list_rests_gets_the_next_best(field, settings, mori, admin):
    weights = add_weights(actor=admin, values={"top_k": 2, "slack": 1, "top_l": 1, "contacts_max": 1})
    activate_weights(actor=admin, version=weights.version)
    best = {party for _need, party, _score, place in small()["candidates"] if place <= 3}
    asked = Volunteer.objects.filter(pk__in=best)
    assert len(asked) == 3
    for party in asked:
        match = story.asked(story.propose(make_need(make_region(guide=mori.guide)), party), guide=mori)
        decline_match(match_id=match.pk, actor=party.representative, reason=EndReason.DATES)
    Need.objects.exclude(pk__in=[need.pk for need in field]).update(stage=NeedStage.CLOSED)
    Outbox.objects.open().update(done_at=timezone.now())
    expected = small()
    assert {row[0] for row in expected["proposals"]} >= {field[0].pk, field[2].pk}
    assert expected["report"]["left_in_peace"] == 3
    assert large(settings) == expected


def test_a_run_that_took_a_snapshot_may_yet_be_a_small_one(field, packed):
    run = request_run(actor=User.objects.system())
    assert take_snapshot(run, now=timezone.now()) == packed.snapshot
    start_run(run_id=run.pk, now=timezone.now())
    on_this_host()
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.attempts, run.snapshot) == (RunState.DONE, 0, None)


def test_another_vocabulary_or_an_old_day_asks_for_a_new_snapshot(field, packed, settings):
    kind = make_work_kind("waterway")
    assert kind.pk
    settings.ENISHI_LARGE_FROM = 100
    run = matched(field[0])
    assert (run.state, run.error) == (RunState.DONE, "")
    first = PartySnapshot.objects.get()
    assert first.pk != packed.snapshot_id
    PartySnapshot.objects.update(as_of=timezone.now() - timedelta(days=3))
    matched(field[0])
    assert PartySnapshot.objects.get() != first


def test_a_damaged_folder_is_fetched_again(field, packed, settings, shelf):
    expected = small()
    (home,) = folders(shelf)
    with (shelf / home / "column.can.npy").open("r+b") as file:
        file.seek(200)
        file.write(b"\xff" * 64)
    assert large(settings) == expected


def test_a_damaged_part_in_the_database_is_refused(field, packed, settings, shelf):
    shutil.rmtree(shelf)
    part = SnapshotPart.objects.order_by("number").first()
    SnapshotPart.objects.filter(pk=part.pk).update(data=bytes(part.data)[:-1] + b"\x01")
    settings.ENISHI_LARGE_FROM = 100
    run = matched(field[0])
    assert run.state != RunState.DONE
    assert "damaged" in run.error
    assert folders(shelf) == []
    ends_well_with_a_new_snapshot(run, packed)


def ends_well_with_a_new_snapshot(run: MatchRun, packed: MatchRun) -> None:
    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == (RunState.DONE, "", 1)
    assert PartySnapshot.objects.get().pk == run.snapshot_id != packed.snapshot_id
    assert check_invariants(now=timezone.now()) == []


@pytest.mark.parametrize("everything", [False, True], ids=["need", "all"])
def test_a_run_under_way_begins_again_where_its_snapshot_is_lost(field, packed, settings, shelf, everything):
    settings.ENISHI_LARGE_FROM = 100
    run = request_run(actor=User.objects.system(), target=None if everything else field[0])
    start_run(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.snapshot) == (RunState.SCORING, packed.snapshot)
    on_this_host()
    shutil.rmtree(shelf)
    SnapshotPart.objects.update(data=b"PK")
    drain_outbox()
    ends_well_with_a_new_snapshot(run, packed)


def test_a_withdrawn_snapshot_serves_hosts_that_have_a_copy(field, packed, settings, shelf):
    expected = large(settings, field[0])
    settings.ENISHI_LARGE_FROM = 100
    run = request_run(actor=User.objects.system(), target=field[0])
    start_run(run_id=run.pk, now=timezone.now())
    on_this_host()
    PartySnapshot.objects.update(ready_at=None)
    drain_outbox()
    assert outcome(run) == expected
    assert (run.attempts, run.snapshot) == (0, packed.snapshot)


def test_a_host_that_cannot_write_withdraws_nothing(field, packed, settings, shelf):
    shutil.rmtree(shelf)
    shelf.write_text("no folder")
    settings.ENISHI_LARGE_FROM = 100
    run = matched(field[0])
    assert (run.state, run.error.split(":")[0]) == (RunState.QUEUED, "FileExistsError")
    assert PartySnapshot.objects.get(ready_at__isnull=False) == packed.snapshot
    shelf.unlink()
    drain_outbox(now=timezone.now() + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.snapshot) == (RunState.DONE, packed.snapshot)


def test_parts_of_another_snapshot_are_refused(field, packed, settings, shelf):
    shutil.rmtree(shelf)
    SnapshotPart.objects.order_by("number").last().delete()
    settings.ENISHI_LARGE_FROM = 100
    run = matched(field[0])
    assert "not those it was sealed with" in run.error
    ends_well_with_a_new_snapshot(run, packed)
