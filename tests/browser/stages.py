"""What no address shows by itself: codes asked for, mistakes, empty lists, refusals. Those of a match: ``stages_of_matches``."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.services.members import invite_members
from regions.models import Need
from tests.browser.stages_of_board import BOARD_STAGES
from tests.browser.stages_of_desk import DESK_STAGES
from tests.browser.stages_of_matches import MATCH_STAGES
from tests.browser.stages_of_paper import PAPER_STAGES
from tests.browser.staging import Lead, Stage, opened, refused, sent, unfolded
from tests.support.matrix import Scene, Values
from tests.support.scenes import group_of


def login_code(page: Any, scene: Scene) -> None:
    sent("account_login", login="hana@example.org")(page, scene)
    assert "confirm" in page.url


def login_code_wrong(page: Any, scene: Scene) -> None:
    login_code(page, scene)
    page.locator("main [name=code]").fill("WRONG")
    page.locator("main button.button--primary").click()
    page.wait_for_selector(".error")


def join_step(step: str) -> Lead:
    def lead(page: Any, scene: Scene) -> None:
        from tests.builders import make_asset_kind, make_work_kind  # the tiles are rows

        for code in ("grass", "waterway", "farm", "forest", "festival", "building", "care", "media"):
            make_work_kind(code)
        for code in ("trail", "nature", "food", "land", "culture", "learn", "belonging"):
            make_asset_kind(code)
        page.goto(reverse("join", args=[step]))

    return lead


def no_needs_at_all(page: Any, scene: Scene) -> None:
    Need.objects.all().delete()
    page.goto(reverse("home"))


def calendar_address(page: Any, scene: Scene) -> None:
    page.goto(reverse("calendar"))
    page.locator("main form button").first.click()
    page.wait_for_selector("#address")


def not_there(page: Any, scene: Scene) -> None:
    page.goto("/nothing/")


def fresh(name: str) -> Lead:
    """A page for which one has to show again that it is oneself."""

    def lead(page: Any, scene: Scene) -> None:
        scene.hana.set_unusable_password()
        scene.hana.save(update_fields=["password"])
        page.context.clear_cookies()
        from tests.browser.conftest import session_cookie

        page.context.add_cookies([session_cookie(scene.hana, scene.base)])
        page.goto(reverse(name))

    return lead


def invitation(scene: Scene) -> Values:
    return {"code": invite_members(actor=scene.hana, party=group_of(scene))}


def members(scene: Scene) -> Values:
    return {"public_id": group_of(scene).public_id}


def task(name: str) -> Any:
    """Where a task of hana's profile is."""
    return lambda scene: {"public_id": scene.hana_party.public_id, "task": name}


def step(name: str) -> Any:
    return lambda _scene: {"step": name}


STAGES = [
    Stage("stage-login-code", "anonymous", login_code),
    Stage("stage-login-code-wrong", "anonymous", login_code_wrong),
    Stage("stage-login-empty", "anonymous", refused("account_login")),
    Stage("stage-sign-up-empty", "anonymous", refused("account_signup")),
    Stage("stage-join-interests", "anonymous", join_step("interests")),
    Stage("stage-join-home", "anonymous", join_step("home")),
    Stage("stage-join-home-unknown", "anonymous", refused("join", step("home"), postal="999")),
    Stage("stage-join-days-wrong", "anonymous", refused("join", step("days"), size="0")),
    Stage("stage-need-list-empty", "anonymous", opened("need-list", query="?prefecture=01")),
    Stage("stage-need-list-wrong", "anonymous", opened("need-list", query="?postal=999&within=50")),
    Stage("stage-need-list-unfolded", "anonymous", unfolded(opened("need-list"))),
    Stage("stage-home-without-needs", "anonymous", no_needs_at_all),
    Stage("stage-home-guide", "mori", opened("home")),
    Stage("stage-for-you-nothing", "yuki", opened("for-you")),
    Stage("stage-matches-none", "yuki", opened("match-list")),
    Stage("stage-calendar-address", "hana", calendar_address),
    Stage("stage-not-found", "hana", not_there),
    Stage("stage-group-invited", "hana", opened("group-join", invitation)),
    Stage("stage-group-joined", "yuki", opened("group-join", invitation)),
    Stage("stage-group-join-refused", "kenji", refused("group-join", invitation)),
    Stage("stage-group-link-old", "hana", opened("group-join", lambda _scene: {"code": "old"})),
    Stage("stage-guardian-link-old", "anonymous", opened("guardian", lambda _scene: {"code": "old"})),
    Stage("stage-group-link", "hana", sent("party-members", members)),
    Stage("stage-group-new-wrong", "hana", refused("party-new")),
    Stage("stage-name-wrong", "hana", refused("me-name", name="")),
    Stage("stage-abilities-unfolded", "hana", unfolded(opened("party-task", task("abilities")))),
    Stage("stage-travel-wrong", "hana", refused("party-task", task("travel"), postal="999")),
    Stage("stage-days", "hana", unfolded(opened("party-task", task("days")))),
    Stage("stage-absences-wrong", "hana", refused("party-task", task("absences"), until_0="2027-01-10")),
    Stage("stage-erase-wrong", "hana", refused("my-data-erase")),
    Stage("stage-passkey", "hana", fresh("mfa_add_webauthn")),
    Stage("stage-app", "hana", fresh("mfa_activate_totp")),
    Stage("stage-set-password", "hana", fresh("account_set_password")),
    *MATCH_STAGES,
    *DESK_STAGES,
    *PAPER_STAGES,
    *BOARD_STAGES,
]
DEMO_PAGES = ("/styleguide/", "/demo/", "/demo/mail/")
"""Pages of the addresses in ``tests.config.demo_urls`` alone."""
