"""manage.py up: the whole stack under one supervisor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import stack
from config.runlock import StartError


class Command(BaseCommand):
    help = "Run broker, worker, web and beat until Ctrl-C; restarts what dies, stops in order."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with stack.owned_run_folder() as run_dir:
                stack.prepare(self.stdout.write)
                supervisor = stack.supervisor_for(run_dir, say=self.stdout.write)
                supervisor.stop_on_signals()
                with supervisor:
                    self.stdout.write(
                        f"Serving {settings.ENISHI_BASE_URL} — Ctrl-C stops. Logs: {run_dir}/logs"
                    )
                    supervisor.serve()
                    self.stdout.write("Stopping ...")
        except StartError as error:
            raise CommandError(str(error), returncode=2) from error
