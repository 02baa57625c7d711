"""Every page that allauth may show is one of ours: titles, words and order of buttons of the house."""

from __future__ import annotations

from pathlib import Path

import allauth
import pytest
from django.conf import settings

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.BASE_DIR) / "templates"
FRAMES = {
    "account/base_entrance.html",
    "account/base_manage.html",
    "mfa/base_entrance.html",
    "mfa/base_manage.html",
}
UNUSED = {
    "account/base_manage_email.html",
    "account/base_manage_password.html",
    "account/base_manage_phone.html",
    "account/confirm_phone_verification_code.html",
    "account/phone_change.html",
    "account/email_change.html",  # ACCOUNT_CHANGE_EMAIL is off
    "account/signup_by_passkey.html",  # MFA_PASSKEY_SIGNUP_ENABLED is off
    "mfa/webauthn/signup_form.html",
    "mfa/trust.html",  # MFA_TRUST_ENABLED is off
    "mfa/recovery_codes/base.html",
    "mfa/totp/base.html",
    "mfa/webauthn/base.html",
}


def pages() -> list[str]:
    found = (
        str(path.relative_to(THEIRS))
        for folder in ("account", "mfa")
        for path in (THEIRS / folder).rglob("*.html")
    )
    parts = ("/email/", "/snippets/", "/messages/")
    return sorted(
        name for name in found if name not in FRAMES | UNUSED and not any(part in name for part in parts)
    )


@pytest.mark.parametrize("name", pages())
def test_page_of_allauth_has_a_template_of_ours(name: str) -> None:
    text = (OURS / name).read_text(encoding="utf-8")
    assert "{% element" not in text


def test_what_is_left_out_is_switched_off() -> None:
    from allauth.account import app_settings as account
    from allauth.mfa import app_settings as mfa

    assert not account.CHANGE_EMAIL
    assert not mfa.PASSKEY_SIGNUP_ENABLED
    assert not mfa.TRUST_ENABLED
    assert account.LoginMethod.PHONE not in account.LOGIN_METHODS
