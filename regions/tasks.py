"""What the worker does for this app: ids only, safe to run twice and two at once."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from regions.services.need_sheets import forget_sheets
from regions.services.slots import expand_all


@shared_task(name="regions.sweep_slots")
def sweep_slots() -> int:
    """Write out the dates that came within the horizon; the number of new ones."""
    return expand_all(actor=User.objects.system())


@shared_task(name="regions.sweep_sheets")
def sweep_sheets() -> int:
    """Forget the sheets that were handed in more than a day ago; how many."""
    return forget_sheets(now=timezone.now())
