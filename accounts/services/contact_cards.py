"""One's own contact card, read and written by oneself. Others see it through ``matching.services.disclosure`` alone."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.locks import lock_user
from accounts.models import ContactCard, User
from accounts.services.audit import record
from accounts.services.checks import Problems, check_values

NEEDED = ("full_name", "phone", "emergency_contact")
"""What a guide must have before somebody goes anywhere; asked at the first application, not at the door."""


class CardValues(TypedDict, total=False):
    """The lines of a contact card."""

    full_name: str
    phone: str
    address: str
    emergency_contact: str


def own_contact_card(*, actor: User) -> ContactCard | None:
    """The actor's own card, if there is one."""
    return ContactCard.objects.filter(user_id=actor.pk).first() if actor.is_active else None


def missing_lines(*, actor: User) -> list[str]:
    """The needed lines that the actor's own card does not hold yet, in the order of the card. One query."""
    card = own_contact_card(actor=actor)
    return [name for name in NEEDED if not getattr(card, name, "").strip()]


@transaction.atomic
def save_contact_card(*, actor: User, **values: Unpack[CardValues]) -> ContactCard:
    """Write lines of the actor's own card; lines not named stay. There is no way to write another's.

    Locks the actor's row; audits which lines, never what they say.

    Raises:
        NotAllowed("not_active"): nobody, or an account that is closed.
        Invalid("text_too_long"): a line longer than its column.
    """
    if not actor.is_active:
        raise NotAllowed("not_active", _("Please sign in first."))
    problems = Problems()
    check_values(problems, ContactCard, values)
    problems.refuse()
    lock_user(actor.pk)
    card = ContactCard.objects.get_or_create(user_id=actor.pk)[0]
    for name, value in values.items():
        setattr(card, name, value)
    card.save(update_fields=list(values))
    details = {"fields": sorted(values)}
    record(actor=actor, action="contact_card.save", target=actor, label=actor.public_id, details=details)
    return card


def erase_contact_card(user: User) -> None:
    """Remove the card of somebody whose account is being closed. In the transaction that locked the person."""
    ContactCard.objects.filter(user=user).delete()
