"""manage.py load_demo: invented communities, needs, offers and participants, all marked 見本."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config.demo.loader import load_demo
from config.demo.people import DEFAULT_COUNT, DEFAULT_SEED


class Command(BaseCommand):
    help = "Load the sample data (見本). Safe to repeat; `remove_demo` takes it away again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--people", type=int, default=DEFAULT_COUNT, help="drawn participants beside the parties"
        )
        parser.add_argument(
            "--seed", type=int, default=DEFAULT_SEED, help="the same seed gives the same people"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_demo(people=options["people"], seed=options["seed"], now=timezone.now())
        self.stdout.write(
            f"Sample data: {loaded.regions} communities, {loaded.needs} needs, {loaded.offers} offers, "
            f"{loaded.parties} participants, {loaded.guides} guides."
        )
