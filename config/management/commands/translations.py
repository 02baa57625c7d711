"""manage.py translations: hold the Japanese catalogue against the sources, or bring it up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.messages import problems, update_catalogue


class Command(BaseCommand):
    help = "Tell which texts want translating; --update writes them into locale/ja, untranslated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--update", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["update"]:
            self.stdout.write(f"{update_catalogue()} texts to translate.")
            return
        found = problems()
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} texts want attention.")
        self.stdout.write("The Japanese catalogue is complete.")
