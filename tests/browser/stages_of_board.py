"""States of what guides do beside the desk: the board, calls, and acts on the page of a match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from matching.enums import AnswerValue
from matching.models import Match, Report
from tests.browser.stages_of_matches import acting, agreed
from tests.browser.staging import Lead, Stage, opened, press, refused
from tests.matching import saga as story
from tests.support.matrix import Scene, Values
from tests.support.scenes import asked_match, open_need, reported


def two_consents(scene: Scene) -> Values:
    """A match that waits for two consents of its community."""
    for by in ("役員会", "総会"):
        scene.saga.required_consents.create(by=by, matter="new_party", meets="12月の定例会")
    match = Match.objects.get(**asked_match(scene))
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=scene.mori)
    story.both_answer(match, AnswerValue.YES)
    return {"public_id": match.public_id}


def silent(scene: Scene) -> Values:
    """A match whose two sides have let their time pass."""
    where = asked_match(scene)
    match = Match.objects.get(**where)
    match.answers.update(overdue_at=match.approved_at)
    return where


def after_report(name: str) -> Lead:
    """A page of the guide once an accident was reported."""

    def lead(page: Any, scene: Scene) -> None:
        report = Report.objects.get(**reported(scene))
        page.goto(reverse(name, kwargs={"public_id": report.match.public_id} if name == "match-page" else {}))

    return lead


def number_to_call(page: Any, scene: Scene) -> None:
    silent(scene)
    opened("calls")(page, scene)
    press(page)
    page.wait_for_selector(".tel")


def slip_of(made: Callable[[Scene], Values]) -> Lead:
    """The number of what ``made`` brought about, looked up."""

    def lead(page: Any, scene: Scene) -> None:
        number = made(scene)["public_id"]
        opened("slips", query=f"?number={number}")(page, scene)

    return lead


BOARD_STAGES = [
    Stage("stage-board-empty", "mori", opened("board")),
    Stage("stage-findings-none", "ume", opened("need-findings", open_need)),
    Stage("stage-calls-none", "mori", opened("calls")),
    Stage("stage-call-number", "mori", number_to_call),
    Stage("stage-record-call-wrong", "mori", refused("match-act", acting("record-call", silent))),
    Stage("stage-slip-waited-for", "mori", slip_of(asked_match)),
    Stage("stage-slip-waited-for-community", "ume", slip_of(asked_match)),
    Stage("stage-slip-answered", "mori", slip_of(agreed)),
    Stage("stage-slip-of-a-household", "kenji", slip_of(lambda scene: {"public_id": scene.mowing.public_id})),
    Stage("stage-slip-unknown", "mori", opened("slips", query="?number=12345")),
    Stage("stage-match-agreed-guide", "mori", opened("match-page", agreed)),
    Stage("stage-match-two-consents", "mori", opened("match-page", two_consents)),
    Stage("stage-match-two-consents-community", "ume", opened("match-page", two_consents)),
    Stage("stage-match-two-consents-party", "hana", opened("match-page", two_consents)),
    Stage("stage-report-guide", "mori", opened("report-page", reported)),
    Stage("stage-report-wrong", "hana", refused("report-new", agreed)),
    Stage("stage-match-reported", "mori", after_report("match-page")),
    Stage("stage-board-reported", "mori", after_report("board")),
    Stage("stage-tick", "mori", opened("match-act", acting("tick", agreed))),
]
