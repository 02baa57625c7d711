"""Worlds small enough to read: one party, one need, everything fits until a test says otherwise."""

from __future__ import annotations

import numpy as np

from matching.engine import (
    Allocation,
    AvailabilityRule,
    Horizon,
    NeedRow,
    ParticipantRow,
    SlotRow,
    Weights,
    allocate,
)
from tests.engine.world import DAY, MONDAY, VOCABULARY, World, compiled, scan


def slot(number: int, day: int, *, places: int = 1, start: int = 540, minutes: int = 180) -> SlotRow:
    begin = day * DAY + start
    return SlotRow(id=number, day=day, start_minute=begin, end_minute=begin + minutes, places_free=places)


def party(number: int, **more) -> ParticipantRow:
    facts = {
        "id": number,
        "public_id": f"p{number}",
        "abilities": ((0, 1),),
        "wishes": ((0, 3),),
        "availability": (AvailabilityRule(),),
        "travel_limit_minutes": 120,
        **more,
    }
    return ParticipantRow(**facts)


def need(number: int, *slots: SlotRow, **more) -> NeedRow:
    facts = {
        "id": number,
        "public_id": f"n{number}",
        "region": number,
        "guide": 0,
        "work": ((0, 3),),
        "offers": (0,),
        "offers_stated": True,
        "slots": slots,
        "access_car_minutes": 0,
        "access_public_minutes": 0,
        **more,
    }
    return NeedRow(**facts)


def small(parties: list[ParticipantRow], needs: list[NeedRow], **more) -> World:
    facts = {
        "vocabulary": VOCABULARY,
        "horizon": Horizon(first_ordinal=MONDAY, days=60),
        "participants": tuple(parties),
        "needs": tuple(needs),
        "minutes": np.full((2, 1, 1), 60, dtype=np.int32),
        "weights": Weights(),
        "guide_capacity": {0: 10},
        **more,
    }
    return World(**facts)


def allocation_of(world: World, *, haste: int = 0) -> Allocation:
    """The engine's own way from rows to proposals."""
    snapshot, needs = compiled(world)
    return allocate(
        snapshot=snapshot,
        needs=needs,
        merged=scan(world),
        minutes=world.minutes,
        weights=world.weights,
        guide_capacity=world.guide_capacity,
        haste=haste,
    )
