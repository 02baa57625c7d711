"""``manage.py check_invariants``: what must always be true, checked now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from matching.services.invariants import CHECKS, check_invariants


class Command(BaseCommand):
    help = "Check every invariant of the saga; exit 1 with one line per failure."

    def handle(self, *args: Any, **options: Any) -> None:
        failures = check_invariants(now=timezone.now())
        for failure in failures:
            self.stderr.write(failure)
        if failures:
            raise CommandError(f"{len(failures)} invariant failures")
        self.stdout.write(f"ok: {len(CHECKS)} invariants hold")
