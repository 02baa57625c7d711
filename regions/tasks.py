"""What the worker does for this app: ids only, safe to run twice and two at once."""

from __future__ import annotations

from celery import shared_task

from accounts.models import User
from regions.services.slots import expand_all


@shared_task(name="regions.sweep_slots")
def sweep_slots() -> int:
    """Write out the dates that came within the horizon; the number of new ones."""
    return expand_all(actor=User.objects.system())
