"""Invented participants drawn from the survey's own tables; the same seed gives the same people.

Each person has a generator of their own, so that the first hundred of four hundred are the same hundred.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from accounts.enums import AbilityLevel, Transport
from accounts.geo.network import DATA as PLACES
from config.demo import leanings
from config.demo.figures import Draw, figures
from config.demo.leanings import Life

T = TypeVar("T")

# Masks as the availability of a party keeps them: Monday, January and 00-12 are bit 0.
WORKDAYS, SATURDAY, SUNDAY, EVERY_DAY = 0b0011111, 0b0100000, 0b1000000, 0b1111111
WEEKEND = SATURDAY | SUNDAY
EVERY_MONTH, HOLIDAYS, MILD_MONTHS = 0b1111_1111_1111, 0b0000_1000_0110, 0b0111_0011_1100
ALL_PARTS, DAYTIME = 0b111, 0b011

# Ages from which people no longer nurse for others, run and ride, travel far, come in any season.
NURSE_UNTIL, SPORT_UNTIL, FAR_UNTIL, ANY_SEASON_UNTIL = 70, 60, 75, 80
LONG_WAY_MINUTES = 180
DEFAULT_COUNT = 400
DEFAULT_SEED = 20260401


@dataclass(frozen=True)
class FreeTime:
    """A rule of availability: weekdays, months and parts of the day as masks."""

    weekdays: int
    months: int = EVERY_MONTH
    parts: int = ALL_PARTS


@dataclass(frozen=True)
class PersonDraft:
    """One invented participant, in codes; the loader turns it into rows.

    ``abilities`` are (kind of work, level), ``wishes`` (kind of asset, weight), ``qualifications``
    (code, days from today it stays valid or None). Limits are minutes one way.
    """

    number: int
    name: str
    sex: str
    age: int
    life: Life
    area: str
    destination: str
    home_code: str
    transport: Transport
    travel_limit_minutes: int
    day_trip_limit_minutes: int | None
    load_limit: int
    abilities: tuple[tuple[str, AbilityLevel], ...]
    wishes: tuple[tuple[str, int], ...]
    qualifications: tuple[tuple[str, int | None], ...]
    free: tuple[FreeTime, ...]
    remote_ok: bool


def draw_people(*, count: int = DEFAULT_COUNT, seed: int = DEFAULT_SEED) -> list[PersonDraft]:
    """So many invented participants. The first n of a larger draw with the same seed are the same people."""
    return [_person(number, random.Random(f"{seed}:{number}")) for number in range(1, count + 1)]  # noqa: S311 - invented people are no secret


def _person(number: int, rng: random.Random) -> PersonDraft:
    tables = figures()
    band = tables.bands.one(rng)
    age = rng.randint(band.first, band.last)
    area = tables.areas.one(rng)
    destination = tables.destinations[area].one(rng)
    life = _by_age(rng, age, leanings.LIVES)
    load = _by_age(rng, age, leanings.LOADS)
    drives = _drives(rng, age=age, area=area)
    abilities = _abilities(rng, age=age, life=life, load=load, drives=drives)
    qualifications = _qualifications(rng, kinds=abilities)
    if drives:
        qualifications["car_licence"] = rng.randint(100, 1500)
    limit = _travel_limit(rng, age=age, area=area, destination=destination)
    return PersonDraft(
        number=number,
        name=f"（見本）{rng.choice(leanings.NAMES)}さん {number:03}",
        sex=band.sex,
        age=age,
        life=life,
        area=area,
        destination=destination,
        home_code=tables.homes[area].one(rng),
        transport=_transport(rng, drives=drives, area=area),
        travel_limit_minutes=limit,
        day_trip_limit_minutes=_day_trip(rng, limit=limit),
        load_limit=load,
        abilities=tuple(abilities.items()),
        wishes=_wishes(rng, age=age, life=life),
        qualifications=tuple(sorted(qualifications.items())),
        free=_free(rng, age=age, life=life),
        remote_ok=bool(leanings.REMOTE_KINDS & abilities.keys()) and _chance(rng, 70),
    )


def _chance(rng: random.Random, percent: float) -> bool:
    return rng.random() * 100 < percent


def _by_age(rng: random.Random, age: int, groups: tuple[tuple[int, dict[T, int]], ...]) -> T:
    return Draw.of(next(weights for above, weights in groups if age < above)).one(rng)


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, tuple[int, int]]:
    """Load and minimum age of every kind of work."""
    rows = json.loads((PLACES / "vocabulary.json").read_text(encoding="utf-8"))["work_kinds"]
    return {row["code"]: (row["load"], row.get("min_age_hint", 0)) for row in rows}


def _abilities(
    rng: random.Random, *, age: int, life: Life, load: int, drives: bool
) -> dict[str, AbilityLevel]:
    """Ordinary work and one to three leanings, never heavier than the person bears."""
    chosen = [kind for kind, percent in leanings.ORDINARY.items() if _chance(rng, percent)]
    themes = Draw.of(leanings.LEANING_WEIGHTS[life])
    for theme in {themes.one(rng): None for _ in range(rng.choice((1, 2, 2, 3)))}:
        kinds = Draw.of(leanings.LEANINGS[theme])
        chosen += [kinds.one(rng) for _ in range(rng.choice((1, 2, 2, 3)))]
    if age < NURSE_UNTIL and _chance(rng, leanings.NURSE_PERCENT):
        chosen += ["care_health"]
    if not drives:
        chosen = [kind for kind in chosen if kind != "care_drive"]
    able = [kind for kind in dict.fromkeys(chosen) if _kinds()[kind][0] <= load and _kinds()[kind][1] <= age]
    return {kind: _level(rng, age) for kind in able or ["care_chores"]}


def _level(rng: random.Random, age: int) -> AbilityLevel:
    """The young are willing, the old have done it before."""
    seasoned = min(max(age - 20, 0), 45)
    weights = {
        AbilityLevel.WILLING: 60 - seasoned,
        AbilityLevel.ABLE: 35,
        AbilityLevel.EXPERIENCED: 5 + seasoned,
        AbilityLevel.SKILLED: 2 + seasoned // 4,
    }
    return Draw.of(weights).one(rng)


def _qualifications(rng: random.Random, *, kinds: Mapping[str, AbilityLevel]) -> dict[str, int | None]:
    held: dict[str, int | None] = {
        code: days if days is None else rng.randint(30, days)
        for code, (likely, percent, days) in leanings.QUALIFICATIONS.items()
        if likely & kinds.keys() and _chance(rng, percent)
    }
    if _chance(rng, leanings.FIRST_AID_PERCENT):
        held["first_aid"] = rng.randint(30, leanings.FIRST_AID_DAYS)
    if "care_health" in kinds:
        held["nurse"] = None
    return held


def _urban(area: str) -> bool:
    return area != figures().areas.things[-1]


def _drives(rng: random.Random, *, age: int, area: str) -> bool:
    _above, urban, elsewhere = next(row for row in leanings.LICENCES if age < row[0])
    return _chance(rng, urban if _urban(area) else elsewhere)


def _transport(rng: random.Random, *, drives: bool, area: str) -> Transport:
    if not drives:
        return Transport.PUBLIC
    car, both = leanings.CAR_PERCENT["urban" if _urban(area) else "elsewhere"]
    weights = {Transport.CAR: car, Transport.BOTH: both, Transport.PUBLIC: 100 - car - both}
    return Draw.of(weights).one(rng)


def _travel_limit(rng: random.Random, *, age: int, area: str, destination: str) -> int:
    """Far where the people of this area go far; the oldest hardly travel over three hours."""
    if area != destination:
        weights = leanings.LIMITS_FAR
    else:
        weights = leanings.LIMITS_NEAR if _urban(area) else leanings.LIMITS_COUNTRY
    limit = Draw.of(weights).one(rng)
    return min(limit, LONG_WAY_MINUTES) if age >= FAR_UNTIL and _chance(rng, 80) else limit


def _day_trip(rng: random.Random, *, limit: int) -> int | None:
    if limit <= LONG_WAY_MINUTES or not _chance(rng, leanings.DAY_TRIP_PERCENT):
        return None
    return Draw.of(leanings.DAY_TRIP_LIMITS).one(rng)


def _wishes(rng: random.Random, *, age: int, life: Life) -> tuple[tuple[str, int], ...]:
    """Up to four wishes, the first the strongest; some state none."""
    if _chance(rng, leanings.NO_WISH_PERCENT):
        return ()
    table = leanings.WISHES | leanings.WISHES_OF_LIFE[life]
    named = [code for code, percent in table.items() if _chance(rng, percent)]
    if age >= SPORT_UNTIL:
        named = [code for code in named if code not in {"trail_run", "trail_mtb"}]
    rng.shuffle(named)
    weights = (3, 2, 2, 1)
    return tuple(zip(named[: leanings.WISHES_MAX], weights, strict=False))


def _free(rng: random.Random, *, age: int, life: Life) -> tuple[FreeTime, ...]:
    """Students: weekends and the long holidays. Workers: weekends. Retired: weekdays, many also weekends."""
    if life is Life.STUDENT:
        return (FreeTime(WEEKEND), FreeTime(EVERY_DAY, months=HOLIDAYS))
    if life is Life.RETIRED:
        days = EVERY_DAY if _chance(rng, 75) else WORKDAYS
        if age >= ANY_SEASON_UNTIL:
            return (FreeTime(days, months=MILD_MONTHS, parts=DAYTIME),)
        return (FreeTime(days, parts=DAYTIME),)
    weekend = Draw.of({WEEKEND: 76, SUNDAY: 14, SATURDAY: 10}).one(rng)
    if life is Life.FLEXIBLE:
        return (FreeTime(WORKDAYS, parts=DAYTIME), FreeTime(weekend))
    return (FreeTime(weekend),)
