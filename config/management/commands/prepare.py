"""manage.py prepare: what has to be done once per release before anything starts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config import stack


class Command(BaseCommand):
    help = "Migrate the database, make the cache table, collect static files, load the reference data. Safe to repeat."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        stack.prepare(self.stdout.write)
