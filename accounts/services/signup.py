"""Signing up by an e-mail address. Whether an address is known here is told to its owner only."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors.users import user_by_email
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values
from accounts.services.consents import TERMS_VERSION, accept_terms, require_current_terms
from accounts.services.notifications import notify


def sign_up(*, email: str, name: str, language: str, accepts_terms_version: str) -> User | None:
    """A new user without a password (codes by mail and passkeys open the door), with the terms accepted.

    None where the address has an account already: its owner is told by mail, and the caller must answer
    exactly as for a new one. The new user is the actor of the audit entry.

    Raises:
        Invalid("email_wrong"), Invalid("terms_outdated"), Invalid: ``text_too_long``, ``text_missing``,
            ``choice_unknown``.
    """
    address = email.strip().lower()
    check_account(email=address, name=name, language=language)
    require_current_terms(accepts_terms_version)
    known = user_by_email(address)
    user = None if known is not None else _create(email=address, name=name.strip(), language=language)
    if user is None:
        _tell_owner(address)
    return user


def check_account(*, email: str, name: str, language: str) -> None:
    """Whether an account can be made of these values.

    Raises:
        Invalid: ``email_wrong``, ``text_missing``, ``text_too_long``, ``choice_unknown``.
    """
    problems = Problems()
    check_values(problems, User, {"email": email, "language": language, "name": name})
    if not name.strip():
        problems.add("text_missing", "name", _("This is needed."))
    try:
        validate_email(email)
    except ValidationError:
        problems.add("email_wrong", "email", _("This is not an e-mail address."))
    problems.refuse()


def _create(*, email: str, name: str, language: str) -> User | None:
    """The stored user, or None if somebody with this address was quicker."""
    try:
        with transaction.atomic():
            user = create_account(email=email, name=name, language=language)
            record(actor=user, action="user.sign_up", target=user, label=user.public_id)
            accept_terms(actor=user, version=TERMS_VERSION)
            return user
    except IntegrityError:
        if user_by_email(email) is None:
            raise
        return None


def create_account(*, email: str, name: str, language: str) -> User:
    """A stored user without a password. The first code typed on the page proves the address. In a transaction."""
    user = User.objects.create_user(email, name=name, language=language)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    return user


@transaction.atomic
def _tell_owner(email: str) -> None:
    """One message a day at most, however often somebody tries."""
    owner = user_by_email(email)
    if owner is not None and owner.is_active:
        key = f"sign_up_again:{owner.public_id}:{timezone.localdate():%Y%m%d}"
        notify(user=owner, kind="sign_up_again", key=key, context={})
