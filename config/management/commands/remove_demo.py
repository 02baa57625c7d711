"""manage.py remove_demo: take every sample row away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.demo.loader import remove_demo


class Command(BaseCommand):
    help = "Delete all sample data (見本) and what came about between samples."

    def handle(self, *args: Any, **options: Any) -> None:
        remove_demo()
        self.stdout.write("The sample data is gone.")
