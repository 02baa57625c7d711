"""The private address of one's calendar: made, made anew, taken away. The secret is shown once and kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.locks import lock_user
from accounts.models import CalendarFeed, User
from accounts.services.audit import record

SECRET_BYTES = 32


@transaction.atomic
def make_feed(*, actor: User) -> str:
    """A new secret for the actor's feed; the old address is unknown from now on. Locks the actor; audits.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
    """
    if not actor.is_active or actor.is_system:
        raise NotAllowed("not_active", _("Please sign in first."))
    lock_user(actor.pk)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    values = {"digest": digest_of(secret), "made_at": timezone.now()}
    CalendarFeed.objects.update_or_create(user=actor, defaults=values)
    record(actor=actor, action="feed.make", target=actor, label=actor.public_id)
    return secret


@transaction.atomic
def remove_feed(*, actor: User) -> None:
    """The address of the actor's feed is unknown from now on. Audits. Twice changes nothing."""
    removed, _by_model = CalendarFeed.objects.filter(user=actor).delete()
    if removed:
        record(actor=actor, action="feed.remove", target=actor, label=actor.public_id)


def reader_of_feed(secret: str) -> User | None:
    """Whose calendar a secret opens; None for an unknown one and for a closed account. One query."""
    found = (
        CalendarFeed.objects.select_related("user")
        .filter(digest=digest_of(secret), user__is_active=True)
        .first()
    )
    return found.user if found is not None else None


def digest_of(secret: str) -> str:
    """What is kept of a secret: with 256 random bits a plain digest cannot be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
