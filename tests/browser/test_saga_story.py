"""The story of Saga by four people in four browsers, on the running stack: names and numbers are read when their time has come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import saga_story as story
from tests.browser.conftest import watched_visits
from tests.browser.hand import Hand
from tests.browser.saga_cast import ASSEMBLY, BOARD, GUIDE, HAMLET, OFFICER, OUTSIDER, SPEAKER
from tests.browser.saga_reading import Reader, words_read
from tests.support.stack import ROOT, Stack, own_stack
from tests.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMMUNITY = {HAMLET, story.LEAD, *SPEAKER.words, *OFFICER.words}
CLUB = {story.CLUB, *story.LEADER.words}
NOTHING: set[str] = set()
WRITTEN_TO = {SPEAKER.name, story.LEADER.name}
"""Whom a guide reads as addressees, on the page that shows the letters before they are sent."""
FACE_TO_FACE = {HAMLET, *SPEAKER.introduced}, {story.CLUB, *story.LEADER.introduced}
PROMISED = {HAMLET, story.LEAD, *SPEAKER.promised}, {story.CLUB, *story.LEADER.promised}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Broker, worker, web and beat as processes, with the cast in a database of their own."""
    with own_stack(tmp_path) as stack:
        stack.start()
        wait_for(stack.is_healthy, seconds=90)
        run_beside(stack, "-m", "tests.browser.saga_cast")
        yield stack


def run_beside(stack: Stack, *arguments: str) -> None:
    """A program of ours on the stack's database."""
    environ = stack.environ | {"PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, check=True)


def patient(page: Any) -> Hand:
    """A hand that waits: behind each page work five programs, and perhaps other tests beside them."""
    page.set_default_timeout(1000 * story.PATIENCE_SECONDS / 3)
    return Hand(page)


class Scene:
    """The four, somebody unrelated, and what each of them may have read of the others by now."""

    def __init__(self, visit: Any) -> None:
        self.club, self.speaker, self.outsider = (patient(visit()) for _ in range(3))
        self.officer, self.guide = (patient(visit(width=1280)) for _ in range(2))
        for hand, person in (
            (self.officer, OFFICER), (self.speaker, SPEAKER), (self.guide, GUIDE), (self.outsider, OUTSIDER),
        ):  # fmt: skip
            story.sign_in(hand, person)
        self.match = ""

    def find_match(self) -> None:
        self.match = story.find_on_the_desk(self.guide)

    def at_the_match(self, hand: Hand) -> Hand:
        hand.page.goto(f"/matches/{self.match}/")
        return hand

    def club_has_read(self) -> set[str]:
        return words_read(Reader(self.club.page, story.LEADER), self.match, COMMUNITY)

    def community_has_read(self) -> set[str]:
        """The speaker and the officer read the same."""
        speaker, officer = (
            words_read(Reader(hand.page, person), self.match, CLUB)
            for hand, person in ((self.speaker, SPEAKER), (self.officer, OFFICER))
        )
        assert speaker == officer
        return speaker

    def assert_read(self, of_community: set[str], of_club: set[str], *, by_guide: set[str]) -> None:
        """Each side has read exactly this of the other, the guide this of both, and somebody unrelated nothing."""
        assert self.club_has_read() == of_community
        assert self.community_has_read() == of_club
        guide = Reader(self.guide.page, GUIDE)
        assert words_read(guide, self.match, COMMUNITY | CLUB) == by_guide
        outsider = Reader(self.outsider.page, OUTSIDER)
        assert outsider.is_refused(self.match)
        assert words_read(outsider, self.match, COMMUNITY | CLUB) == NOTHING


def test_four_people_come_from_a_call_to_a_promise(chromium: Any, stack: Stack) -> None:
    with watched_visits(chromium, f"http://127.0.0.1:{stack.port}") as visit:
        scene = Scene(visit)
        propose(scene)
        ask(scene)
        meet(scene)
        promise(scene)
    run_beside(stack, "manage.py", "check_invariants")
    programs = json.loads((stack.run_dir / "up.json").read_text())["wrappers"]
    assert set(programs) == {"broker", "worker", "web", "beat"}
    code, output = stack.stop()
    assert (code, stack.family()) == (0, []), output


def propose(scene: Scene) -> None:
    """A call becomes a need, a club signs up, and the worker sees that the two fit; a guide alone reads of it."""
    story.take_the_call(scene.officer)
    story.sign_up(scene.club)
    story.say_the_affiliation(scene.club)
    scene.find_match()
    story.write_down_an_interview(scene.guide)
    for hand, person in ((scene.club, story.LEADER), (scene.speaker, SPEAKER), (scene.officer, OFFICER)):
        assert Reader(hand.page, person).is_refused(scene.match)
    scene.assert_read(NOTHING, NOTHING, by_guide={HAMLET, story.CLUB, *WRITTEN_TO})


def ask(scene: Scene) -> None:
    """Neither the approval nor the first of two answers names anybody."""
    scene.guide.page.goto(f"/desk/{scene.match}/")
    story.approve_by_keys(scene.guide)
    story.answer_from_the_letter(scene.club, story.LEADER, "会ってみる")
    scene.assert_read(NOTHING, NOTHING, by_guide={HAMLET, story.CLUB})


def meet(scene: Scene) -> None:
    """Both would like to meet: names and affiliations, and until everything is settled no more."""
    story.answer_from_the_letter(scene.speaker, SPEAKER, "会ってみる")
    scene.assert_read(*FACE_TO_FACE, by_guide=FACE_TO_FACE[0] | FACE_TO_FACE[1])
    story.fill_in_the_card(scene.at_the_match(scene.club))
    scene.assert_read(*FACE_TO_FACE, by_guide=FACE_TO_FACE[0] | FACE_TO_FACE[1])
    story.record_the_meeting(scene.at_the_match(scene.guide))
    scene.at_the_match(scene.officer)
    story.record_a_consent(scene.officer, BOARD)
    story.record_a_consent(scene.officer, ASSEMBLY)
    story.record_the_permission(scene.officer)
    story.confirm_the_promise(scene.at_the_match(scene.club))
    story.answer(scene.club, "お願いします")
    told = scene.at_the_match(scene.speaker).page.locator("li", has_text="地区の了解を記録しました")
    assert ["代理で入力" in line for line in told.all_inner_texts()] == [True, True]
    story.confirm_the_promise(scene.speaker)
    scene.assert_read(*FACE_TO_FACE, by_guide=FACE_TO_FACE[0] | FACE_TO_FACE[1])


def promise(scene: Scene) -> None:
    """The last yes makes the promise: from here on both see whom to call."""
    story.answer(scene.speaker, "お願いします")
    for hand in (scene.club, scene.speaker, scene.guide):
        scene.at_the_match(hand).page.get_by_text("約束が決まりました").first.wait_for()
    scene.assert_read(*PROMISED, by_guide=PROMISED[0] | PROMISED[1])
    assert SPEAKER.phone in story.look_at_contacts(scene.at_the_match(scene.club))
    assert story.LEADER.phone in story.look_at_contacts(scene.at_the_match(scene.speaker))
