"""A worker whose packing of participants never ends: loaded by a test's worker with ``-I``."""

from __future__ import annotations

import time
from typing import Any

from matching.services import run_steps


def never_end(*_args: Any, **_more: Any) -> None:
    time.sleep(600)


run_steps.pack_part = never_end
