"""Rings for outbox rows once, or again and again where no beat runs: manage.py relay [--every SECONDS]."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.outbox import relay


class Command(BaseCommand):
    help = "Ring the broker for every effect that is owed and not done. The beat does the same every five seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="Go on until Ctrl-C, at this interval."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        every = options["every"]
        if every is not None and every <= 0:
            raise CommandError("--every needs a number of seconds above 0.")
        try:
            self._ring()
            while every is not None:
                time.sleep(every)
                self._ring()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _ring(self) -> None:
        self.stdout.write(f"Rang for {relay(now=timezone.now())} outbox rows.")
