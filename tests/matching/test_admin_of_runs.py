"""Runs on the pages of the administration: how far they are, and taking them back."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry, User
from matching.enums import RunState
from matching.models import MatchRun, RunShard
from matching.services.run_steps import start_run
from matching.services.runs import request_run
from matching.services.weights import ensure_weights
from regions.models import Need

pytestmark = pytest.mark.django_db
PAGE = "admin:matching_matchrun_changelist"


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def scoring(number: int = 0) -> MatchRun:
    """A run with one of two shards done after 20 seconds, just now, and the other one at work."""
    now = timezone.now()
    run = MatchRun.objects.create(
        scope=f"need:{number}", state=RunState.SCORING, requested_by=User.objects.system(), weights=ensure_weights(),
        parties_count=512, needs_count=10, started_at=now - timedelta(seconds=25),
    )  # fmt: skip
    for place, done_at in ((0, now), (1, None)):
        RunShard.objects.create(
            run=run, number=place, first=place, end=place + 1, created_at=now - timedelta(seconds=20),
            done_at=done_at, result=None if done_at is None else b"", worker="celery@one",
            lease_until=None if done_at else now + timedelta(minutes=1),
        )  # fmt: skip
    return run


def cancel(office: Client, *runs: MatchRun) -> list[str]:
    """What the page answers after the runs were ticked and cancelled."""
    ticked = {"action": "cancel", "_selected_action": [run.pk for run in runs]}
    answer = office.post(reverse(PAGE), ticked, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_list_tells_how_far_an_open_run_is(office: Client) -> None:
    scoring()
    assert "採点中 1 / 2、あと約20秒" in office.get(reverse(PAGE)).content.decode()


def test_list_reads_the_progress_of_all_its_runs_at_once(office: Client) -> None:
    counts = []
    for number in range(3):
        scoring(number)
        with CaptureQueriesContext(
            connection,
        ) as sent:
            text = office.get(reverse(PAGE)).content.decode()
        assert text.count("採点中 1 / 2") == number + 1
        counts.append(len([each for each in sent if "matching_runshard" in each["sql"]]))
    assert counts == [1, 1, 1]


def test_page_of_a_run_tells_pairs_rate_and_workers(office: Client) -> None:
    run = scoring()
    text = office.get(reverse("admin:matching_matchrun_change", args=[run.pk])).content.decode()
    for told in (
        "採点中 1 / 2、あと約20秒",
        "2,560 / 5,120組（毎秒 約128組）",
        "いま取りかかっているワーカー",
    ):
        assert told in text
    assert office.post(reverse("admin:matching_matchrun_change", args=[run.pk]), {}).status_code == 403


def test_page_of_a_run_that_has_ended_tells_no_progress(office: Client) -> None:
    run = scoring()
    MatchRun.objects.update(state=RunState.DONE)
    text = office.get(reverse("admin:matching_matchrun_change", args=[run.pk])).content.decode()
    assert "採点中" not in text
    assert "毎秒" not in text


def test_progress_goes_into_the_file(office: Client) -> None:
    run = scoring()
    answer = office.post(reverse(PAGE), {"action": "keep_as_excel", "_selected_action": [run.pk]})
    cells = [cell.value for cell in load_workbook(io.BytesIO(answer.content)).worksheets[0][2]]
    assert "採点中 1 / 2、あと約20秒" in cells


def test_ticked_runs_are_cancelled_and_those_that_have_ended_named(office: Client, admin: User) -> None:
    first, second, done = (scoring(number) for number in range(3))
    MatchRun.objects.filter(pk=done.pk).update(state=RunState.DONE)
    told = cancel(office, first, second, done)
    assert told == [
        "困りごと 2：このマッチングは、すでに終わっています。",
        "2件を取り消しました。残りは、夜のマッチングで調べます。",
    ]
    states = MatchRun.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [RunState.CANCELLED, RunState.CANCELLED, RunState.DONE]
    assert set(AuditEntry.objects.filter(action="run.cancel").values_list("actor", flat=True)) == {admin.pk}


def test_only_runs_whose_rest_waits_for_the_night_are_counted(office: Client) -> None:
    first, again, before = (scoring(number) for number in range(3))
    MatchRun.objects.filter(pk=again.pk).update(report={**again.report, "again": True})
    cancel(office, before)

    told = cancel(office, first, again, before)

    assert told == [
        "困りごと 1：取り消しました。始まったあとに変更があったため、もう一度順番に入れました。",
        "1件を取り消しました。残りは、夜のマッチングで調べます。",
    ]


def test_page_says_how_many_proposals_of_a_cancelled_run_stay(
    office: Client, settings, mowing: Need, riders, hana_party, mori
) -> None:
    settings.ENISHI_PROPOSALS_PER_STEP = 1
    run = request_run(actor=mori, target=mowing)
    start_run(run_id=run.pk, now=timezone.now())
    cancel(office, run)
    text = office.get(reverse(PAGE)).content.decode()
    assert "提案1件は残っています" in text
    assert ">取り消し<" in text


def test_run_that_follows_because_something_changed_is_told_once(office: Client) -> None:
    run = scoring()
    MatchRun.objects.update(report={"again": True})
    again = "困りごと 0：取り消しました。始まったあとに変更があったため、もう一度順番に入れました。"
    assert again in cancel(office, run)
    assert again not in cancel(office, run)
    assert MatchRun.objects.filter(scope=run.scope, state=RunState.QUEUED).count() == 1
