"""Pages that are generated say what the code says now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from matching.enums import MatchState
from matching.management.commands import state_machine_doc
from matching.transitions import MOVES

ROOT = Path(__file__).resolve().parent.parent.parent


def test_page_of_the_state_machine_is_up_to_date() -> None:
    page = ROOT / state_machine_doc.PAGE
    assert page.read_text(encoding="utf-8") == state_machine_doc.render(), (
        "stale: run `python manage.py state_machine_doc` and read what changed"
    )


def test_stale_page_is_told(tmp_path: Path, settings: object) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="stale"):
        call_command("state_machine_doc", "--check")

    call_command("state_machine_doc")
    call_command("state_machine_doc", "--check")
    page = tmp_path / state_machine_doc.PAGE
    page.write_text(page.read_text(encoding="utf-8").replace("(stays)", "asking", 1), encoding="utf-8")

    with pytest.raises(CommandError, match="stale"):
        call_command("state_machine_doc", "--check")


def test_page_draws_every_change_of_state_and_lists_every_row() -> None:
    text = state_machine_doc.render()
    drawn = set(re.findall(r"^    (\S+) --> (\S+) : (.+)$", text, flags=re.MULTILINE))
    changes = {
        (source, move.target, move.name)
        for move in MOVES
        for source in (move.sources or ["[*]"])
        if move.target not in {None, source}
    }
    assert {(a, b, name) for a, b, names in drawn for name in names.split(", ")} == changes
    assert set(re.findall(r"^\| `(\w+)` \| ", text, flags=re.MULTILINE)) >= {move.name for move in MOVES}


def test_japanese_words_of_the_page_are_those_on_screen() -> None:
    with translation.override("ja"):
        shown = {state: str(state.label) for state in MatchState}
    with translation.override("en"):
        untranslated = {state: str(state.label) for state in MatchState}
    wrong = {
        state: shown[state]
        for state, word in state_machine_doc.JAPANESE.items()
        if shown[state] not in {word, untranslated[state]}
    }
    assert wrong == {}
    assert set(state_machine_doc.JAPANESE) == set(MatchState)
