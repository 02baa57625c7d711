"""Every list of the API is named in a test that counts its queries; a new list without one fails here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.matrix import addresses, api_views

TESTS = Path(__file__).resolve().parent.parent
COUNTS = "django_assert_num_queries"
PREFIX = "api/v1/"


def lists() -> set[str]:
    """Addresses of all lists below the prefix, an id in the path as {}."""
    views = api_views()
    return {
        re.sub(r"<[^>]+>", "{}", path.removeprefix(PREFIX))
        for path, name, _entry in addresses()
        if name in views and any(operation.many for operation in views[name].operations.values())
    }


def counted(source: str) -> Iterator[str]:
    """Texts in the functions that count queries, with their tables of cases; what is filled in as {}."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and COUNTS in ast.unparse(node):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value
                elif isinstance(part, ast.JoinedStr):
                    pieces = [str(p.value) if isinstance(p, ast.Constant) else "{}" for p in part.values]
                    yield "".join(pieces).removeprefix("{}")  # the prefix itself is filled in


def named(sources: list[str]) -> set[str]:
    return {text for source in sources for text in counted(source)}


def test_every_list_of_the_api_is_counted() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted(TESTS.glob("*/api/test_*.py"))]
    assert len(lists()) >= 20
    assert sorted(lists() - named(sources)) == []


def test_a_list_outside_a_function_that_counts_is_not_named() -> None:
    asked = 'def test_a({0}):\n    get(f"{{API}}{1}")\n'
    assert "needs/" in named([asked.format(COUNTS, "needs/")])
    assert "matches/{}/events/" in named([asked.format(COUNTS, "matches/{match.public_id}/events/")])
    assert "needs/" not in named([asked.format("client", "needs/")])
