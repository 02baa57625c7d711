"""Asking for a matching run: by whom, of what, twice."""

from __future__ import annotations

import pytest

from accounts.models import Outbox, User, Volunteer
from matching.models import MatchRun
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
