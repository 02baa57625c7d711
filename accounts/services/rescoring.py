"""Telling the matching, through the outbox, that a party, or everything, must be looked at again."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Volunteer
from accounts.models.vocabulary import Kind
from accounts.services.outbox import owe

TOPIC = "matching.rescore"


def party_changed(party: Volunteer) -> None:
    """Move ``changed_at`` of a party and owe its rescoring. Inside a transaction that locked the party."""
    party.changed_at = timezone.now()
    party.save(update_fields=["changed_at"])
    key = f"rescore:party:{party.public_id}:{party.changed_at.isoformat()}"
    owe(topic=TOPIC, key=key, payload={"party": party.pk})


def vocabulary_changed(kind: Kind) -> None:
    """Owe a look at every need and party: what a kind is worth has changed as of its ``edited_at``. In a transaction."""
    edited_at = kind.edited_at or timezone.now()
    key = f"rescore:all:{type(kind).__name__.lower()}:{kind.code}:{edited_at.isoformat()}"
    owe(topic=TOPIC, key=key, payload={"all": True})
