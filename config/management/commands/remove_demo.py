"""manage.py remove_demo: take every sample row away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.demo.removal import remove_demo


class Command(BaseCommand):
    help = "Delete all sample data (見本) and what came about with samples."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = remove_demo()
        self.stdout.write("The sample data is gone.")
        if removed.accounts_closed:
            self.stdout.write(
                f"{removed.accounts_closed} sample accounts are closed, not deleted: real records name them."
            )
