"""Telling the matching, through the outbox, that a party must be looked at again."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Volunteer
from accounts.services.outbox import owe

TOPIC = "matching.rescore"


def party_changed(party: Volunteer) -> None:
    """Move ``changed_at`` of a party and owe its rescoring. Inside a transaction that locked the party."""
    party.changed_at = timezone.now()
    party.save(update_fields=["changed_at"])
    key = f"rescore:party:{party.public_id}:{party.changed_at.isoformat()}"
    owe(topic=TOPIC, key=key, payload={"party": party.pk})
