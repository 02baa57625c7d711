"""The survey's tables as things one can draw from: who people are, where they live, where they go."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from accounts.geo.network import DATA as PLACES
from accounts.geo.network import great_circle_km

HERE = Path(__file__).resolve().parent / "data"
OPEN_BAND_YEARS = 8
"""The last age band has no upper end: people are drawn from its first eight years."""

T = TypeVar("T")


@dataclass(frozen=True)
class Draw(Generic[T]):
    """Things with weights; ``one`` draws in proportion."""

    things: tuple[T, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, weights: Mapping[T, float]) -> Draw[T]:
        return cls(tuple(weights), tuple(accumulate(weights.values())))

    def one(self, rng: random.Random) -> T:
        return rng.choices(self.things, cum_weights=self.cumulative)[0]


@dataclass(frozen=True)
class Band:
    """People of one sex in one age band; ``last`` is included."""

    sex: str
    first: int
    last: int


@dataclass(frozen=True)
class Figures:
    """Everything the draw of people rests on. ``homes`` are municipality codes by area of residence."""

    bands: Draw[Band]
    areas: Draw[str]
    destinations: Mapping[str, Draw[str]]
    homes: Mapping[str, Draw[str]]


@lru_cache(maxsize=1)
def figures() -> Figures:
    """Read the tables once per process."""
    tables = json.loads((HERE / "figures.json").read_text(encoding="utf-8"))
    flows = tables["flows_ten_thousand_people"]
    rows = dict(zip(flows["areas"], flows["matrix"], strict=True))
    return Figures(
        bands=Draw.of(_bands(tables)),
        areas=Draw.of(dict(zip(flows["areas"], flows["row_totals_printed"], strict=True))),
        destinations={
            area: Draw.of(dict(zip(flows["areas"], row, strict=True))) for area, row in rows.items()
        },
        homes={area: Draw.of(weights) for area, weights in _homes(flows["areas"]).items()},
    )


def _bands(tables: Mapping[str, Any]) -> dict[Band, float]:
    """Relationship population by sex and age: the census times the share that has such ties."""
    weights = {}
    for sex in ("male", "female"):
        people, shares = tables[f"census_2015_{sex}"], tables[f"share_relationship_{sex}"]
        for label, count, share in zip(tables["age_bands"], people, shares, strict=True):
            first, _, last = label.partition("-")
            end = int(last) if last else int(first) + OPEN_BAND_YEARS - 1
            weights[Band(sex, int(first), end)] = count * share
    return weights


def _homes(areas: Sequence[str]) -> dict[str, dict[str, float]]:
    """Municipalities of each area with their people; whatever is not urban lies in the last area."""
    rules = json.loads((HERE / "homes.json").read_text(encoding="utf-8"))
    with (PLACES / "municipality.csv").open(encoding="utf-8", newline="") as lines:
        towns = list(csv.DictReader(lines))
    people = _people(towns, rules)
    homes: dict[str, dict[str, float]] = {area: {} for area in areas}
    for town in towns:
        area = next((rule["area"] for rule in rules["urban"] if _lies_in(town, rule)), areas[-1])
        homes[area][town["code6"]] = people[town["code6"]]
    return homes


def _lies_in(town: Mapping[str, str], rule: Mapping[str, Any]) -> bool:
    if town["pref"] not in rule["prefectures"] or not town["name"].endswith(("市", "区")):
        return False
    spot = np.array([float(town["lat"]), float(town["lon"])])
    return bool(great_circle_km(spot, np.array(rule["centre"])) <= rule["within_km"])


def _people(towns: Sequence[Mapping[str, str]], rules: Mapping[str, Any]) -> dict[str, float]:
    """Ten thousands of people: known for designated cities, else the prefecture's rest by postal codes."""
    codes = _postal_codes()
    share = {
        town["code6"]: min(codes[town["code5"]], rules["postal_codes_cap"])
        for town in towns
        if town["code6"] not in rules["cities"]
    }
    known: defaultdict[str, float] = defaultdict(float)
    rest: defaultdict[str, float] = defaultdict(float)
    for town in towns:
        known[town["pref"]] += rules["cities"].get(town["code6"], 0)
        rest[town["pref"]] += share.get(town["code6"], 0)
    people = {code: float(count) for code, count in rules["cities"].items()}
    for town in towns:
        if town["code6"] in share:
            left = rules["prefectures"][town["pref"]] - known[town["pref"]]
            people[town["code6"]] = left * share[town["code6"]] / rest[town["pref"]]
    return people


def _postal_codes() -> Counter[str]:
    with gzip.open(PLACES / "postal.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return Counter(row["code5"] for row in csv.DictReader(lines))
