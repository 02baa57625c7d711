"""States of a match and of asking for one that no address shows by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from matching.enums import AnswerValue, EndReason, MeetingHow
from matching.models import Match
from matching.services.endings import decline_match
from matching.services.meetings import plan_meeting
from regions.enums import PermissionStatus
from regions.models import Permission
from tests.browser.staging import Lead, Stage, opened, press, refused
from tests.builders import make_offer
from tests.matching import saga as story
from tests.support.matrix import Scene, Values
from tests.support.scenes import asked_match, spoken_match


def proposed(scene: Scene) -> Values:
    return {"public_id": story.propose(scene.mowing, scene.hana_party).public_id}


def meeting(scene: Scene) -> Values:
    """Both would like to meet, and know when."""
    match = Match.objects.get(**asked_match(scene))
    story.both_answer(match, AnswerValue.MEET)
    day = (timezone.localtime() + timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
    plan_meeting(match_id=match.pk, actor=scene.ume, how=MeetingHow.ON_SITE, planned_at=day, place="公民館")
    return {"public_id": match.public_id}


def settled(scene: Scene) -> Values:
    """Nothing is missing any more: a permission came last, and the guide makes the promise."""
    scene.mowing.offers.add(make_offer(scene.mowing.region, permission=PermissionStatus.INFORMAL))
    match = Match.objects.get(**asked_match(scene))
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=scene.mori)
    story.all_consents(match, by=story.speaker_of(match))
    story.both_answer(match, AnswerValue.YES)
    story.both_confirm_promise(match)
    Permission.objects.filter(offer__needs=scene.mowing).update(status=PermissionStatus.GRANTED)
    return {"public_id": match.public_id}


def agreed(scene: Scene) -> Values:
    return {"public_id": story.agreed(scene.mowing, scene.hana_party, guide=scene.mori).public_id}


def completed(scene: Scene) -> Values:
    return {"public_id": story.completed(scene.mowing, scene.hana_party, guide=scene.mori).public_id}


def ended(scene: Scene) -> Values:
    where = asked_match(scene)
    decline_match(match_id=Match.objects.get(**where).pk, actor=scene.ume, reason=EndReason.DATES)
    return where


def full(scene: Scene) -> Values:
    """The need, with every place held."""
    match = story.asked(story.propose(scene.mowing, scene.riders), guide=scene.mori)
    match.slots.update(places=match.people)
    return need(scene)


def need(scene: Scene) -> Values:
    return {"public_id": scene.mowing.public_id}


def acting(name: str, where: Any = asked_match) -> Any:
    return lambda scene: where(scene) | {"act": name}


def after(where: Any, name: str) -> Lead:
    """A page of its own after something has happened to a match."""

    def lead(page: Any, scene: Scene) -> None:
        where(scene)
        page.goto(reverse(name))

    return lead


def unanswered(page: Any, scene: Scene) -> None:
    """An answer without a word chosen: what a browser that was tampered with would send."""
    page.goto(reverse("match-act", kwargs=acting("answer")(scene)))
    page.evaluate("document.querySelectorAll('[name=value]').forEach(each => each.checked = false)")
    press(page)
    page.wait_for_selector(".error-summary")


def contacts(page: Any, scene: Scene) -> None:
    page.goto(reverse("match-page", kwargs=agreed(scene)))
    page.locator("main form button").first.click()
    page.wait_for_selector(".tel")


MATCH_STAGES = [
    Stage("stage-match-proposed-guide", "mori", opened("match-page", proposed)),
    Stage("stage-match-asked-guide", "mori", opened("match-page", asked_match)),
    Stage("stage-match-asked-community", "ume", opened("match-page", asked_match)),
    Stage("stage-match-meeting", "hana", opened("match-page", meeting)),
    Stage("stage-match-settled", "hana", opened("match-page", settled)),
    Stage("stage-match-settled-community", "ume", opened("match-page", settled)),
    Stage("stage-match-agreed", "hana", opened("match-page", agreed)),
    Stage("stage-match-completed", "ume", opened("match-page", completed)),
    Stage("stage-match-ended", "hana", opened("match-page", ended)),
    Stage("stage-match-ended-guide", "mori", opened("match-page", ended)),
    Stage("stage-matches", "hana", after(asked_match, "match-list")),
    Stage("stage-matches-guide", "mori", after(asked_match, "match-list")),
    Stage("stage-for-you-asked", "hana", after(asked_match, "for-you")),
    Stage("stage-calendar", "hana", after(meeting, "calendar")),
    Stage("stage-contacts", "hana", contacts),
    Stage("stage-answer-wrong", "hana", unanswered),
    Stage("stage-decline", "hana", opened("match-act", acting("decline"))),
    Stage(
        "stage-plan-wrong",
        "hana",
        refused("match-act", acting("plan", meeting), planned_at="2020-01-01T10:00"),
    ),
    Stage("stage-board-date-wrong", "ume", refused("match-act", acting("board-date"))),
    Stage("stage-other-dates-wrong", "hana", refused("match-act", acting("other-dates"))),
    Stage("stage-messages-none", "hana", opened("message-list", asked_match)),
    Stage("stage-messages-guide", "mori", opened("message-list", spoken_match)),
    Stage("stage-message-wrong", "hana", refused("message-list", asked_match)),
    Stage("stage-guardians", "mori", opened("match-guardians", asked_match)),
    Stage("stage-apply-wrong", "hana", refused("need-apply", need)),
    Stage("stage-need-full", "anonymous", opened("need-page", full)),
    Stage("stage-apply-full", "hana", opened("need-apply", full)),
    Stage("stage-need-guide", "mori", opened("need-page", need)),
]
