"""Closing an account for good: what goes on ends, what is personal goes, what is on record keeps ids only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NotAllowed
from accounts.models import User
from accounts.selectors.parties import own_parties
from accounts.services.audit import record
from accounts.services.parties import pause_party, resume_party
from accounts.services.personal_data import providers


def pause_everything(*, actor: User) -> int:
    """Take every party the actor represents out of matching; promises stand. Returns how many. As ``pause_party``."""
    return len([pause_party(actor=actor, party=party) for party in own_parties(actor).filter(is_active=True)])


def resume_everything(*, actor: User) -> int:
    """Let every party the actor represents take part again. Returns how many. As ``resume_party``."""
    return len(
        [resume_party(actor=actor, party=party) for party in own_parties(actor).filter(is_active=False)]
    )


def erase_account(*, actor: User, confirmation: str, now: datetime | None = None) -> User:
    """Close the actor's account and remove what is personal of it from every table. It cannot be undone.

    First every app may refuse; then what goes on ends, each match whole and with the neutral sentence (done again from
    where it stopped, should it stop in between); last, in one transaction, everything personal is removed and every
    way in is shut: sessions, tokens, passkeys, addresses. Audits. Who came when, consents and records of disclosure
    stay with ids only.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid("confirmation_wrong"): ``confirmation`` is not the actor's e-mail address.
        Conflict: ``office_held``, ``promise_near``.
    """
    if not actor.is_active or actor.is_system:
        raise NotAllowed("not_active", _("Please sign in first."))
    if confirmation.strip().lower() != actor.email.lower():
        message = _("This is not the e-mail address of your account.")
        raise Invalid("confirmation_wrong", message, fields={"confirmation": [message]})
    moment = now or timezone.now()
    for provider in providers():
        provider.refuse(actor, moment)
    for provider in providers():
        provider.leave(actor, moment)
    return _close(actor, moment)


@transaction.atomic
def _close(actor: User, now: datetime) -> User:
    for provider in providers():
        provider.refuse(actor, now)  # somebody may have made a promise meanwhile
    for provider in providers():
        provider.erase(actor, now)
    actor.refresh_from_db()
    record(actor=actor, action="account.erase", target=actor, label=actor.public_id)
    return actor
