"""The operator's view of the outbox: manage.py outbox [--json], manage.py outbox --replay KEY ... | --replay-all."""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.models import Outbox, User
from accounts.selectors.outbox import dead_letters, outbox_state
from accounts.services.outbox import replay

SHOWN_MAX = 50


class Command(BaseCommand):
    help = "Show what is owed and what was given up after eight attempts; give dead letters their attempts again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--replay", nargs="+", metavar="KEY", help="Try these dead letters again.")
        what.add_argument("--replay-all", action="store_true", help="Try every dead letter again.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self._chosen(options)
        for row in rows:
            replay(
                outbox_id=row.pk, actor=User.objects.system(), on_behalf_of=f"operator {getpass.getuser()}"
            )
        report = self._report() | {"replayed": [row.key for row in rows]}
        if options["json"]:
            self.stdout.write(json.dumps(report, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self._write(report)

    def _chosen(self, options: dict[str, Any]) -> list[Outbox]:
        if options["replay_all"]:
            return list(dead_letters())
        keys = set(options["replay"] or ())
        rows = list(dead_letters().filter(key__in=keys))
        if missing := sorted(keys - {row.key for row in rows}):
            raise CommandError(f"No dead letter has the key {', '.join(missing)}. Nothing was done.")
        return rows

    def _report(self) -> dict[str, Any]:
        letters = dead_letters()[:SHOWN_MAX]
        fields = ("key", "topic", "dead_at", "attempts", "last_error")
        return asdict(outbox_state(timezone.now())) | {
            "dead_letters": [{name: getattr(row, name) for name in fields} for row in letters]
        }

    def _write(self, report: dict[str, Any]) -> None:
        for key in report["replayed"]:
            self.stdout.write(f"Will be tried again: {key}")
        figures = ("due", "waiting", "hanging", "dead")
        self.stdout.write("Outbox: " + ", ".join(f"{report[name]} {name}" for name in figures) + ".")
        for letter in report["dead_letters"]:
            self.stdout.write(f"{letter['key']}  {letter['topic']}  {letter['dead_at']:%Y-%m-%d %H:%M} UTC")
            self.stdout.write(f"    {letter['last_error']}")
