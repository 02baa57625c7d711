"""A region over some weeks: needs come, the engine proposes, people answer, and the next week remembers it.

How people answer is drawn from a fixed seed and is a model, not a finding: ``answers[n]`` is the chance of a yes from who
was asked n times within the last 30 days (the last one for more).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from matching.engine import NeedRow, ParticipantRow, Phase, Proposal, Weights
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import KINDS

ZONES, GUIDES, WEEK, MONTH = 5, 4, 7, 30
STEADY = (0.6,)
TIRING = (0.6, 0.45, 0.3, 0.15, 0.05)


@dataclass
class Told:
    """What came of it. ``asked``: days on which each party was asked for a community new to it."""

    posted: int = 0
    connected: int = 0
    asked: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def people(self) -> int:
        """How many were asked at all."""
        return sum(bool(days) for days in self.asked.values())

    @property
    def times(self) -> int:
        """How often anybody was asked."""
        return sum(len(days) for days in self.asked.values())

    def most_in_a_month(self) -> int:
        """The most that anybody was asked within 30 days."""
        return max(_lately(days, day) for days in self.asked.values() for day in days)


def _lately(days: Sequence[int], now: int) -> int:
    return sum(0 <= now - day < MONTH for day in days)


def _people(draw: random.Random, many: int) -> list[ParticipantRow]:
    """Some can do one kind of work, some three: a few fit nearly everything."""
    return [
        party(
            number,
            public_id=f"p{number:05d}",
            abilities=tuple((kind, 1) for kind in draw.sample(range(KINDS), draw.choice((1, 1, 1, 2, 3)))),
            wishes=tuple(
                (kind, draw.randint(1, 3)) for kind in draw.sample(range(KINDS), draw.randint(1, 3))
            ),
            kept_micro=draw.randrange(10**6),
            zone=draw.randrange(ZONES),
            travel_limit_minutes=draw.choice((90, 120, 240)),
        )
        for number in range(1, many + 1)
    ]


def _communities(draw: random.Random, many: int) -> list[dict]:
    return [
        {
            "region": number,
            "zone": number % ZONES,
            "guide": number % GUIDES,
            "work": tuple((kind, draw.randint(1, 3)) for kind in draw.sample(range(KINDS), 2)),
            "offers": tuple(draw.sample(range(KINDS), 2)),
        }
        for number in range(many)
    ]


def weeks_of(
    seed: int,
    weights: Weights,
    *,
    answers: Sequence[float],
    weeks: int = 16,
    people: int = 120,
    communities: int = 24,
) -> Told:
    """Half of the communities post a need each week, for which two people may be proposed."""
    draw, told = random.Random(seed), Told()
    parties, places = _people(draw, people), _communities(draw, communities)
    minutes = np.array([draw.choice((20, 60, 100, 130)) for _ in range(2 * ZONES**2)], dtype=np.int32)
    came: dict[int, int] = {}
    served: dict[int, int] = {}
    for day in range(0, weeks * WEEK, WEEK):
        dice = random.Random(f"{seed} {day}")
        needs = [
            _need(places[number], day, served.get(number))
            for number in dice.sample(range(communities), communities // 2)
        ]
        world = small(
            [_today(each, day, told, came.get(each.id)) for each in parties],
            needs,
            minutes=minutes.reshape(2, ZONES, ZONES),
            weights=weights,
        )
        yes = [p for p in allocation_of(world).proposals if _says_yes(p, day, told, dice, answers)]
        came |= {p.participant_id: day for p in yes}
        served |= {p.need_id % 1000: day for p in yes}
        told.posted += len(needs)
        told.connected += len({p.need_id for p in yes})
    return told


def _need(place: dict, day: int, served: int | None) -> NeedRow:
    number = 1000 * day + place["region"]
    waited = day + 60 if served is None else day - served
    facts = {"public_id": f"n{number:08d}", "wait_days": waited, "proposals_max": 2}
    return need(number, slot(number, 20, places=4), **place, **facts)


def _today(each: ParticipantRow, day: int, told: Told, came: int | None) -> ParticipantRow:
    days = told.asked[each.id]
    return replace(
        each,
        asked_days_ago=tuple(day - at for at in days),
        came_days_ago=None if came is None else day - came,
    )


def _says_yes(made: Proposal, day: int, told: Told, dice: random.Random, answers: Sequence[float]) -> bool:
    assert made.phase is not Phase.RELATION
    before = _lately(told.asked[made.participant_id], day)
    told.asked[made.participant_id].append(day)
    return dice.random() < answers[min(before, len(answers) - 1)]
