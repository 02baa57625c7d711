"""Thin adapters: ids only, safe to run twice and two at once."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from matching.reports import monthly
from matching.services import rescoring, run_recovery
from matching.services.outcomes import write_missing_outcomes
from matching.services.sweeps import sweep_deadlines as sweep


@shared_task(name="matching.sweep_deadlines")
def sweep_deadlines() -> None:
    """Move what is past its deadline."""
    sweep(now=timezone.now())


@shared_task(name="matching.match_nightly")
def match_nightly() -> None:
    """Ask for the night's run over everything."""
    rescoring.match_nightly(now=timezone.now())


@shared_task(name="matching.sweep_runs")
def sweep_runs() -> None:
    """Give back what silent workers hold of a run."""
    run_recovery.sweep_runs(now=timezone.now())


@shared_task(name="matching.sweep_outcomes")
def sweep_outcomes() -> None:
    """Write the rows of the log of outcomes that matches older than it lack."""
    write_missing_outcomes()


@shared_task(name="matching.count_people")
def count_people() -> None:
    """Count each year that this month's count is due of."""
    monthly.count_people(now=timezone.now())
