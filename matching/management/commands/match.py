"""``manage.py match --need ID | --all [--dry-run] [--json]``: a matching run here and now, on the worker's own path."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.errors import DomainError
from accounts.models import User, Volunteer
from matching.enums import RunState
from matching.models import Match, MatchRun
from matching.selectors.run_progress import progress_line, progress_of
from matching.selectors.runs import run_matches, run_report
from matching.services.run_here import finish_run
from matching.services.run_plan import Plan
from matching.services.runs import open_run, plan_only, scope_of
from regions.enums import NeedStage
from regions.models import Need, Slot

MICRO = 1_000_000
EVERY_ROW = "No packed participants are at hand: every one of them is read anew, which may take minutes."
LINE = 78
"""Characters of a line that is written over."""


class Command(BaseCommand):
    help = "Match one need or everything: score, allocate, propose. The same steps as the worker's, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--need", metavar="PUBLIC_ID", help="Match this need with everybody.")
        what.add_argument("--all", action="store_true", help="Match every open need with everybody.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Write nothing, print what would be proposed."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        target = self._need(options["need"]) if options["need"] else None
        try:
            answer = self._planned(target) if options["dry_run"] else self._done(target)
        except DomainError as refusal:
            raise CommandError(str(refusal.message or refusal.code)) from refusal
        answer |= {"scope": scope_of(target), "seconds": round(monotonic() - began, 3)}
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._write(answer)

    def _need(self, public_id: str) -> Need:
        need = Need.objects.filter(public_id=public_id).first()
        if need is None:
            raise CommandError(f"There is no need with the public id {public_id!r}. Nothing was done.")
        if need.stage != NeedStage.OPEN:
            raise CommandError(f"The need {public_id!r} is not open but {need.stage!r}. Nothing was done.")
        return need

    def _done(self, target: Need | None) -> dict[str, Any]:
        run = self._finished(open_run(actor=User.objects.system(), target=target).pk)
        if run.state == RunState.FAILED:
            raise CommandError(f"The run {run.public_id} was given up: {run.error}")
        if run.state == RunState.CANCELLED:
            stays = f"{run.proposals_count} proposals written before stay"
            raise CommandError(f"The run {run.public_id} was cancelled: {stays}.")
        return {
            "run": run.public_id,
            "dry_run": False,
            "digest": run.inputs_digest,
            "needs": run.needs_count,
            "participants": run.parties_count,
            "pairs_feasible": run.pairs_feasible,
            "report": run_report(run),
            "proposals": [_of_match(match) for match in run_matches(run)],
        }

    def _finished(self, run_id: int) -> MatchRun:
        """The run as it ended; who sits before a terminal reads meanwhile how far it is."""
        if not self.stderr.isatty():
            return finish_run(run_id=run_id)
        try:
            return finish_run(run_id=run_id, tell=self._tell)
        finally:
            self.stderr.write("")

    def _tell(self, run: MatchRun) -> None:
        """How far it is, over the line that said so before."""
        with translation.override("en"):
            line = progress_line(progress_of([run], now=timezone.now())[run.pk])
        self.stderr.write(f"\r{line.ljust(LINE)}", style_func=str, ending="")

    def _planned(self, target: Need | None) -> dict[str, Any]:
        nobody_stored = User(is_system=True)  # a dry run does not even write the system's own row
        plan = plan_only(actor=nobody_stored, target=target, tell_every_row=self._tell_every_row)
        return {
            "run": None,
            "dry_run": True,
            "pairs_feasible": plan.pairs_feasible,
            "report": plan.report,
            "proposals": _of_plan(plan),
        }

    def _tell_every_row(self) -> None:
        self.stderr.write(EVERY_ROW, style_func=str)

    def _write(self, answer: dict[str, Any]) -> None:
        for proposal in answer["proposals"]:
            self.stdout.write(_line(proposal))
        verb = "would be proposed" if answer["dry_run"] else "proposed"
        self.stdout.write(
            f"{len(answer['proposals'])} {verb}, {answer['pairs_feasible']} pairs fit, in {answer['seconds']} s."
        )
        for code, count in sorted(answer["report"].get("skipped", {}).items()):
            self.stdout.write(f"skipped {count}: {code}")


def _of_match(match: Match) -> dict[str, Any]:
    return {
        "match": match.public_id,
        "need": match.need.public_id,
        "need_title": match.need.title,
        "participant": match.volunteer.public_id,
        "participant_name": match.volunteer.name,
        "people": match.people,
        "slots": [slot.public_id for slot in sorted(match.slots.all(), key=lambda slot: slot.start_at)],
        "score_micro": match.score_micro,
        "rank_for_need": match.rank_for_need,
        "rank_for_participant": match.rank_for_party,
        "explanation": match.explanation,
    }


def _of_plan(plan: Plan) -> list[dict[str, Any]]:
    needs = Need.objects.in_bulk({row.need for row in plan.proposals})
    parties = Volunteer.objects.in_bulk({row.party for row in plan.proposals})
    slots = Slot.objects.in_bulk({slot for row in plan.proposals for slot in row.slots})
    return [
        {
            "match": None,
            "need": needs[row.need].public_id,
            "need_title": needs[row.need].title,
            "participant": parties[row.party].public_id,
            "participant_name": parties[row.party].name,
            "people": row.people,
            "slots": [slots[slot].public_id for slot in row.slots],
            "score_micro": row.score_micro,
            "rank_for_need": row.rank_for_need,
            "rank_for_participant": row.rank_for_party,
            "explanation": row.explanation,
        }
        for row in plan.proposals
    ]


def _line(proposal: dict[str, Any]) -> str:
    reasons = ", ".join(proposal["explanation"]["reasons"])
    caveat = proposal["explanation"]["caveat"]
    dates = ", ".join(slot["start_at"][:10] for slot in proposal["explanation"]["slots"])
    return (
        f"{proposal['need_title']} <- {proposal['participant_name']}: {proposal['people']} people on {dates}, "
        f"score {proposal['score_micro'] / MICRO:.3f}; {reasons or 'no special reason'}"
        f"{f'; but {caveat}' if caveat else ''}"
    )
