"""``manage.py state_machine_doc``: writes docs/state-machine.md from the table of moves."""

from __future__ import annotations

import inspect
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from matching.enums import DISCLOSED, ENDED, HOLDING, MatchState
from matching.services import deadlines
from matching.services.guards import GUARDS
from matching.transitions import MOVES, Move, Places

PAGE = Path("docs") / "state-machine.md"
# The words on screen. The page shows them beside the English ones; a test holds the translation against them.
JAPANESE: dict[MatchState, str] = {
    MatchState.PROPOSED: "提案",
    MatchState.ASKING: "お返事待ち",
    MatchState.MEETING: "顔合わせ",
    MatchState.AGREED: "約束が決まりました",
    MatchState.CONFIRMED: "準備ができました",
    MatchState.COMPLETED: "終わりました",
    MatchState.REJECTED: "今回は見送り",
    MatchState.DECLINED: "今回は見送り",
    MatchState.LAPSED: "期限切れ",
    MatchState.WITHDRAWN: "取り下げ",
    MatchState.CANCELLED: "中止",
}
PLACES_WORDS = {Places.KEEP: "", Places.HOLD: "held", Places.RELEASE: "released"}
HEAD = """# The life of a match

Generated from `matching/transitions.py` by `manage.py state_machine_doc`; do not edit. A stale page fails
`tests/architecture/test_generated_docs.py`.

`services.matches.apply_move` is the only interpreter of the table below. Each move is made whole or not at all: it locks
the people, the need and the match, checks the table, the role, the reason and the row's check, changes the places and
the state, and writes the event, the audit entry and the messages it owes, in one transaction.
"""
DIAGRAM_NOTE = "Moves that leave the state as it is are not drawn; the table has them all."


def render() -> str:
    """The whole page, in English; state labels also in Japanese."""
    with translation.override("en"):
        return "\n".join([HEAD, *_diagram(), *_states(), *_moves(), *_checks(), *_deadlines()])


def _diagram() -> Iterator[str]:
    yield from ("## Diagram", "", "```mermaid", "stateDiagram-v2")
    for state in MatchState:
        yield f"    {state} : {JAPANESE[state]} ({state.label})"
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        for source in _sources(move):
            if move.target is not None and source != move.target:
                arrows.setdefault((source, move.target), []).append(move.name)
    for (source, target), names in arrows.items():
        yield f"    {source} --> {target} : {', '.join(names)}"
    for state in MatchState:
        if state in ENDED:
            yield f"    {state} --> [*]"
    yield from ("```", "", DIAGRAM_NOTE, "")


def _sources(move: Move) -> list[str]:
    return [state for state in MatchState if state in move.sources] or ["[*]"]


def _states() -> Iterator[str]:
    yield from ("## States", "")
    yield from _table_head("state", "on screen", "places", "contacts", "moves from here")
    for state in MatchState:
        names = [f"`{move.name}`" for move in MOVES if state in move.sources]
        yield _row(
            f"`{state}`",
            f"{JAPANESE[state]} / {state.label}",
            "held" if state in HOLDING else "",
            "disclosed" if state in DISCLOSED else "",
            ", ".join(names) or "none: it has ended",
        )
    yield ""


def _moves() -> Iterator[str]:
    yield from (
        "## Moves",
        "",
        "The role marked * is the worker. A side is the participant (`party`) or the community (`region`).",
        "",
    )
    yield from _table_head("move", "who", "from", "to", "check", "places", "reasons", "who is told", "what")
    for move in MOVES:
        sources = ", ".join(state for state in MatchState if state in move.sources)
        yield _row(
            f"`{move.name}`",
            ", ".join(_role_label(role) for role in sorted(move.roles)),
            sources or "(new)",
            move.target or "(stays)",
            f"`{move.guard}`" if move.guard else "",
            PLACES_WORDS[move.places],
            ", ".join(sorted(move.reasons)),
            ", ".join(f"{audience} (`{kind}`)" for kind, audience in move.tells),
            move.what,
        )
    yield ""


def _role_label(role: str) -> str:
    return "*system" if role == "system" else role


def _checks() -> Iterator[str]:
    yield from ("## Checks", "")
    yield from _table_head("check", "what must be so", "moves")
    for name, guard in GUARDS.items():
        users = ", ".join(f"`{move.name}`" for move in MOVES if move.guard == name)
        yield _row(f"`{name}`", " ".join((inspect.getdoc(guard) or "").split()), users)
    yield ""


def _deadlines() -> Iterator[str]:
    yield from (
        "## Deadlines",
        "",
        "Every one is capped at 24 hours before the first date; silence never means yes.",
        "",
    )
    yield from _table_head("what", "due", "ends")
    yield _row(
        "review by the guide",
        f"{deadlines.REVIEW_WORKING_DAYS} working days, then the next guide",
        f"{deadlines.REVIEW_LAPSE_WORKING_DAYS} working days",
    )
    yield _row(
        "answer of a person",
        f"{deadlines.PERSON_DAYS} days; a reminder {deadlines.REMIND_BEFORE.days} days before",
        f"{deadlines.PERSON_GRACE_DAYS} days later",
    )
    yield _row(
        "answer of a group or community",
        f"{deadlines.BOARD_AFTER_MEETING_DAYS} days after its board meets, at least {deadlines.BOARD_DAYS} days; "
        "quiet days of a community do not count; one extension",
        f"{deadlines.BOARD_GRACE_DAYS} days later",
    )
    yield _row(
        "first meeting", f"{deadlines.MEETING_DAYS} days", f"{deadlines.MEETING_GRACE_DAYS} days later"
    )
    yield _row("preparation", f"{deadlines.ROSTER_DAYS} days before the first date", "24 hours before it")
    yield _row("record", "the day after the last date", f"{deadlines.RECORD_DAYS} days after it")
    yield _row("undoing an approval", f"{deadlines.UNDO_SECONDS} seconds", "")
    yield ""


def _table_head(*names: str) -> tuple[str, str]:
    return _row(*names), _row(*("---" for _name in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(_escaped(cells))} |"


def _escaped(cells: Iterable[str]) -> Iterator[str]:
    return (str(cell).replace("|", "\\|") for cell in cells)


class Command(BaseCommand):
    help = (
        "Write docs/state-machine.md from the table of moves; with --check only say whether it is up to date."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 when the page is stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page, text = Path(settings.BASE_DIR) / PAGE, render()
        if options["check"]:
            if not page.exists() or page.read_text(encoding="utf-8") != text:
                raise CommandError(f"{PAGE} is stale. Run: python manage.py state_machine_doc")
            self.stdout.write(f"{PAGE} is up to date.")
            return
        page.write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {PAGE}.")
