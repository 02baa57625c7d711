"""manage.py run: one program of the stack in the foreground, for containers and service managers."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import stack
from config.broker import MEMORY_URL
from config.runlock import StartError, require_free_port

PROGRAMS = {"web": stack.web_command, "worker": stack.worker_command, "beat": stack.beat_command}


class Command(BaseCommand):
    help = "Become one program of the stack: web, worker or beat. `manage.py up` runs them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", choices=sorted(PROGRAMS))

    def handle(self, *args: Any, **options: Any) -> None:
        program = options["program"]
        if program != "web" and settings.CELERY_BROKER_URL == MEMORY_URL:
            raise CommandError(
                "REDIS_URL is missing: worker and beat in separate processes meet at a broker.", returncode=2
            )
        try:
            if program == "web":
                require_free_port(settings.ENISHI_HOST, settings.ENISHI_PORT)
        except StartError as error:
            raise CommandError(str(error), returncode=2) from error
        command = PROGRAMS[program]()
        os.environ["PYTHONUNBUFFERED"] = "1"  # what it says is read by others as it happens
        os.execv(command[0], command)  # noqa: S606  # no shell wanted: signals reach the program itself
