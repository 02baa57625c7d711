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
        else:
            match = getattr(story, state)(scene.mowing, scene.hana_party, guide=scene.mori)
        page.goto(reverse("match-page", args=[match.public_id]))

    return lead


def contacts(page: Any, scene: Scene) -> None:
    at_state("agreed")(page, scene)
    page.locator("main form button").first.click()
    page.wait_for_selector(".tel")


def emergency_card_filled(page: Any, scene: Scene) -> None:
    from regions.services.emergency import keep_region_card

    keep_region_card(
        actor=scene.ume, region=scene.mowing.region, rescue_address="佐賀市富士町12番地 公民館の前", hospital="富士の病院",
        hospital_phone="0952-00-0000", hospital_minutes=25, aed_place="公民館の玄関（鍵はかかっていません）", signal="patchy",
        signal_place="鳥居の前", stop_wbgt=31, thunder_rule="音が聞こえたら公民館へ",
    )  # fmt: skip
    page.goto(reverse("emergency-card", args=[scene.mowing.public_id]))


def emergency_form_wrong(page: Any, scene: Scene) -> None:
    page.goto(reverse("region-emergency", args=[scene.mowing.region.public_id]))
    page.get_by_label("作業をやめる暑さ指数").fill("99")
    page.locator("main form button.button--primary").click()
    page.wait_for_selector(".error-summary")


def paper_of_a_promise(page: Any, scene: Scene) -> None:
    story.agreed(scene.mowing, scene.hana_party, guide=scene.mori)
    page.goto(reverse("paper-list", args=[scene.mowing.region.public_id]))


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
    Stage("stage-contacts", "hana", contacts),
    Stage("stage-emergency-card", "ume", emergency_card_filled),
    Stage("stage-emergency-form-wrong", "ume", emergency_form_wrong),
    Stage("stage-paper-agreed", "mori", paper_of_a_promise),
    Stage("stage-passkey", "hana", fresh("mfa_add_webauthn")),
    Stage("stage-app", "hana", fresh("mfa_activate_totp")),
    Stage("stage-set-password", "hana", fresh("account_set_password")),
]
