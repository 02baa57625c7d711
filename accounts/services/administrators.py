"""Who administers the installation: named by its operator, from the shell."""

from __future__ import annotations

from django.db import transaction

from accounts.enums import Language
from accounts.locks import lock_user
from accounts.models import User
from accounts.selectors.users import user_by_email
from accounts.services.audit import record
from accounts.services.signup import check_account, create_account
from accounts.services.tokens import end_tokens


@transaction.atomic
def make_administrator(*, email: str, name: str, operator: str) -> User:
    """Make the person of an address an administrator, with an account (no password) where there is none.

    Only the operator's shell calls this: whoever can run it owns the database anyway. The person is the actor of
    the audit entry, on behalf of ``operator``. Locks the user's row; ends the tokens issued before; audits.
    Twice changes nothing but the record.

    Raises:
        Invalid: ``email_wrong``, ``text_missing`` (a new account without a name), ``text_too_long``.
    """
    address = email.strip().lower()
    user = user_by_email(address) or _new(email=address, name=name.strip())
    lock_user(user.pk)
    user.is_active = user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_active", "is_staff", "is_superuser"])
    end_tokens(user)
    action = "user.make_administrator"
    record(actor=user, action=action, target=user, label=user.public_id, on_behalf_of=f"operator {operator}")
    return user


def _new(*, email: str, name: str) -> User:
    check_account(email=email, name=name, language=Language.JAPANESE)
    return create_account(email=email, name=name, language=Language.JAPANESE)
