"""A country to be matched, drawn from a fixed seed: real municipalities and travel minutes, ages and ways of the survey.

Sources: 国土交通省国土政策局『関係人口と連携した地域づくり』 (who visits which part of the country, in ten thousand people; share of
people with such ties by age and sex) and the census of 2015. Work, wishes, days and limits are drawn, not measured.
"""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import accounts
from accounts.geo import minutes_matrix
from matching.engine import (
    AvailabilityRule,
    Horizon,
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
)

DATA = Path(accounts.__file__).parent / "data"
DAY = 1440
FIRST_DAY = 739_000
FLOWS = ((291, 13, 38, 196), (9, 51, 10, 30), (17, 5, 106, 95), (173, 30, 94, 668))
"""Ten thousand people, from (rows) and to (columns) the cities of Tokyo, Nagoya, Osaka, and the rest."""
CITIES = ({"11", "12", "13", "14"}, {"23"}, {"26", "27", "28"})
AGES = (21, 27, 32, 37, 42, 47, 52, 57, 62, 67, 72, 77, 82, 87)
MEN = (4.28, 3.26, 3.68, 4.20, 4.91, 4.35, 3.97, 3.73, 4.15, 4.66, 3.58, 2.79, 1.99, 1.46)
WOMEN = (4.09, 3.15, 3.61, 4.11, 4.82, 4.31, 3.96, 3.79, 4.30, 4.98, 4.11, 3.49, 2.97, 3.43)
SHARE_MEN = (0.31, 0.281, 0.262, 0.223, 0.216, 0.18, 0.154, 0.152, 0.157, 0.163, 0.157, 0.141, 0.13, 0.104)
SHARE_WOMEN = (
    0.272,
    0.232,
    0.207,
    0.183,
    0.154,
    0.128,
    0.119,
    0.12,
    0.115,
    0.124,
    0.122,
    0.111,
    0.142,
    0.153,
)
TIED = tuple(m * p + w * q for m, p, w, q in zip(MEN, SHARE_MEN, WOMEN, SHARE_WOMEN, strict=True))
"""Millions of people with ties to a region, by age."""
WEEKENDS, WORKDAYS, ALL_DAYS = 0b1100000, 0b0011111, 0b1111111
GUIDES = 100


@dataclass(frozen=True)
class Country:
    """One instance, packed."""

    snapshot: Snapshot
    needs: NeedSet
    minutes: np.ndarray
    weights: Weights
    parties: tuple[ParticipantRow, ...]
    rows: tuple[NeedRow, ...]


def _vocabulary() -> Vocabulary:
    stored = json.loads((DATA / "vocabulary.json").read_text())

    def parents(kinds: list[dict]) -> tuple[int, ...]:
        place = {kind["code"]: number for number, kind in enumerate(kinds)}
        return tuple(place[kind["parent"]] if kind["parent"] else -1 for kind in kinds)

    work, assets = stored["work_kinds"], stored["asset_kinds"]
    return Vocabulary(
        work_parents=parents(work),
        work_credit_from_parent=tuple(kind.get("credit_from_parent", True) for kind in work),
        asset_parents=parents(assets),
        asset_credit_from_parent=tuple(kind.get("credit_from_parent", True) for kind in assets),
        work_loads=tuple(kind["load"] for kind in work),
    )


def _areas() -> tuple[list[str], list[list[int]]]:
    """All municipalities' codes, and the numbers of those in each of the four parts of the country."""
    with (DATA / "municipality.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    areas: list[list[int]] = [[], [], [], []]
    for number, row in enumerate(rows):
        areas[next((at for at, prefectures in enumerate(CITIES) if row["pref"] in prefectures), 3)].append(
            number
        )
    return [row["code6"] for row in rows], areas


def _party(draw: random.Random, number: int, zone: int, vocabulary: Vocabulary) -> ParticipantRow:
    kinds, assets = len(vocabulary.work_parents), len(vocabulary.asset_parents)
    size = draw.choices((1, 2, 4, 8), weights=(60, 25, 10, 5))[0]
    return ParticipantRow(
        id=number,
        public_id=f"p{number:08d}",
        size=size,
        min_people=max(1, size // 2),
        is_group=size > 2,
        abilities=tuple((kind, 1) for kind in draw.sample(range(kinds), draw.randint(3, 9))),
        wishes=tuple((kind, draw.randint(1, 3)) for kind in draw.sample(range(assets), draw.randint(2, 6))),
        qualifications=((draw.randrange(16), 1, None),) if draw.random() < 0.3 else (),
        availability=(
            AvailabilityRule(
                weekdays=draw.choice((WEEKENDS, WEEKENDS, WORKDAYS, ALL_DAYS)),
                months=draw.choice((0xFFF, 0xFFF, 0b000111111000, 0b111000000111)),
                parts=draw.choice((0b111, 0b011, 0b001, 0b010)),
            ),
        ),
        zone=zone,
        transport=draw.choice(tuple(Transport)),
        travel_limit_minutes=draw.choices((90, 180, 300, 480), weights=(4, 3, 2, 1))[0],
        youngest_age=draw.choices(AGES, weights=TIED)[0],
        load_limit=draw.choice((1, 2, 3, 3)),
        kept_micro=draw.randrange(0, 1_000_001, 1000),
        known_regions=frozenset({draw.randrange(2000)}) if draw.random() < 0.1 else frozenset(),
    )


def _need(draw: random.Random, number: int, zone: int, vocabulary: Vocabulary, *, prefecture: int) -> NeedRow:
    kinds, assets = len(vocabulary.work_parents), len(vocabulary.asset_parents)
    first = draw.randrange(14, 300)
    return NeedRow(
        id=number,
        public_id=f"n{number:06d}",
        region=number,
        guide=draw.randrange(GUIDES),
        zone=zone,
        prefecture=prefecture,
        work=tuple((kind, draw.randint(1, 3)) for kind in draw.sample(range(kinds), draw.randint(1, 4))),
        offers=tuple(draw.sample(range(assets), draw.randint(1, 6))),
        offers_stated=True,
        hard_qualifications=((draw.randrange(16), 1),) if draw.random() < 0.15 else (),
        slots=tuple(
            SlotRow(
                id=number * 10 + at, day=first + 7 * at, places_free=draw.randint(1, 12),
                start_minute=(first + 7 * at) * DAY + 540, end_minute=(first + 7 * at) * DAY + 900,
            )
            for at in range(draw.randint(1, 3))
        ),
        first_visit_max=draw.choice((2, 5, 8)),
        wait_days=draw.randrange(200),
        offers_stay=draw.random() < 0.3,
    )  # fmt: skip


def country(*, parties: int, needs: int, seed: int = 1) -> Country:
    """The instance of a seed; the first parties and needs of a larger one are not those of a smaller one."""
    draw, vocabulary = random.Random(seed), _vocabulary()
    codes, areas = _areas()
    homes = draw.choices(range(4), weights=[sum(row) for row in FLOWS], k=parties)
    places = draw.choices(range(4), weights=[sum(column) for column in zip(*FLOWS, strict=True)], k=needs)
    people = tuple(
        _party(draw, number, draw.choice(areas[area]), vocabulary) for number, area in enumerate(homes)
    )
    where = [draw.choice(areas[area]) for area in places]
    rows = tuple(
        _need(draw, number, number, vocabulary, prefecture=int(codes[zone][:2]))
        for number, zone in enumerate(where)
    )
    snapshot = build_snapshot(
        vocabulary=vocabulary, horizon=Horizon(first_ordinal=FIRST_DAY), participants=people
    )
    return Country(
        snapshot=snapshot,
        needs=build_needs(snapshot=snapshot, needs=rows),
        minutes=minutes_matrix([codes[zone] for zone in where], codes),
        weights=Weights(),
        parties=people,
        rows=rows,
    )
