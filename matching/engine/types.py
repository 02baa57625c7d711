"""Values that go into the engine and the words that come out.

Everything is a frozen value of plain Python: no model, no clock, no text. Days are counted from
day 0 of the `Horizon`, minutes from 00:00 of day 0, kinds and qualifications are indexes. Sums are
integers; a "micro" is one millionth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

KINDS_MAX = 128
"""Kinds per vocabulary: two 64-bit words at most hold a set of kinds."""
DAY_MINUTES = 1440
PART_STARTS = (0, 720, 1020, DAY_MINUTES)
"""The day's three parts: 00-12, 12-17, 17-24 (the last entry closes the day)."""
PARTS_ALL = 0b111
WEEKDAYS_ALL = 0b111_1111
MONTHS_ALL = 0b1111_1111_1111
NO_GUIDE = -1
"""`NeedRow.guide` of a community that no organization covers yet."""


class Transport(StrEnum):
    """How a party travels; with BOTH the quicker way counts."""

    CAR = "car"
    PUBLIC = "public"
    BOTH = "both"


class Mode(StrEnum):
    """Where a need is worked on."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    BOTH = "both"


class ReasonCode(StrEnum):
    """Why a pair failed (hard rules), why it fits, and what must be said with it (caveats)."""

    # hard rules about the party
    EMPLOYMENT = "employment"
    BLOCKED = "blocked"
    ALREADY_MATCHED = "already_matched"
    LOAD_FULL = "load_full"
    GROUP_NOT_ACCEPTED = "group_not_accepted"
    BEGINNER_NOT_ACCEPTED = "beginner_not_accepted"
    AGE = "age"
    MINORS = "minors"
    LOAD = "load"
    NO_WORK_FIT = "no_work_fit"
    OFFER_NOT_PERMITTED = "offer_not_permitted"
    NO_WISH_FIT = "no_wish_fit"
    # hard rules about a slot
    TOO_SOON = "too_soon"
    NO_COMMON_DATE = "no_common_date"
    PERSON_BUSY = "person_busy"
    REMOTE_NOT_WANTED = "remote_not_wanted"
    NO_LOCAL_HANDS = "no_local_hands"
    NO_ROUTE = "no_route"
    TRAVEL_TOO_FAR = "travel_too_far"
    PLACES_SHORT = "places_short"
    FIRST_VISIT_MAX = "first_visit_max"
    QUALIFICATION = "qualification"
    # what speaks for a pair
    KNOWN_HERE = "known_here"
    WORK_FITS = "work_fits"
    WISH_FITS = "wish_fits"
    FIRST_PERSON = "first_person"
    FIRST_IN_REGION = "first_in_region"
    SECOND_PERSON = "second_person"
    WAITED_LONG = "waited_long"
    WORD_KEPT = "word_kept"
    NEAR = "near"
    # what must be said with it
    STAY_NEEDED = "stay_needed"
    TRAVEL_NEAR_LIMIT = "travel_near_limit"
    OFFER_PENDING = "offer_pending"
    PEOPLE_LIMITED = "people_limited"
    WORK_PARTLY = "work_partly"
    WISH_PARTLY = "wish_partly"
    WORK_UNSTATED = "work_unstated"
    WISH_UNSTATED = "wish_unstated"
    OFFER_UNSTATED = "offer_unstated"


PARTY_RULES: tuple[ReasonCode, ...] = (
    ReasonCode.EMPLOYMENT,
    ReasonCode.BLOCKED,
    ReasonCode.ALREADY_MATCHED,
    ReasonCode.LOAD_FULL,
    ReasonCode.GROUP_NOT_ACCEPTED,
    ReasonCode.BEGINNER_NOT_ACCEPTED,
    ReasonCode.AGE,
    ReasonCode.MINORS,
    ReasonCode.LOAD,
    ReasonCode.NO_WORK_FIT,
    ReasonCode.OFFER_NOT_PERMITTED,
    ReasonCode.NO_WISH_FIT,
)
"""Rules decided once for a pair, in the order in which counts are stored."""
SLOT_RULES: tuple[ReasonCode, ...] = (
    ReasonCode.TOO_SOON,
    ReasonCode.NO_COMMON_DATE,
    ReasonCode.PERSON_BUSY,
    ReasonCode.REMOTE_NOT_WANTED,
    ReasonCode.NO_LOCAL_HANDS,
    ReasonCode.NO_ROUTE,
    ReasonCode.TRAVEL_TOO_FAR,
    ReasonCode.PLACES_SHORT,
    ReasonCode.FIRST_VISIT_MAX,
    ReasonCode.QUALIFICATION,
)
"""Rules decided for each slot of a need; a pair needs one slot that passes them all."""
HARD_RULES: tuple[ReasonCode, ...] = PARTY_RULES + SLOT_RULES
CAVEATS: tuple[ReasonCode, ...] = (
    ReasonCode.STAY_NEEDED,
    ReasonCode.TRAVEL_NEAR_LIMIT,
    ReasonCode.OFFER_PENDING,
    ReasonCode.PEOPLE_LIMITED,
    ReasonCode.WORK_UNSTATED,
    ReasonCode.WISH_UNSTATED,
    ReasonCode.OFFER_UNSTATED,
    ReasonCode.WORK_PARTLY,
    ReasonCode.WISH_PARTLY,
)
"""Caveats in the order in which the one that is shown is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The days the engine can see: day 0 is `first_ordinal` (`date.toordinal()`), `days` follow."""

    first_ordinal: int
    days: int = 400

    def date_of(self, day: int) -> date:
        """The calendar date of a day number."""
        return date.fromordinal(self.first_ordinal + day)

    def covers(self, slot: SlotRow) -> bool:
        """Whether the engine can judge this slot; a window only has to end on day 0 or later."""
        if slot.is_window:
            return slot.end_minute > 0
        return slot.start_minute >= 0 and slot.end_minute <= self.days * DAY_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Both trees of kinds: parent index (-1 = root), whether partial credit comes from above, load 1-3.

    Retired kinds count where somebody names them and are never suggested.
    """

    work_parents: tuple[int, ...]
    work_credit_from_parent: tuple[bool, ...]
    asset_parents: tuple[int, ...]
    asset_credit_from_parent: tuple[bool, ...]
    work_loads: tuple[int, ...]
    work_retired: tuple[int, ...] = ()
    asset_retired: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRule:
    """Days and hours a party can come: all three masks must agree, and the minutes of the day if given.

    `weekdays` Monday = bit 0, `months` January = bit 0, `parts` bit 0 = 00-12, 1 = 12-17, 2 = 17-24.
    """

    weekdays: int = WEEKDAYS_ALL
    months: int = MONTHS_ALL
    parts: int = PARTS_ALL
    from_minute: int | None = None
    until_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRow:
    """One party of the city side, alone (`size` 1) or a group that comes with `min_people` to `size`.

    `availability` is the union of its rules (no rule = never), minus `except_days`. `busy` are half-open
    minutes of other live matches. `live_need_ids` are needs it is or was matched with. `newcomer`: it has never promised
    anything. `asked_days_ago`: days since each time it was asked for a community new to it; `came_days_ago` since it was
    anywhere (None = never).
    `qualifications`: (index, people holding it, last valid day or None). `youngest_age` None = adults.
    `known_regions` it has been to, `agreed_regions` it has a promise with. `people`: ids of the persons known
    to be inside, so that nobody is sent to two places at once.
    """

    id: int
    public_id: str
    size: int = 1
    min_people: int = 1
    abilities: tuple[tuple[int, int], ...] = ()
    wishes: tuple[tuple[int, int], ...] = ()
    qualifications: tuple[tuple[int, int, int | None], ...] = ()
    availability: tuple[AvailabilityRule, ...] = ()
    except_days: frozenset[int] = frozenset()
    busy: tuple[tuple[int, int], ...] = ()
    zone: int = 0
    transport: Transport = Transport.BOTH
    travel_limit_minutes: int = 120
    day_trip_limit_minutes: int | None = None
    youngest_age: int | None = None
    has_minors: bool = False
    is_group: bool = False
    load_limit: int = 3
    known_regions: frozenset[int] = frozenset()
    agreed_regions: frozenset[int] = frozenset()
    blocked_regions: frozenset[int] = frozenset()
    kept_micro: int = 0
    remote_ok: bool = True
    beginner: bool = False
    newcomer: bool = False
    live_need_ids: frozenset[int] = frozenset()
    remaining_load: int = 1
    people: frozenset[int] = frozenset()
    asked_days_ago: tuple[int, ...] = ()
    came_days_ago: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A dated slot [start_minute, end_minute), or a window (remote or on call) without a weekday.

    A dated slot asks, on each of its days, for the hours of `parts` that lie between start and end
    (0 = all of them). A window asks only that the party is free in one of its months. `too_soon`: nearer
    than the notice a proposal of the worker gives.
    """

    id: int
    day: int
    start_minute: int
    end_minute: int
    places_free: int
    parts: int = PARTS_ALL
    nights: int = 0
    remote: bool = False
    on_call: bool = False
    too_soon: bool = False

    @property
    def is_window(self) -> bool:
        """Whether the slot names months only, so that neither weekday nor hours are asked."""
        return self.remote or self.on_call


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """One open need with its slots and the offers tied to it.

    `offers` are asset kinds whose permission is at least 内諾; `offers_stated`: any offer is tied at all;
    `offers_pending`: one of them is not permitted yet; `pending_offers`: the kinds those would add.
    `hard_qualifications`: (index, people of the party who must hold it). `prefecture` = 1-47, 0 = not said. `access_*_minutes` None = the
    default of the weights; `lift_minutes`: what a lift from the last stop would save on the way by public
    transport. `region_served` and `need_served` count what this season has already brought.
    """

    id: int
    public_id: str
    region: int
    guide: int = NO_GUIDE
    zone: int = 0
    prefecture: int = 0
    mode: Mode = Mode.ON_SITE
    work: tuple[tuple[int, int], ...] = ()
    offers: tuple[int, ...] = ()
    offers_stated: bool = False
    offers_pending: bool = False
    pending_offers: tuple[int, ...] = ()
    hard_qualifications: tuple[tuple[int, int], ...] = ()
    slots: tuple[SlotRow, ...] = ()
    min_age: int = 0
    children_ok: bool = True
    group_ok: bool = True
    beginner_ok: bool = True
    local_hands: int = 1
    first_visit_max: int = 5
    offers_stay: bool = False
    access_car_minutes: int | None = None
    access_public_minutes: int | None = None
    lift_minutes: int = 0
    wait_days: int = 0
    region_served: int = 0
    need_served: int = 0
    live_proposals: int = 0
    proposals_max: int | None = None
    employment_blocked: bool = False
