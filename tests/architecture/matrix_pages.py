"""Who is answered how by the pages that are no API (GET). See ``tests.support.matrix``.

302 is the way to sign in, or for who is signed in the way on; the pages under accounts/ are allauth's.
"""

from __future__ import annotations

from tests.matching import saga as story
from tests.support.matrix import ROLES, Case, Scene, Values, everybody

STRANGERS_ONLY = (200, *(302,) * (len(ROLES) - 1))
SIGNED_IN_ONLY = (302, *(200,) * (len(ROLES) - 1))


def asked_match(scene: Scene) -> Values:
    """A match of hana's party in the community, in which both sides have been asked."""
    match = story.asked(story.propose(scene.mowing, scene.hana_party), guide=scene.mori)
    return {"public_id": match.public_id}


CASES = [
    Case("home", "GET", everybody(200)),
    Case("need-list", "GET", everybody(200)),
    Case("need-page", "GET", everybody(200), where=lambda scene: {"public_id": scene.mowing.public_id}),
    Case(
        "community-page",
        "GET",
        everybody(200),
        where=lambda scene: {"public_id": scene.mowing.region.public_id},
    ),
    Case("organization-list", "GET", everybody(200)),
    Case(
        "organization-page",
        "GET",
        everybody(200),
        where=lambda scene: {"public_id": scene.organization.public_id},
    ),
    Case("how-it-works", "GET", everybody(200)),
    Case("accessibility", "GET", everybody(200)),
    Case("credits", "GET", everybody(200)),
    Case("join-begin", "GET", everybody(302)),
    Case("join", "GET", everybody(200), where=lambda _scene: {"step": "days"}),
    Case("start", "GET", everybody(302)),
    Case("for-you", "GET", (302, 200, 200, 302, 302, 302, 302)),
    Case(
        "need-apply",
        "GET",
        (302, 200, 200, 302, 302, 302, 302),
        where=lambda scene: {"public_id": scene.mowing.public_id},
    ),
    Case("match-list", "GET", SIGNED_IN_ONLY),
    Case("match-page", "GET", (302, 404, 200, 200, 200, 200, 200), where=asked_match),
    Case(
        "match-act",
        "GET",
        (302, 404, 200, 200, 200, 302, 302),
        where=lambda scene: asked_match(scene) | {"act": "answer"},
    ),
    Case("contacts-page", "GET", everybody(302), where=asked_match),
    Case("terms", "GET", everybody(200)),
    Case("privacy", "GET", everybody(200)),
    Case(
        "healthz", "GET", everybody(503)
    ),  # no broker, no worker in this test: open to everybody all the same
    Case("api-schema", "GET", everybody(200)),
    Case("api-docs", "GET", everybody(200)),
    Case("set_language", "GET", everybody(302)),
    Case("account_login", "GET", STRANGERS_ONLY),
    Case("account_signup", "GET", STRANGERS_ONLY),
    Case("account_logout", "GET", SIGNED_IN_ONLY),
    Case("account_inactive", "GET", everybody(200)),
    Case("account_reauthenticate", "GET", SIGNED_IN_ONLY),
    Case("account_email", "GET", SIGNED_IN_ONLY),
    Case("account_email_verification_sent", "GET", everybody(302)),
    Case("account_change_password", "GET", SIGNED_IN_ONLY),
    Case("account_set_password", "GET", everybody(302)),
    Case("account_reset_password", "GET", everybody(200)),
    Case("account_confirm_login_code", "GET", everybody(302)),
    Case("account_reset_password_from_key_done", "GET", everybody(200)),
    Case(
        "account_reset_password_from_key",
        "GET",
        everybody(200),
        where=lambda _scene: {"uidb36": "a", "key": "b"},
    ),
    Case("account_reset_password_done", "GET", everybody(200)),
    Case("account_request_login_code", "GET", STRANGERS_ONLY),
    Case("mfa_index", "GET", SIGNED_IN_ONLY),
    Case("mfa_authenticate", "GET", everybody(302)),
    Case("mfa_reauthenticate", "GET", (302, 302, 302, 302, 200, 200, 200)),
    Case("mfa_activate_totp", "GET", everybody(302)),
    Case("mfa_deactivate_totp", "GET", (302, 404, 404, 404, 302, 302, 302)),
    Case("mfa_view_recovery_codes", "GET", (302, *(404,) * 6)),
    Case("mfa_generate_recovery_codes", "GET", everybody(302)),
    Case("mfa_download_recovery_codes", "GET", (302, *(404,) * 6)),
    Case("mfa_list_webauthn", "GET", SIGNED_IN_ONLY),
    Case("mfa_add_webauthn", "GET", everybody(302)),
    Case("mfa_reauthenticate_webauthn", "GET", everybody(302)),
    Case("mfa_remove_webauthn", "GET", everybody(302), where=lambda _scene: {"pk": 1}),
    Case("mfa_edit_webauthn", "GET", everybody(302), where=lambda _scene: {"pk": 1}),
    Case("mfa_login_webauthn", "GET", everybody(302)),
]
