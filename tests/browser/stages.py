"""What no address shows by itself: codes asked for, mistakes, empty lists, refusals, later states of a match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from matching.enums import AnswerValue
from regions.models import Need
from tests.matching import saga as story
from tests.support.matrix import Scene


@dataclass(frozen=True)
class Stage:
    """A state of a page: who looks, and what they did to come there."""

    name: str
    role: str
    lead: Callable[[Any, Scene], None]

    def viewer(self, scene: Scene) -> Any:
        return None if self.role == "anonymous" else getattr(scene, self.role)


def _sent(page: Any, name: str, **values: str) -> None:
    """A form filled by the names of its fields, and sent."""
    page.goto(reverse(name))
    for field, value in values.items():
        page.locator(f"main [name={field}]").first.fill(value)
    page.locator("main form button.button--primary").first.click()
    page.wait_for_load_state()


def login_code(page: Any, scene: Scene) -> None:
    _sent(page, "account_login", login="hana@example.org")
    assert "confirm" in page.url


def login_code_wrong(page: Any, scene: Scene) -> None:
    login_code(page, scene)
    page.locator("main [name=code]").fill("WRONG")
    page.locator("main button.button--primary").click()
    page.wait_for_selector(".error")


def login_empty(page: Any, scene: Scene) -> None:
    _sent(page, "account_login")
    page.wait_for_selector(".error-summary")


def sign_up_empty(page: Any, scene: Scene) -> None:
    _sent(page, "account_signup")
    page.wait_for_selector(".error-summary")


def home_unknown(page: Any, scene: Scene) -> None:
    page.goto(reverse("join", args=["home"]))
    page.locator("[name=postal]").fill("999")
    page.locator("main button.button--primary").click()
    page.wait_for_selector(".error-summary")


def join_step(step: str) -> Callable[[Any, Scene], None]:
    def lead(page: Any, scene: Scene) -> None:
        from tests.builders import make_asset_kind, make_work_kind  # the tiles are rows

        for code in ("grass", "waterway", "farm", "forest", "festival", "building", "care", "media"):
            make_work_kind(code)
        for code in ("trail", "nature", "food", "land", "culture", "learn", "belonging"):
            make_asset_kind(code)
        page.goto(reverse("join", args=[step]))

    return lead


def nothing_found(page: Any, scene: Scene) -> None:
    page.goto(f"{reverse('need-list')}?prefecture=01")


def no_needs_at_all(page: Any, scene: Scene) -> None:
    Need.objects.all().delete()
    page.goto(reverse("home"))


def nothing_fits(page: Any, scene: Scene) -> None:
    assert scene.yuki_party is not None
    page.goto(reverse("for-you"))


def no_matches(page: Any, scene: Scene) -> None:
    page.goto(reverse("match-list"))


def not_there(page: Any, scene: Scene) -> None:
    page.goto("/nothing/")


def at_state(state: str) -> Callable[[Any, Scene], None]:
    """The page of a match of hana's party in a later state."""

    def lead(page: Any, scene: Scene) -> None:
        if state == "meeting":
            match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
            story.both_answer(match, AnswerValue.MEET)
        elif state == "asking":
            match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
        else:
            match = getattr(story, state)(scene.mowing, scene.hana_party, guide=scene.mori)
        page.goto(reverse("match-page", args=[match.public_id]))

    return lead


def two_consents(page: Any, scene: Scene) -> None:
    """The page of a match that waits for two consents of its community."""
    for by in ("役員会", "総会"):
        scene.saga.required_consents.create(by=by, matter="new_party", meets="12月の定例会")
    match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
    story.both_answer(match, AnswerValue.MEET)
    story.met(match, guide=scene.mori)
    story.both_answer(match, AnswerValue.YES)
    page.goto(reverse("match-page", args=[match.public_id]))


def call_to_record(page: Any, scene: Scene) -> None:
    """The form for a call to a side whose time to answer is over."""
    match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
    match.answers.update(overdue_at=match.approved_at)
    page.goto(reverse("match-act", args=[match.public_id, "record-call"]))


def number_to_call(page: Any, scene: Scene) -> None:
    match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
    match.answers.update(overdue_at=match.approved_at)
    page.goto(reverse("calls"))
    page.locator("main form button").first.click()
    page.wait_for_selector(".tel")


def board_of_nothing(page: Any, scene: Scene) -> None:
    page.goto(reverse("board"))


def contacts(page: Any, scene: Scene) -> None:
    at_state("agreed")(page, scene)
    page.locator("main form button").first.click()
    page.wait_for_selector(".tel")


def fresh(name: str) -> Callable[[Any, Scene], None]:
    """A page for which one has to show again that it is oneself."""

    def lead(page: Any, scene: Scene) -> None:
        scene.hana.set_unusable_password()
        scene.hana.save(update_fields=["password"])
        page.context.clear_cookies()
        from tests.browser.conftest import session_cookie

        page.context.add_cookies([session_cookie(scene.hana, scene.base)])
        page.goto(reverse(name))

    return lead


STAGES = [
    Stage("stage-login-code", "anonymous", login_code),
    Stage("stage-login-code-wrong", "anonymous", login_code_wrong),
    Stage("stage-login-empty", "anonymous", login_empty),
    Stage("stage-sign-up-empty", "anonymous", sign_up_empty),
    Stage("stage-join-interests", "anonymous", join_step("interests")),
    Stage("stage-join-home", "anonymous", join_step("home")),
    Stage("stage-join-home-unknown", "anonymous", home_unknown),
    Stage("stage-need-list-empty", "anonymous", nothing_found),
    Stage("stage-home-without-needs", "anonymous", no_needs_at_all),
    Stage("stage-for-you-nothing", "yuki", nothing_fits),
    Stage("stage-matches-none", "yuki", no_matches),
    Stage("stage-not-found", "hana", not_there),
    Stage("stage-match-meeting", "hana", at_state("meeting")),
    Stage("stage-match-agreed", "hana", at_state("agreed")),
    Stage("stage-match-completed", "ume", at_state("completed")),
    Stage("stage-match-asking-guide", "mori", at_state("asking")),
    Stage("stage-match-agreed-guide", "mori", at_state("agreed")),
    Stage("stage-match-two-consents", "mori", two_consents),
    Stage("stage-match-two-consents-community", "ume", two_consents),
    Stage("stage-record-call", "mori", call_to_record),
    Stage("stage-call-number", "mori", number_to_call),
    Stage("stage-board-empty", "mori", board_of_nothing),
    Stage("stage-contacts", "hana", contacts),
    Stage("stage-passkey", "hana", fresh("mfa_add_webauthn")),
    Stage("stage-app", "hana", fresh("mfa_activate_totp")),
    Stage("stage-set-password", "hana", fresh("account_set_password")),
]
