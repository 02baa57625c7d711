"""Steps of a run write only while it is open: it may be cancelled, given up or deleted while they are at work."""

from __future__ import annotations

from matching.locks import lock_open_run


class RunEnded(Exception):
    """The run ended while a step of it was at work. No error: whoever meets it writes nothing and goes on to other work."""


def require_open(run_id: int) -> None:
    """Hold a run open until this transaction ends: whoever cancels it waits. Locks the run, after needs and matches.

    Raises:
        RunEnded: what this transaction wrote must not stay.
    """
    if not lock_open_run(run_id):
        raise RunEnded
