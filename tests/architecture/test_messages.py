"""Every message that is written is sent by something: a text nobody sends looks like a promise that is kept."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "regions", "matching", "config")
KINDS = {path.name.removesuffix(".subject.txt") for path in (ROOT / "templates/emails").glob("*.subject.txt")}


def words_of(source: str) -> set[str]:
    """Every text constant of a module that is a whole word."""
    tree = ast.walk(ast.parse(source))
    return {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_kind_of_message_is_named_by_the_code_that_sends_it() -> None:
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    named = set().union(*(words_of(path.read_text(encoding="utf-8")) for path in sources))
    assert len(KINDS) > 20
    assert sorted(KINDS - named) == []
