"""Asking for a matching run: by whom, of what, twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Outbox, User, Volunteer
from matching.enums import RunState
from matching.models import MatchRun, RunShard
from regions.enums import NeedStage
from regions.models import Need
from tests.support.api import API, as_user, refusal

pytestmark = pytest.mark.django_db
RUNS = f"{API}runs/"


def test_guide_has_a_need_looked_at(mori: User, mowing: Need) -> None:
    answer = as_user(mori).post(RUNS, {"need": mowing.public_id})
    body = answer.json()
    assert (answer.status_code, body["scope"], body["state"]) == (202, f"need:{mowing.public_id}", "queued")
    assert as_user(mori).get(f"{RUNS}{body['id']}/").json() == body
    assert Outbox.objects.filter(topic="matching.start_run").count() == 1


def test_asking_twice_gives_the_open_run(mori: User, sato: User, mowing: Need) -> None:
    bodies = [as_user(user).post(RUNS, {"need": mowing.public_id}).json() for user in (mori, sato)]
    assert bodies[0]["id"] == bodies[1]["id"]
    assert MatchRun.objects.count() == 1


def test_participant_has_the_own_party_looked_at(hana: User, hana_party: Volunteer) -> None:
    body = as_user(hana).post(RUNS, {"party": hana_party.public_id}).json()
    assert body["scope"] == f"party:{hana_party.public_id}"
    assert [row["id"] for row in as_user(hana).get(RUNS).json()["results"]] == [body["id"]]


def test_everything_is_run_by_administrators_only(admin: User, mori: User) -> None:
    assert refusal(as_user(mori).post(RUNS)) == (403, "may_not_match", [])
    assert as_user(admin).post(RUNS, {}).json()["scope"] == "all"


@pytest.mark.parametrize("role", ["yuki", "hana"])
def test_outsider_may_not_have_a_need_looked_at(
    request: pytest.FixtureRequest, mowing: Need, role: str
) -> None:
    answer = as_user(request.getfixturevalue(role)).post(RUNS, {"need": mowing.public_id})
    assert refusal(answer) == (403, "may_not_match", [])
    assert not MatchRun.objects.exists()


def test_party_of_another_cannot_be_named(yuki: User, hana_party: Volunteer) -> None:
    answer = as_user(yuki).post(RUNS, {"party": hana_party.public_id})
    assert refusal(answer) == (422, "invalid", ["party"])


def test_closed_need_is_not_matched(mori: User, mowing: Need) -> None:
    Need.objects.filter(pk=mowing.pk).update(stage=NeedStage.CLOSED)
    assert refusal(as_user(mori).post(RUNS, {"need": mowing.public_id})) == (409, "need_not_matched", [])


def test_one_thing_at_a_time(admin: User, mowing: Need, hana_party: Volunteer) -> None:
    body = {"need": mowing.public_id, "party": hana_party.public_id}
    assert refusal(as_user(admin).post(RUNS, body)) == (422, "one_target_only", ["need", "party"])


def test_run_of_others_does_not_exist_for_a_participant(admin: User, hana: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    assert as_user(hana).get(RUNS).json()["results"] == []
    assert refusal(as_user(hana).get(f"{RUNS}{made['id']}/")) == (404, "not_found", [])


def test_what_a_run_keeps_for_itself_is_not_shown(admin: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    MatchRun.objects.update(report={"plan": [1], "next": 3, "gap_micro": 0})
    assert as_user(admin).get(f"{RUNS}{made['id']}/").json()["report"] == {"gap_micro": 0}


def test_only_administrators_read_what_went_wrong_in_a_run(admin: User, mori: User, mowing: Need) -> None:
    made = as_user(mori).post(RUNS, {"need": mowing.public_id}).json()
    address = f"{RUNS}{made['id']}/"
    assert as_user(mori).get(address).json()["error"] == ""
    MatchRun.objects.update(error='duplicate key value: (email)=("hana@example.org")')
    told = "途中で失敗した処理があります。原因は管理者が確認できます。"
    assert as_user(mori).get(address).json()["error"] == told
    assert as_user(mori).get(RUNS).json()["results"][0]["error"] == told
    assert "hana@example.org" in as_user(admin).get(address).json()["error"]


# How far it is.
def test_open_run_tells_its_progress_and_one_that_has_ended_none(admin: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    waiting = {
        "steps_done": 0, "steps_total": 0, "pairs_done": None, "pairs_total": None, "pairs_per_second": None,
        "seconds_left": None, "workers": 0,
    }  # fmt: skip
    assert made["progress"] == waiting
    run = MatchRun.objects.get()
    now = timezone.now()
    MatchRun.objects.update(state=RunState.SCORING, started_at=now, parties_count=512, needs_count=10)
    for number, done_at in ((0, now), (1, None)):
        RunShard.objects.create(
            run=run, number=number, first=number, end=number + 1, created_at=now - timedelta(seconds=20),
            done_at=done_at, result=None if done_at is None else b"",
        )  # fmt: skip
    for shown in (
        as_user(admin).get(f"{RUNS}{made['id']}/").json(),
        as_user(admin).get(RUNS).json()["results"][0],
    ):
        assert 15 <= shown["progress"].pop("seconds_left") <= 20
        assert shown["progress"] == {
            "steps_done": 1, "steps_total": 2, "pairs_done": 2_560, "pairs_total": 5_120, "pairs_per_second": 128,
            "workers": 0,
        }  # fmt: skip
    MatchRun.objects.update(state=RunState.DONE)
    assert as_user(admin).get(f"{RUNS}{made['id']}/").json()["progress"] is None


# Cancelling.
def test_who_asked_cancels_a_run_and_reads_what_stays(mori: User, mowing: Need) -> None:
    made = as_user(mori).post(RUNS, {"need": mowing.public_id}).json()
    answer = as_user(mori).post(f"{RUNS}{made['id']}/cancel/", {})
    body = answer.json()
    assert (answer.status_code, body["state"], body["progress"]) == (200, "cancelled", None)
    assert body["report"] == {
        "cancelled_in": "queued", "written": 0, "planned": None, "skipped": {}, "looked_at_again": False,
    }  # fmt: skip
    assert body["finished_at"] is not None
    assert as_user(mori).get(RUNS, {"state": "cancelled"}).json()["results"] == [body]


def test_cancelled_under_one_key_is_cancelled_once(mori: User, mowing: Need) -> None:
    made = as_user(mori).post(RUNS, {"need": mowing.public_id}).json()
    address, key = f"{RUNS}{made['id']}/cancel/", {"HTTP_IDEMPOTENCY_KEY": "stop"}
    first, second = (as_user(mori).post(address, {}, **key) for _ in range(2))
    assert first.json() == second.json()
    without_a_key = as_user(mori).post(address, {})
    assert (without_a_key.status_code, without_a_key.json()["state"]) == (200, "cancelled")
    assert AuditEntry.objects.filter(action="run.cancel").count() == 1


def test_guide_who_did_not_ask_may_not_cancel(mori: User, sato: User, mowing: Need) -> None:
    made = as_user(mori).post(RUNS, {"need": mowing.public_id}).json()
    answer = as_user(sato).post(f"{RUNS}{made['id']}/cancel/", {})
    assert refusal(answer) == (403, "may_not_cancel_run", [])
    assert MatchRun.objects.get().state == RunState.QUEUED


def test_run_of_others_is_not_there_to_be_cancelled(admin: User, hana: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    assert refusal(as_user(hana).post(f"{RUNS}{made['id']}/cancel/", {})) == (404, "not_found", [])


def test_run_that_has_ended_is_not_cancelled(admin: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    MatchRun.objects.update(state=RunState.DONE)
    assert refusal(as_user(admin).post(f"{RUNS}{made['id']}/cancel/", {})) == (409, "run_ended", [])


def test_cancelling_takes_no_words(admin: User) -> None:
    made = as_user(admin).post(RUNS, {}).json()
    answer = as_user(admin).post(f"{RUNS}{made['id']}/cancel/", {"why": "x"})
    assert refusal(answer) == (422, "unknown_field", ["why"])
    assert MatchRun.objects.get().state == RunState.QUEUED
