"""What callers hand to the services of this app, as values: codes instead of rows, plain numbers, no checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

ALL_WEEKDAYS, ALL_MONTHS, ALL_PARTS = 0b1111111, 0b111111111111, 0b111


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityInput:
    """A kind of work, how well (``AbilityLevel``), and how many of the party can; None means all of them."""

    code: str
    level: str = "able"
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WishInput:
    """A kind of asset, weighted 1 to 3."""

    code: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInput:
    """A qualification, held by how many (None: all), valid until (None: does not expire)."""

    code: str
    people: int | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityInput:
    """When a party can come; masks and minutes as in ``Availability``."""

    weekdays: int = ALL_WEEKDAYS
    months: int = ALL_MONTHS
    parts: int = ALL_PARTS
    from_minute: int | None = None
    until_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceInput:
    """Days on which the party cannot come, first and last included."""

    from_on: date
    until_on: date


class PartyValues(TypedDict, total=False):
    """Plain values of a party. ``home_code`` or ``postal`` name its home."""

    name: str
    size: int
    min_people: int
    home_code: str
    postal: str
    transport: str
    travel_limit_minutes: int
    day_trip_limit_minutes: int | None
    load_limit: int
    live_limit: int
    youngest_age: int | None
    has_minors: bool
    remote_ok: bool
    note: str
    insurance: str
