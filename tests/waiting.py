"""Waiting for what other processes do, without fixed pauses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

_never = threading.Event()


def wait_for(condition: Callable[[], object], *, seconds: float = 20.0, every: float = 0.02) -> None:
    """Return as soon as the condition holds; fail when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not reached within {seconds} s")
        _never.wait(every)


def gone(pid: int) -> bool:
    """Whether no such process runs; one that ended but was not collected yet counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in {"Z", "X"}
