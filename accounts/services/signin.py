"""Signing in by a code sent by e-mail, for programs: the pages use allauth's, which lives in a browser's session.

The code is never stored, only its keyed digest, in the cache and for ten minutes; it is mailed after the commit and
outside the outbox: a lost one is asked again. Whoever asks learns nothing about whether an address is known.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed
from accounts.locks import lock_user
from accounts.models import User
from accounts.selectors.users import user_by_email
from accounts.services.audit import record
from accounts.services.mail import TIMEOUT_SECONDS
from accounts.services.tokens import IssuedToken, issue_token

SALT = "accounts.sign-in-code"
CODE_DIGITS = 8
CODE_SECONDS = 600
TRIES_MAX = 5
Rule = Callable[[User], bool]


@dataclass(frozen=True, slots=True)
class PendingCode:
    """What is remembered of a code that was sent."""

    digest: str
    expires_at: datetime
    tries: int


def send_sign_in_code(*, email: str, language: str = "") -> None:
    """Send a code to an address; to one that has no account, a message that says so. An older code is void.

    To be called outside a transaction: it talks to the mail server. Raises whatever the mail server answers.
    """
    address = email.strip().lower()
    user = user_by_email(address)
    if user is None or not user.is_active:
        _send(address, kind="sign_in_unknown", language=language or settings.LANGUAGE_CODE, values={})
        return
    code = "".join(secrets.choice("0123456789") for _digit in range(CODE_DIGITS))
    expires_at = timezone.now() + timedelta(seconds=CODE_SECONDS)
    _remember(user, PendingCode(digest=_digest(user, code), expires_at=expires_at, tries=0))
    values = {"code": code, "minutes": CODE_SECONDS // 60, "reader": user.name}
    _send(user.email, kind="sign_in_code", language=user.language, values=values)


def confirm_sign_in_code(*, email: str, code: str, needs_second_factor: Rule) -> User:
    """The person whose code this is; the code is used up. Audits.

    Locks the user's row, so that tries are counted one after another. A wrong code costs a try even though it is
    refused: that is why nothing is raised inside the transaction.

    Args:
        needs_second_factor: whether the role of a user asks for more than a mailbox (``regions.policies``).

    Raises:
        Invalid("code_wrong"): wrong, too old, used, tried five times, or of an address without an account.
        NotAllowed("second_factor_needed"): the person signs in on the page and makes a token there.
    """
    user = user_by_email(email)
    if user is None or not user.is_active or not _use(user, code):
        message = _("This code is not valid (any more). Please ask for a new one.")
        raise Invalid("code_wrong", message, fields={"code": [message]})
    _refuse_mailbox_alone(user, needs_second_factor)
    return user


@transaction.atomic
def issue_token_by_code(*, user: User, hours: int, needs_second_factor: Rule) -> IssuedToken:
    """A token for who has just confirmed a code, unless the person was given a role meanwhile.

    Locks the user's row, as appointments do: whichever comes second sees the other. Audits.

    Raises:
        NotAllowed("second_factor_needed") and those of ``issue_token``.
    """
    user = lock_user(user.pk)
    _refuse_mailbox_alone(user, needs_second_factor)
    return issue_token(actor=user, hours=hours)


def _refuse_mailbox_alone(user: User, needs_second_factor: Rule) -> None:
    is_exempt = settings.ENISHI_DEMO and user.is_sample
    if is_mfa_enabled(user) or (needs_second_factor(user) and not is_exempt):
        message = _(
            "Your account asks for a second factor. Please sign in on the page and make a token there."
        )
        raise NotAllowed("second_factor_needed", message)


@transaction.atomic
def _use(user: User, code: str) -> bool:
    """Whether this is the code; it is then void. A wrong one costs a try."""
    lock_user(user.pk)
    pending = _pending(user)
    if pending is None:
        return False
    if not constant_time_compare(pending.digest, _digest(user, code.strip())):
        _remember(user, PendingCode(pending.digest, pending.expires_at, pending.tries + 1))
        return False
    cache.delete(_key(user))
    record(actor=user, action="user.sign_in_by_code", target=user, label=user.public_id)
    return True


def _pending(user: User) -> PendingCode | None:
    pending = cache.get(_key(user))
    if not isinstance(pending, PendingCode) or pending.tries >= TRIES_MAX:
        return None
    return pending if pending.expires_at > timezone.now() else None


def _remember(user: User, pending: PendingCode) -> None:
    cache.set(_key(user), pending, timeout=CODE_SECONDS)


def _key(user: User) -> str:
    return f"sign-in-code:{user.public_id}"


def _digest(user: User, code: str) -> str:
    """Keyed by the installation's secret and the person: the cache alone gives no code away."""
    return salted_hmac(SALT, f"{user.public_id}:{code}", algorithm="sha256").hexdigest()


def _send(address: str, *, kind: str, language: str, values: dict[str, object]) -> None:
    with translation.override(language):
        texts = {
            suffix: render_to_string(
                f"emails/{kind}.{suffix}", values | {"language": language, "link": _link()}
            )
            for suffix in ("subject.txt", "txt", "html")
        }
    message = EmailMultiAlternatives(
        " ".join(texts["subject.txt"].split()),
        texts["txt"].strip() + "\n",
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=TIMEOUT_SECONDS),
    )
    message.attach_alternative(texts["html"], "text/html")
    message.send()


def _link() -> str:
    return f"{settings.ENISHI_BASE_URL}/"
