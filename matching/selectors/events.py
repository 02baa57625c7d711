"""A move of a match as one viewer may read it."""

from __future__ import annotations

from typing import Any

from matching.enums import Side
from matching.models import MatchEvent
from matching.selectors.labels import neutral_state, state_label
from matching.selectors.matches import is_ending, is_of_side
from matching.selectors.viewers import Viewer

NEUTRAL_END = {"move": "end", "role": None}


def shown_event(event: MatchEvent, viewer: Viewer) -> dict[str, Any]:
    """An event whose match came with it, as ``viewer`` may read it. No row's number leaves the house.

    To a side, the other side's words stay hidden, a guide's own notes too, and of an ending who made it (``move`` is
    then ``end``).
    """
    plain = {
        "seq": event.seq,
        "move": event.move,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "to_state_label": state_label(event.to_state),
        "at": event.at,
        "role": event.role,
        "actor": None,
        "on_behalf_of": "",
        "reason": "",
        "note": "",
        "data": {},
    }
    words = {
        "on_behalf_of": event.on_behalf_of,
        "reason": event.reason,
        "note": event.note,
        "data": {name: value for name, value in event.data.items() if name != "user_ids"},
    }
    if viewer.oversees(event.match):
        return plain | words | {"actor": str(event.actor)}
    if is_of_side(event, viewer.sides_on(event.match)):
        return plain | words | ({} if event.role in Side.values else {"note": ""})
    return plain | NEUTRAL_END | _neutral_target(event) if is_ending(event) else plain


def _neutral_target(event: MatchEvent) -> dict[str, str]:
    target = neutral_state(event.to_state)
    return {"to_state": target, "to_state_label": state_label(target)}
