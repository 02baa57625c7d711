"""What `single_changes` tells of one need of a world."""

from __future__ import annotations

from matching.engine import (
    Findings,
    NeedRow,
    Snapshot,
    single_changes,
)
from tests.engine.world import World, compiled


def found(
    world: World,
    row: NeedRow,
    *,
    layers: list[Snapshot] | None = None,
    first_day: int = 14,
    at_once: int = 5,
    most: int = 99,
) -> Findings:
    snapshot, needs = compiled(world)
    return single_changes(
        layers=layers or [snapshot],
        need=needs.needs[needs.number_of[row.id]],
        minutes=world.minutes,
        weights=world.weights,
        most=most,
        first_day=first_day,
        at_once=at_once,
    )
