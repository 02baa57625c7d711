"""Keys for programs: shown once, stored as a digest, each with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from accounts.errors import Conflict, NotAllowed, NotFound
from accounts.locks import lock_user
from accounts.models import User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_number

HOURS_DEFAULT, HOURS_MAX = 10, 720
TOKENS_MAX = 20


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. ``secret`` exists here and with its owner only."""

    id: str
    secret: str
    expires_at: datetime


@transaction.atomic
def issue_token(*, actor: User, hours: int = HOURS_DEFAULT, on_behalf_of: str = "") -> IssuedToken:
    """A token in the name of ``actor``, for 1 to 720 hours. Locks the actor's row (tokens are counted); audits.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Conflict("tokens_full"): twenty are valid already.
        Invalid("number_wrong")
    """
    if not actor.is_active or actor.is_system:
        raise NotAllowed("not_active", _("Please sign in first."))
    problems = Problems()
    check_number(problems, "hours", hours, at_least=1, at_most=HOURS_MAX)
    problems.refuse()
    lock_user(actor.pk)
    AuthToken.objects.filter(user=actor, expiry__lte=timezone.now()).delete()
    if AuthToken.objects.filter(user=actor).count() >= TOKENS_MAX:
        raise Conflict("tokens_full", _("Twenty tokens are valid already. Please revoke one first."))
    row, secret = AuthToken.objects.create(actor, expiry=timedelta(hours=hours))
    details = {"token": row.token_key, "hours": hours}
    record(
        actor=actor,
        action="token.issue",
        target=actor,
        label=actor.public_id,
        on_behalf_of=on_behalf_of,
        details=details,
    )
    return IssuedToken(id=row.token_key, secret=secret, expires_at=row.expiry)


@transaction.atomic
def revoke_token(*, actor: User, token_id: str) -> None:
    """End one's own token at once. Audits.

    Raises:
        NotFound("token_unknown"): there is none of the actor's by this id (any more).
    """
    removed, _by_model = AuthToken.objects.filter(user=actor, token_key=token_id).delete()
    if not removed:
        raise NotFound("token_unknown", _("There is no such token."))
    record(
        actor=actor, action="token.revoke", target=actor, label=actor.public_id, details={"token": token_id}
    )


def end_tokens(user: User) -> None:
    """End all tokens of a person whose power grows (they may have been issued to a mailbox alone) or ends. In a transaction."""
    AuthToken.objects.filter(user=user).delete()
