"""Benchmarks end with what they measured: one JSON line each, after everything pytest says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

MEASURED = pytest.StashKey[list[dict[str, Any]]]()


@pytest.fixture
def measured(pytestconfig: pytest.Config) -> Callable[[dict[str, Any]], None]:
    """Hand over what was measured."""
    return pytestconfig.stash.setdefault(MEASURED, []).append


def pytest_unconfigure(config: pytest.Config) -> None:
    for result in config.stash.get(MEASURED, []):
        print(json.dumps(result))
