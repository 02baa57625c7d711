"""manage.py match: the worker's path from the shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry, Outbox, User
from matching.enums import RunState
from matching.management.commands.match import EVERY_ROW
from matching.models import Match, MatchRun, NeedDiagnosis, RunShard, WeightSet
from matching.services.run_cancel import cancel_run
from matching.services.runs import open_run, request_run
from regions.enums import Compensation, NeedStage
from regions.models import Need
from tests.cast import make_need, make_offer
from tests.matching.running import pairs, recomputed_score

pytestmark = pytest.mark.django_db


def match(*options: str) -> str:
    out = StringIO()
    call_command("match", *options, stdout=out)
    return out.getvalue()


def test_all_matches_everything(mowing: Need, saga, riders, hana_party, mori) -> None:
    make_need(saga, offers=[make_offer(saga)], places=1)
    answer = json.loads(match("--all", "--json"))
    run = MatchRun.objects.get()
    assert (answer["run"], run.state, run.scope) == (run.public_id, RunState.DONE, "all")
    assert (answer["needs"], answer["participants"], answer["pairs_feasible"]) == (2, 2, 3)
    assert {row["match"] for row in answer["proposals"]} == set(
        Match.objects.values_list("public_id", flat=True)
    )
    assert all(recomputed_score(row["explanation"]) == row["score_micro"] for row in answer["proposals"])
    assert answer["report"] == run.report


def test_need_matches_one(mowing: Need, saga, riders, mori) -> None:
    make_need(saga)
    text = match("--need", mowing.public_id)
    assert MatchRun.objects.get().scope == f"need:{mowing.public_id}"
    assert pairs() == {(mowing, riders)}
    slot = mowing.slots.get()
    day = timezone.localtime(slot.start_at).date().isoformat()
    assert f"夏と秋の草刈り <- 福岡山道ライダーズ: 5 people on {day}" in text
    assert "work_fits, wish_fits, first_person; but people_limited" in text
    assert "1 proposed, 1 pairs fit" in text


def test_dry_run_writes_nothing_and_says_the_same(mowing: Need, riders, hana_party, mori) -> None:
    written = [Match, MatchRun, RunShard, NeedDiagnosis, WeightSet, Outbox, AuditEntry, User]
    before = [model.objects.count() for model in written]
    planned = json.loads(match("--all", "--dry-run", "--json"))
    assert "2 would be proposed, 2 pairs fit" in match("--all", "--dry-run")
    assert [model.objects.count() for model in written] == before
    assert (planned["run"], planned["dry_run"]) == (None, True)
    done = json.loads(match("--all", "--json"))
    assert said(planned) == said(done)
    assert len(said(planned)) == 2


@pytest.mark.parametrize(("large_from", "said"), [(2, [EVERY_ROW]), (3, [])])
def test_dry_run_says_that_it_reads_every_row_where_nothing_is_packed(
    settings, mowing: Need, riders, hana_party, mori, large_from: int, said: list[str]
) -> None:
    settings.ENISHI_LARGE_FROM = large_from
    out, err = StringIO(), StringIO()
    call_command("match", "--all", "--dry-run", stdout=out, stderr=err)
    assert "2 would be proposed" in out.getvalue()
    assert err.getvalue().splitlines() == said


def test_dry_run_needs_no_system_user(riders) -> None:
    match("--all", "--dry-run")
    assert not User.objects.filter(is_system=True).exists()


def said(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said of each pair, in the order of the participants; a match has a name only once it is written."""
    rows = [{key: value for key, value in row.items() if key != "match"} for row in answer["proposals"]]
    return sorted(rows, key=lambda row: row["participant"])


def test_unknown_need_is_said_clearly(mowing: Need) -> None:
    with pytest.raises(CommandError) as refused:
        match("--need", "nosuchneed")
    assert str(refused.value) == "There is no need with the public id 'nosuchneed'. Nothing was done."
    assert refused.value.returncode == 1
    assert not MatchRun.objects.exists()


def test_need_that_is_not_open_is_said_clearly(mowing: Need) -> None:
    Need.objects.update(stage=NeedStage.HEARING)
    with pytest.raises(CommandError, match="is not open but 'hearing'"):
        match("--need", mowing.public_id)


def test_employment_without_a_basis_is_refused(saga) -> None:
    need = make_need(saga, compensation=Compensation.EMPLOYMENT)
    for options in (("--dry-run",), ()):
        with pytest.raises(CommandError):
            match("--need", need.public_id, *options)
    assert not MatchRun.objects.exists()


@pytest.mark.parametrize("options", [(), ("--all", "--need", "x")])
def test_one_of_need_and_all_is_asked_for(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        match(*options)


def test_command_owes_nothing_to_the_worker(mowing: Need, riders, mori) -> None:
    match("--all")
    assert not Outbox.objects.filter(topic__startswith="matching.").exists()


def test_command_joins_a_run_that_is_open(mowing: Need, riders, admin, mori) -> None:
    run = request_run(actor=admin)
    assert json.loads(match("--all", "--json"))["run"] == run.public_id
    run.refresh_from_db()
    assert (run.state, MatchRun.objects.count()) == (RunState.DONE, 1)


def test_run_that_was_given_up_is_said_clearly(mowing: Need, admin) -> None:
    WeightSet.objects.create(version=1, values={"top_k": 0}, is_active=True)
    with pytest.raises(CommandError, match="was given up: ValueError: counts start at one"):
        match("--all")
    assert open_run(actor=admin).state == RunState.QUEUED


class Terminal(StringIO):
    """A stream that says it is a terminal. ``during`` is done at the first word."""

    def __init__(self, during: Callable[[], object] = bool) -> None:
        super().__init__()
        self.during = during

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not self.getvalue():
            self.during()
        return super().write(text)


def test_terminal_is_told_how_far_it_is(settings, mowing: Need, riders, hana_party, mori) -> None:
    settings.ENISHI_PROPOSALS_PER_STEP = 1
    terminal, out = Terminal(), StringIO()
    call_command("match", "--all", "--json", stdout=out, stderr=terminal)
    told = [line.rstrip() for line in terminal.getvalue().split("\r")]
    assert told == ["", "queued", "allocating 1 / 2"]
    assert terminal.getvalue().endswith("\n")
    assert len(json.loads(out.getvalue())["proposals"]) == 2


def test_whoever_reads_a_file_is_told_nothing_of_it(mowing: Need, riders, mori) -> None:
    err = StringIO()
    call_command("match", "--all", stdout=StringIO(), stderr=err)
    assert err.getvalue() == ""


def test_run_that_was_cancelled_meanwhile_is_said_clearly(mowing: Need, riders, mori, admin) -> None:
    def cancel() -> None:
        cancel_run(actor=admin, run=MatchRun.objects.get(), now=timezone.now())

    with pytest.raises(CommandError, match="was cancelled: 0 proposals written before stay"):
        call_command("match", "--all", stdout=StringIO(), stderr=Terminal(cancel))
    assert not Match.objects.exists()
