"""manage.py demo: the whole stack with sample data, one sign-in for each role, until Ctrl-C."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import personas, stack
from config.demo.loader import is_loaded, request_first_run
from config.runlock import StartError
from config.supervisor import Supervisor, log_tail
from matching.enums import RUN_OPEN
from matching.models import MatchRun

HEALTH_PATIENCE_SECONDS = 60
MATCHING_PATIENCE_SECONDS = 60
POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Prepare database and sample data, start everything, show how to sign in, serve until Ctrl-C."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ENISHI_DEMO:
            raise CommandError("The demo needs DJANGO_SETTINGS_MODULE=config.settings.demo.", returncode=2)
        run_dir = Path(settings.ENISHI_RUN_DIR)
        try:
            with stack.owned_run_folder():
                self._prepare()
                self._serve(run_dir)
        except StartError as error:
            raise CommandError(str(error), returncode=2) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _prepare(self) -> None:
        """Database, reference data and sample data; what is there already is left as it is."""
        stack.prepare(self._say)
        if is_loaded():
            self._say("Sample data: already there (remove with: manage.py remove_demo).")
        else:
            self._say("Loading the sample data ...")
            call_command("load_demo", stdout=self.stdout)
        request_first_run()  # the worker does it, as soon as there is one

    def _serve(self, run_dir: Path) -> None:
        supervisor = stack.supervisor_for(run_dir, say=self._say)
        supervisor.stop_on_signals()
        with supervisor:
            self._wait_for_health(supervisor)
            self._wait_for_first_matching(supervisor)
            if not supervisor.stopping.is_set():
                self._show_doors(run_dir)
            supervisor.serve()
            self._say("Stopping ...")

    def _wait_for_health(self, supervisor: Supervisor) -> None:
        """Return when /healthz says that every part works, or when told to stop."""
        self._say("Starting ...")
        deadline = time.monotonic() + HEALTH_PATIENCE_SECONDS
        while not healthy() and not supervisor.stopping.is_set():
            if time.monotonic() > deadline:
                tail = log_tail(supervisor.log_file("worker"))
                raise StartError(f"The parts do not work together. The end of the worker's log:\n{tail}")
            supervisor.tick()
            supervisor.stopping.wait(POLL_SECONDS)

    def _wait_for_first_matching(self, supervisor: Supervisor) -> None:
        """Return when the worker has done the open runs, or when told to stop; then say what the first one brought."""
        deadline = time.monotonic() + MATCHING_PATIENCE_SECONDS
        open_runs = MatchRun.objects.filter(state__in=sorted(RUN_OPEN))
        if open_runs.exists():
            self._say("The worker matches ...")
        while open_runs.exists() and not supervisor.stopping.is_set():
            if time.monotonic() > deadline:
                tail = log_tail(supervisor.log_file("worker"))
                raise StartError(f"The first matching did not end. The end of the worker's log:\n{tail}")
            supervisor.tick()
            supervisor.stopping.wait(POLL_SECONDS)
        run = MatchRun.objects.order_by("pk").first()
        if run is not None:
            self._say(
                f"First matching ({run.get_state_display()}): {run.parties_count} participants, {run.needs_count} needs, "
                f"{run.pairs_feasible} pairs fit, {run.proposals_count} proposals, by {run.worker}."
            )

    def _show_doors(self, run_dir: Path) -> None:
        self._say(
            f"\nEnishi serves {settings.ENISHI_BASE_URL}/ with sample data (見本). Sign in with one click as:"
        )
        for persona in personas.personas():
            self._say(f"  {persona.user.name} ({persona.role}): {settings.ENISHI_BASE_URL}{persona.path}")
        self._say(f"API: {settings.ENISHI_BASE_URL}/api/docs/   Mail: {run_dir}/mail   Logs: {run_dir}/logs")
        self._say("Ctrl-C stops.")


def healthy() -> bool:
    """Whether this installation's own /healthz answers 200."""
    host = "127.0.0.1" if settings.ENISHI_HOST in {"0.0.0.0", "::"} else settings.ENISHI_HOST  # noqa: S104  # compared
    address = f"http://{host}:{settings.ENISHI_PORT}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004  # HTTP's own number
    except (urllib.error.URLError, OSError):
        return False
