"""Benchmarks end with what they measured, after everything pytest says: a table each, then one JSON line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

MEASURED = pytest.StashKey[list[dict[str, Any]]]()


@pytest.fixture
def measured(pytestconfig: pytest.Config) -> Callable[[dict[str, Any]], None]:
    """Hand over what was measured."""
    return pytestconfig.stash.setdefault(MEASURED, []).append


def pytest_unconfigure(config: pytest.Config) -> None:
    results = config.stash.get(MEASURED, [])
    for result in results:
        print("\n" + "\n".join(_lines(result)) + "\n")
    for result in results:
        print(json.dumps(result))


def _lines(result: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """One line for each figure: its name, and what it is; what is made of figures, below its name."""
    for name, value in result.items():
        label = f"{indent}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield label
            yield from _lines(value, indent + "  ")
        else:
            told = ", ".join(map(_told, value)) if isinstance(value, list) else _told(value)
            yield f"{label:<44}{told:>24}"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
