"""``manage.py write_outcomes``: the whole log of outcomes anew, should an invariant say that it is wrong. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from matching.services.outcomes import write_all_outcomes


class Command(BaseCommand):
    help = "Write the row of the log of outcomes of every match anew, from its events."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{write_all_outcomes()} rows written")
