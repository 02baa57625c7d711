"""The demo's people and places are known to its loader alone: nothing else may lean on a name or an id of theirs."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOM = "config/demo/"
# Tests build scenes of their own; documents tell the story; the municipality and vocabulary data are no demo data.
ELSEWHERE = ("tests/", "docs/", "README", "CHANGELOG", "ARCHITECTURE", "locale/", "accounts/data/", "static/")


def demo_names() -> set[str]:
    """Ids and proper names of the scenario file that could be leaned on."""
    scenarios = json.loads((ROOT / ROOM / "data" / "scenarios.json").read_text(encoding="utf-8"))
    names: set[str] = set()
    for community in scenarios["communities"]:
        names |= {community["hamlet"], *(need["id"] for need in community["needs"])}
        names |= {need["title"] for need in community["needs"]} | {
            offer["id"] for offer in community["offers"]
        }
    for party in scenarios["participants"]:
        names |= {party["name"], party["name"].removeprefix("（見本）")}
    for organization in scenarios["organizations"]:
        names |= {organization["id"], organization["name"].removeprefix("（見本）")}
    return names


def committed_sources() -> list[Path]:
    """Text files of the project outside the demo's room."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    kept = [name for name in listed if not name.startswith((ROOM, *ELSEWHERE))]
    return [
        ROOT / name for name in kept if name.endswith((".py", ".html", ".txt", ".toml", ".yaml", ".json"))
    ]


def leaks(text: str, names: set[str]) -> set[str]:
    """The names that stand in a text; ids only as whole words."""
    ids = {name for name in names if name.isascii()}
    found = {name for name in names - ids if name in text}
    return found | {name for name in ids if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


@pytest.mark.slow
def test_no_name_of_the_demo_outside_its_room() -> None:
    names = demo_names()
    found = {
        str(path.relative_to(ROOT)): sorted(leaked)
        for path in committed_sources()
        if (leaked := leaks(path.read_text(encoding="utf-8"), names))
    }
    assert found == {}


def test_the_search_would_find_a_name() -> None:
    names = demo_names()
    assert leaks("if need.id == 'saga-1':", names) == {"saga-1"}
    assert leaks("榎木谷の人", names) == {"榎木谷"}
    assert len(names) > 80
