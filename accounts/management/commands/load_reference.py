"""``manage.py load_reference``: municipalities, postal codes and vocabularies into the database."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.reference import load_reference


class Command(BaseCommand):
    help = "Load the shipped municipalities, postal codes and vocabularies. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        rows = load_reference().rows
        if not rows:
            self.stdout.write("Reference data: already up to date.")
            return
        counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in rows.items())
        self.stdout.write(f"Reference data: {counts} in {monotonic() - started:.1f} s.")
