"""Small random worlds for the oracles: everything on a half-hour grid, many pairs that nearly fit."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, replace

import numpy as np

from matching.engine import (
    AvailabilityRule,
    Horizon,
    Merged,
    Mode,
    NeedRow,
    NeedSet,
    ParticipantRow,
    SlotRow,
    Snapshot,
    Transport,
    Vocabulary,
    Weights,
    build_needs,
    build_snapshot,
    merge,
    score_shard,
    shards_of,
)

DAY = 1440
HALF_HOUR = 30
ZONES = 3
PREFECTURE_OF = (41, 41, 40)
DAYS = 60
MONDAY = datetime.date(2026, 6, 1).toordinal()

# 0 ── 1 ── 2 ── 3, 0 ── 4, 5 ── 6, 7; kind 3 takes no credit from above.
PARENTS = (-1, 0, 1, 2, 0, -1, 5, -1)
VOCABULARY = Vocabulary(
    work_parents=PARENTS,
    work_credit_from_parent=(True, True, True, False, True, True, True, True),
    asset_parents=PARENTS,
    asset_credit_from_parent=(True,) * len(PARENTS),
    work_loads=(1, 2, 2, 3, 1, 1, 3, 2),
)
KINDS = len(PARENTS)


@dataclass(frozen=True)
class World:
    """One input of the engine, whole."""

    vocabulary: Vocabulary
    horizon: Horizon
    participants: tuple[ParticipantRow, ...]
    needs: tuple[NeedRow, ...]
    minutes: np.ndarray
    weights: Weights
    guide_capacity: dict[int, int]


def snapshot_of(world: World) -> Snapshot:
    return build_snapshot(vocabulary=world.vocabulary, horizon=world.horizon, participants=world.participants)


def compiled(world: World) -> tuple[Snapshot, NeedSet]:
    snapshot = snapshot_of(world)
    return snapshot, build_needs(snapshot=snapshot, needs=world.needs)


def scan(world: World, *, blocks_per_shard: int = 10_000) -> Merged:
    """The engine's own way from rows to merged lists."""
    snapshot, needs = compiled(world)
    return merge(
        score_shard(snapshot=snapshot, needs=needs, minutes=world.minutes, weights=world.weights, shard=shard)
        for shard in shards_of(snapshot, blocks_per_shard=blocks_per_shard)
    )


def random_world(
    seed: int, *, parties: int = 14, needs: int = 5, groups: bool = True, generous: bool = False
) -> World:
    """A world drawn from a seed. `generous` leaves out most obstacles, so that the allocation has work."""
    draw, turns = random.Random(seed), random.Random(f"turns {seed}")
    strict = 0.0 if generous else 1.0
    return World(
        vocabulary=VOCABULARY,
        horizon=Horizon(first_ordinal=MONDAY + draw.randrange(300), days=DAYS),
        participants=tuple(
            _with_turns(turns, _party(draw, number, groups=groups, strict=strict))
            for number in range(parties)
        ),
        needs=tuple(_need(draw, number, strict=strict) for number in range(needs)),
        minutes=_minutes(draw),
        weights=Weights(top_k=parties, slack=2, top_l=needs, slots_max=draw.choice((1, 2, 3))),
        guide_capacity={guide: draw.randint(0, 4) for guide in range(2)},
    )


def _minutes(draw: random.Random) -> np.ndarray:
    values = [draw.choice((-1, 20, 60, 100, 115, 130, 150)) for _ in range(2 * ZONES * ZONES)]
    return np.array(values, dtype=np.int32).reshape(2, ZONES, ZONES)


def _chance(draw: random.Random, likely: float) -> bool:
    return draw.random() < likely


def _rule(draw: random.Random, strict: float) -> AvailabilityRule:
    if not _chance(draw, 0.6 * strict):
        return AvailabilityRule()
    hours = _chance(draw, 0.4)
    start = draw.randrange(0, DAY, HALF_HOUR)
    return AvailabilityRule(
        weekdays=draw.randrange(1, 128),
        months=draw.randrange(1, 4096),
        parts=draw.randrange(1, 8),
        from_minute=start if hours and _chance(draw, 0.8) else None,
        until_minute=min(DAY, start + draw.randrange(HALF_HOUR, 900, HALF_HOUR)) if hours else None,
    )


def _kinds(draw: random.Random, most: int) -> list[int]:
    return draw.sample(range(KINDS), draw.randint(0, most))


def _weighted(draw: random.Random, kinds: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple((kind, draw.randint(1, 3)) for kind in kinds)


def _party(draw: random.Random, number: int, *, groups: bool, strict: float) -> ParticipantRow:
    size = draw.choice((1, 1, 1, 2, 6)) if groups else 1
    minors = _chance(draw, 0.2 * strict)
    return ParticipantRow(
        id=500 - number,
        public_id=f"p{draw.randrange(10**6):06d}-{number}",
        size=size,
        min_people=draw.randint(1, size),
        abilities=tuple((kind, 1) for kind in _kinds(draw, 3)),
        wishes=_weighted(draw, _kinds(draw, 3)),
        qualifications=tuple(
            (draw.randrange(2), draw.randint(1, size), draw.choice((None, draw.randrange(DAYS))))
            for _ in range(draw.randint(0, 2))
        ),
        availability=tuple(_rule(draw, strict) for _ in range(draw.choice((1, 1, 2, 3)))),
        except_days=frozenset(draw.sample(range(-2, DAYS + 2), draw.randint(0, 4)))
        if strict
        else frozenset(),
        busy=tuple(_span(draw) for _ in range(draw.choice((0, 0, 4, 8)))) if strict else (),
        zone=draw.randrange(ZONES),
        transport=draw.choice(tuple(Transport)),
        travel_limit_minutes=draw.choice((0, 60, 100, 120, 240)) if strict else 240,
        day_trip_limit_minutes=draw.choice((None, 60, 90)) if strict else None,
        youngest_age=draw.choice((None, 6, 13, 17)) if minors else draw.choice((None, 20, 40)),
        has_minors=minors,
        is_group=size > 2,
        load_limit=draw.choice((1, 2, 3, 3)),
        known_regions=frozenset(draw.sample(range(3), draw.choice((0, 0, 1)))),
        blocked_regions=frozenset(draw.sample(range(3), draw.choice((0, 0, 0, 1))))
        if strict
        else frozenset(),
        kept_micro=draw.randrange(0, 1_000_001, 1000),
        remote_ok=_chance(draw, 0.7),
        beginner=_chance(draw, 0.3 * strict),
        live_need_ids=frozenset(draw.sample(range(5), draw.choice((0, 0, 1)))) if strict else frozenset(),
        remaining_load=draw.choice((0, 1, 1, 1, 2, 2)) if strict else 1,
    )


def _with_turns(draw: random.Random, party: ParticipantRow) -> ParticipantRow:
    return replace(
        party,
        asked_days_ago=tuple(
            draw.choice((0, 7, 29, 30, 59, 60, 400, 1500)) for _ in range(draw.choice((0, 0, 1, 4)))
        ),
        came_days_ago=draw.choice((None, None, 1, 100)),
    )


def _span(draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(DAYS) * DAY + draw.randrange(0, DAY, HALF_HOUR)
    return start, start + draw.choice((60, 240, 600, 2 * DAY, 4 * DAY))


def _slot(draw: random.Random, number: int, *, strict: float) -> SlotRow:
    day = draw.randrange(0, DAYS - 3)
    start = day * DAY + draw.choice((480, 540, 720, 780, 1080))
    nights = draw.choice((0, 0, 0, 1))
    end = start + nights * DAY + draw.choice((120, 240, 480))
    window = _chance(draw, 0.2)
    if window:
        start, end = (day - 20) * DAY, (day + 30) * DAY
        end = max(end, DAY)
    return SlotRow(
        id=number,
        day=start // DAY,
        start_minute=start,
        end_minute=end,
        places_free=draw.choice((0, 1, 2, 5, 8)) if strict else draw.choice((1, 1, 2, 5)),
        parts=draw.choice((7, 7, 0, 3)) if not nights else draw.choice((7, 1, 3)),
        nights=0 if window else nights,
        remote=window and _chance(draw, 0.6),
        on_call=window,
        too_soon=_chance(draw, 0.1 * strict),
    )


def _need(draw: random.Random, number: int, *, strict: float) -> NeedRow:
    offers = tuple(_kinds(draw, 3))
    work = _weighted(draw, _kinds(draw, 3) or [draw.randrange(KINDS)])
    public_id, region = f"n{draw.randrange(10**6):06d}-{number}", draw.randrange(3)
    return NeedRow(
        id=number,
        public_id=public_id,
        region=region,
        prefecture=PREFECTURE_OF[region],
        guide=draw.choice((-1, 0, 1)),
        zone=draw.randrange(ZONES),
        mode=draw.choice((Mode.ON_SITE, Mode.ON_SITE, Mode.REMOTE, Mode.BOTH)),
        work=work,
        offers=offers,
        offers_stated=bool(offers) or _chance(draw, 0.5),
        offers_pending=_chance(draw, 0.3),
        hard_qualifications=((draw.randrange(2), draw.randint(0, 2)),)
        if _chance(draw, 0.25 * strict)
        else (),
        slots=tuple(
            _slot(draw, number * 10 + at, strict=strict) for at in range(draw.choice((0, 1, 1, 2, 4)))
        ),
        min_age=draw.choice((0, 10, 15, 18)) if strict else 0,
        children_ok=_chance(draw, 0.6),
        group_ok=_chance(draw, 0.8),
        beginner_ok=_chance(draw, 0.8),
        local_hands=0 if _chance(draw, 0.1 * strict) else 2,
        first_visit_max=draw.choice((1, 3, 5)),
        offers_stay=_chance(draw, 0.3),
        access_car_minutes=draw.choice((None, 0, 40)),
        access_public_minutes=draw.choice((None, 10)),
        wait_days=draw.choice((0, 50, 500)),
        region_served=draw.choice((0, 0, 3)),
        need_served=draw.choice((0, 0, 1, 2)),
        live_proposals=draw.choice((0, 1)),
        proposals_max=draw.choice((None, 1, 2, 4)),
        employment_blocked=_chance(draw, 0.05 * strict),
    )


def entwined(world: World, seed: int) -> World:
    """The same world on three days, in which some people are in several parties, and some have a promise with a community."""
    draw = random.Random(seed)
    people = range(100, 100 + max(1, len(world.participants) // 2))
    return replace(
        world,
        participants=tuple(
            replace(
                party,
                people=frozenset({party.id, *draw.sample(people, draw.choice((0, 0, 1, 1)))}),
                agreed_regions=frozenset(draw.sample(range(3), draw.choice((0, 0, 0, 1)))),
            )
            for party in world.participants
        ),
        needs=tuple(
            replace(need, slots=tuple(_on_three_days(slot) for slot in need.slots)) for need in world.needs
        ),
    )


def _on_three_days(slot: SlotRow) -> SlotRow:
    if slot.is_window:
        return slot
    earlier = slot.day - slot.day % 3
    start, end = slot.start_minute - earlier * DAY, slot.end_minute - earlier * DAY
    return replace(slot, day=slot.day % 3, start_minute=start, end_minute=end)


def shuffled(world: World, seed: int) -> World:
    """The same world, its rows in another order."""
    draw = random.Random(seed)
    return replace(
        world,
        participants=tuple(draw.sample(world.participants, len(world.participants))),
        needs=tuple(
            replace(need, slots=tuple(draw.sample(need.slots, len(need.slots))))
            for need in draw.sample(world.needs, len(world.needs))
        ),
    )


def spread(world: World) -> World:
    """The same world, its kinds renumbered in their order over a tree of 128: some lie beyond the first 64."""
    place = [17 * kind + 3 for kind in range(KINDS)]  # 3 … 122

    def moved(weighted: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((place[kind], weight) for kind, weight in weighted)

    def laid(values, *, blank):
        row = [blank] * 128
        for kind, value in enumerate(values):
            row[place[kind]] = value
        return tuple(row)

    parents = tuple(-1 if parent < 0 else place[parent] for parent in world.vocabulary.work_parents)
    return replace(
        world,
        vocabulary=Vocabulary(
            work_parents=laid(parents, blank=-1),
            work_credit_from_parent=laid(world.vocabulary.work_credit_from_parent, blank=True),
            asset_parents=laid(parents, blank=-1),
            asset_credit_from_parent=laid(world.vocabulary.asset_credit_from_parent, blank=True),
            work_loads=laid(world.vocabulary.work_loads, blank=1),
        ),
        participants=tuple(
            replace(party, abilities=moved(party.abilities), wishes=moved(party.wishes))
            for party in world.participants
        ),
        needs=tuple(
            replace(need, work=moved(need.work), offers=tuple(place[kind] for kind in need.offers))
            for need in world.needs
        ),
    )
