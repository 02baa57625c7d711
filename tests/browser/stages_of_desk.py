"""States of the guide's desk that no address shows by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from matching.enums import IdentityProof, InterviewHow
from matching.models import Match
from matching.services.interviews import record_interview
from matching.services.review import snooze_match
from tests.browser.staging import Lead, Stage, opened, press, refused, unfolded
from tests.matching.desk import compared, knowing_each_other, suggested
from tests.support.matrix import Scene, Values
from tests.support.scenes import need_with_a_choice, pair_to_propose


def new(scene: Scene) -> Values:
    return {"public_id": suggested(scene.mowing, scene.riders, scene.mori).public_id}


def known(scene: Scene) -> Values:
    """A pair that came before, of which an interview is on record; its deadline has passed."""
    match = knowing_each_other(suggested(scene.mowing, scene.hana_party, scene.mori))
    Match.objects.filter(pk=match.pk).update(due_at=timezone.now() - timedelta(days=1))
    record_interview(
        actor=scene.mori, match=match, how=InterviewHow.PHONE, held_on=timezone.localdate(),
        identity=IdentityProof.LICENCE, note="走らせてもらうなら、まず手を動かしたいとのこと。",
    )  # fmt: skip
    return {"public_id": match.public_id}


def held(scene: Scene) -> Values:
    match = Match.objects.get(**new(scene))
    snooze_match(match_id=match.pk, actor=scene.mori, until=timezone.now() + timedelta(days=3))
    return {}


def deciding(act: str) -> Any:
    return lambda scene: new(scene) | {"act": act}


def both(scene: Scene) -> Values:
    known(scene)
    compared(Match.objects.get(**new(scene)), scene.yuki_party)
    return {}


def picked(page: Any, scene: Scene) -> None:
    """A pair ticked on the desk, to be asked together with others."""
    opened("desk", both)(page, scene)
    page.locator("[name=pick]").check()
    page.locator("#together button").click()
    page.wait_for_url("**/together/*")


def asked(page: Any, scene: Scene) -> None:
    """Back on the desk, where an approval can be taken back."""
    opened("desk-decide", deciding("approve"))(page, scene)
    press(page)
    page.wait_for_url(f"**{reverse('desk')}?asked=*")


def keys(page: Any, scene: Scene) -> None:
    opened("desk", both)(page, scene)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")


LEADS: dict[str, Lead] = {
    "two": unfolded(opened("desk", both)),
    "keys": keys,
    "held": opened("desk", held, query="?held=1"),
    "together": picked,
    "asked": asked,
    "reject": opened("desk-decide", deciding("reject")),
    "terms-wrong": refused("desk-decide", deciding("terms"), people="500"),
    "hold": opened("desk-decide", deciding("hold")),
    "by-hand-nobody": opened("by-hand", lambda _scene: {}, query="?words=海"),
    "by-hand-unknown": opened("by-hand-party", need_with_a_choice, query="?party=nobody"),
    "by-hand-wrong": refused("by-hand-pair", pair_to_propose, people="500"),
    "interview-wrong": refused("desk-interview", new, held_on="2030-01-01"),
}
DESK_STAGES = [Stage(f"stage-desk-{name}", "mori", lead) for name, lead in LEADS.items()]
