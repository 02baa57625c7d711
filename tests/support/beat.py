"""The beat, in the test's own process and by the real clock: what is lost or left behind is settled by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from accounts.models import Outbox
from accounts.services.outbox import relay
from matching.enums import RUN_OPEN
from matching.models import MatchRun
from matching.services.run_recovery import sweep_runs
from tests.waiting import wait_for

SETTLED_WITHIN_SECONDS = 100.0
EVERY_SECONDS = 2.0


def is_settled() -> bool:
    """Nothing is owed and no run is open."""
    return not (
        Outbox.objects.open().exists() or MatchRun.objects.filter(state__in=sorted(RUN_OPEN)).exists()
    )


def ticking(condition: Callable[[], bool]) -> Callable[[], bool]:
    """The condition, with the beat's ticks in between while it does not hold."""
    next_tick = time.monotonic()

    def ticked() -> bool:
        nonlocal next_tick
        if condition():
            return True
        if time.monotonic() >= next_tick:
            next_tick = time.monotonic() + EVERY_SECONDS
            sweep_runs(now=timezone.now())
            relay(now=timezone.now())
        return False

    return ticked


def wait_until_settled(seconds: float = SETTLED_WITHIN_SECONDS) -> None:
    """Leases run out and rings are repeated as in real life: by the clock, within ``seconds``."""
    try:
        wait_for(ticking(is_settled), seconds=seconds, every=0.1)
    except AssertionError:
        runs = MatchRun.objects.filter(state__in=sorted(RUN_OPEN)).values(
            "scope", "state", "attempts", "error"
        )
        owed = Outbox.objects.open().values("key", "next_at", "attempts", "last_error")
        raise AssertionError(f"not settled within {seconds} s: {list(runs)} {list(owed)}") from None
