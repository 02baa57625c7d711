"""What people of a certain age, life and place can do and look for. Invented, but plausible together.

Numbers are weights or percentages, chosen so that a drawn population looks like the rooms guides know:
most can pull weeds, few hold a chain-saw certificate, hardly anyone over 80 works on a slope.
"""

from __future__ import annotations

from enum import StrEnum


class Life(StrEnum):
    """How the days of a person are filled."""

    STUDENT = "student"
    WORKER = "worker"
    PARENT = "parent"
    FLEXIBLE = "flexible"
    RETIRED = "retired"


# (first age above the group, weights of the lives in it)
LIVES: tuple[tuple[int, dict[Life, int]], ...] = (
    (23, {Life.STUDENT: 65, Life.WORKER: 30, Life.FLEXIBLE: 5}),
    (25, {Life.STUDENT: 20, Life.WORKER: 70, Life.FLEXIBLE: 10}),
    (32, {Life.WORKER: 70, Life.PARENT: 12, Life.FLEXIBLE: 18}),
    (48, {Life.WORKER: 48, Life.PARENT: 34, Life.FLEXIBLE: 18}),
    (60, {Life.WORKER: 74, Life.FLEXIBLE: 22, Life.RETIRED: 4}),
    (65, {Life.WORKER: 52, Life.FLEXIBLE: 18, Life.RETIRED: 30}),
    (70, {Life.WORKER: 18, Life.FLEXIBLE: 14, Life.RETIRED: 68}),
    (200, {Life.RETIRED: 100}),
)

# (first age above the group, weights of load limits 1, 2, 3)
LOADS: tuple[tuple[int, dict[int, int]], ...] = (
    (50, {1: 8, 2: 32, 3: 60}),
    (65, {1: 15, 2: 50, 3: 35}),
    (75, {1: 32, 2: 58, 3: 10}),
    (80, {1: 62, 2: 38}),
    (200, {1: 90, 2: 10}),
)

# Percentage that can do the most ordinary things whatever else they like.
ORDINARY = {"grass_hand": 74, "shared_places": 35, "waterway": 30, "festival_setup": 26, "care_chores": 12}

# A person has one to three leanings; each brings one to three of its kinds.
LEANINGS: dict[str, dict[str, int]] = {
    "upkeep": {
        "grass_brushcutter": 30, "path_road": 22, "path_trail": 24, "shore_river": 26, "waterway": 34,
        "snow": 10, "grass_mower": 6,
    },
    "farm": {"farm_rice": 30, "farm_field": 34, "farm_fruit": 26, "farm_fallow": 18, "farm_livestock": 6},
    "forest": {
        "forest_thin": 14, "forest_firewood": 24, "forest_bamboo": 24, "forest_plant": 26, "forest_chainsaw": 8,
    },
    "sea": {"sea_shore": 30, "sea_gear": 14, "shore_river": 20},
    "wildlife": {"wildlife_fence": 40, "wildlife_trap": 3},
    "building": {"carpentry": 24, "vacant_house": 30, "stone_plaster": 10, "electric": 4},
    "festival": {"festival_carry": 18, "festival_perform": 22, "festival_race": 22, "festival_setup": 30},
    "care": {"care_visit": 28, "care_drive": 12, "care_chores": 24, "care_digital": 22},
    "learning": {"children": 34, "teach": 26},
    "skills": {"media": 22, "design_web": 24, "office": 26, "survey": 22},
    "business": {"project": 26, "shop_market": 26, "food_process": 26},
    "disaster": {"disaster": 30},
}  # fmt: skip

LEANING_WEIGHTS: dict[Life, dict[str, int]] = {
    Life.STUDENT: {
        "upkeep": 18, "farm": 18, "forest": 8, "sea": 8, "wildlife": 5, "building": 5, "festival": 20,
        "care": 6, "learning": 20, "skills": 18, "business": 10, "disaster": 8,
    },
    Life.WORKER: {
        "upkeep": 28, "farm": 18, "forest": 14, "sea": 7, "wildlife": 7, "building": 10, "festival": 16,
        "care": 6, "learning": 8, "skills": 20, "business": 14, "disaster": 8,
    },
    Life.PARENT: {
        "upkeep": 22, "farm": 28, "forest": 12, "sea": 10, "wildlife": 4, "building": 8, "festival": 18,
        "care": 6, "learning": 22, "skills": 14, "business": 10, "disaster": 5,
    },
    Life.FLEXIBLE: {
        "upkeep": 18, "farm": 20, "forest": 12, "sea": 6, "wildlife": 6, "building": 14, "festival": 12,
        "care": 10, "learning": 12, "skills": 30, "business": 22, "disaster": 6,
    },
    Life.RETIRED: {
        "upkeep": 34, "farm": 28, "forest": 14, "sea": 6, "wildlife": 9, "building": 14, "festival": 12,
        "care": 18, "learning": 10, "skills": 6, "business": 6, "disaster": 5,
    },
}  # fmt: skip

# Percentage that names the wish; friends and meals lead, as the survey's reasons for coming back do.
WISHES = {
    "friends": 56, "meal": 34, "onsen": 26, "produce": 22, "festival_join": 26, "quiet": 12, "role": 12,
    "trail_walk": 14, "trail_run": 4, "trail_mtb": 2, "trail_forest_road": 4, "camp": 7, "sea_use": 7,
    "river_use": 5, "forest_use": 6, "farm_plot": 8, "stay": 10, "stay_home": 6, "craft": 8,
    "learn_skill": 14, "mutual_aid": 5, "membership": 3, "local_shop": 3,
}  # fmt: skip
WISHES_OF_LIFE: dict[Life, dict[str, int]] = {
    Life.STUDENT: {"portfolio": 22, "learn_field": 24},
    Life.WORKER: {"learn_company": 4, "house": 4},
    Life.PARENT: {"learn_child": 46, "rice_field": 12},
    Life.FLEXIBLE: {"workspace": 26, "house": 14, "market": 10, "studio": 6},
    Life.RETIRED: {"house": 6, "orchard": 8},
}
WISHES_MAX = 4
NO_WISH_PERCENT = 8

# Qualification: (kinds of work that make it likely, percentage among those who do them, days it stays valid).
QUALIFICATIONS: dict[str, tuple[frozenset[str], int, int | None]] = {
    "brushcutter": (frozenset({"grass_brushcutter"}), 40, None),
    "chainsaw": (frozenset({"forest_chainsaw"}), 80, None),
    "trap_licence": (frozenset({"wildlife_trap"}), 100, 800),
    "electrician": (frozenset({"electric"}), 100, None),
    "drone": (frozenset({"media"}), 18, 700),
    "food_hygiene": (frozenset({"food_process"}), 30, None),
    "child_pledge": (frozenset({"children", "teach"}), 60, None),
    "privacy_pledge": (
        frozenset({"care_visit", "care_drive", "care_digital", "office", "survey"}), 60, None,
    ),
    "experience": (frozenset({"grass_mower", "forest_chainsaw", "carpentry", "stone_plaster"}), 55, None),
}  # fmt: skip
FIRST_AID_PERCENT = 13
FIRST_AID_DAYS = 1000
NURSE_PERCENT = 3

# Percentage with a driving licence: (first age above the group, in a large city, elsewhere).
LICENCES = ((20, 40, 55), (25, 60, 78), (65, 78, 92), (75, 62, 84), (80, 38, 64), (200, 10, 22))
# Percentage of those with a licence who come by car, and who take whatever is quicker.
CAR_PERCENT = {"urban": (30, 30), "elsewhere": (62, 28)}

# Minutes one way, with weights, by how far away the people of an area go.
LIMITS_NEAR = {60: 8, 90: 20, 120: 32, 150: 22, 180: 18}
LIMITS_COUNTRY = {60: 4, 90: 8, 120: 20, 150: 20, 180: 20, 240: 16, 360: 12}
LIMITS_FAR = {240: 16, 300: 26, 360: 32, 480: 26}
# Those who go far: percentage that wants to be back the same day, and how far they then go.
DAY_TRIP_PERCENT = 25
DAY_TRIP_LIMITS = {90: 25, 120: 45, 150: 20, 180: 10}
REMOTE_KINDS = frozenset(
    {"care_digital", "design_web", "media", "office", "survey", "project", "teach", "shop_market"}
)

# Made up from the garden, so that nobody bears them.
NAMES = (
    "あさがお", "いちょう", "うめばち", "えにしだ", "おみなえし", "かたくり", "きすげ", "くぬぎ", "けやき",
    "こぶし", "さざんか", "しらかば", "すずらん", "せんりょう", "たんぽぽ", "つゆくさ", "とちのき", "なずな",
    "にりんそう", "ねむのき", "のびる", "はぎ", "ひいらぎ", "ふじばかま", "ほおのき", "まつむし", "みずなら",
    "むくげ", "もみじ", "やまぶき", "ゆきやなぎ", "よもぎ", "りんどう", "れんげ", "われもこう",
)  # fmt: skip
