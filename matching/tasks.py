"""Thin adapters: ids only, safe to run twice and two at once."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from matching.services.sweeps import sweep_deadlines as sweep


@shared_task(name="matching.sweep_deadlines")
def sweep_deadlines() -> None:
    """Move what is past its deadline."""
    sweep(now=timezone.now())
