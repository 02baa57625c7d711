"""What one move carries while it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from matching.enums import EndReason, Role
from matching.models import Match
from matching.transitions import Move


@dataclass(frozen=True, slots=True)
class Words:
    """What the actor said with a move: for whom, why, and in own words (never shown to the other side)."""

    on_behalf_of: str = ""
    reason: EndReason | None = None
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """One move being made: the locked match, the row of the table, who makes it in which role, when."""

    match: Match
    move: Move
    actor: User
    role: Role
    now: datetime
    words: Words


Work = Callable[[Step], Mapping[str, Any] | None]
"""Changes the rows around a match and returns the match's own changed fields."""
