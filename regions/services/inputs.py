"""What callers hand to the services of this app, as values: codes and public ids instead of rows, no checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkInput:
    """A kind of work, weighted 1 to 3."""

    code: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementInput:
    """A qualification asked for (``QualificationLevel``), by how many of those who come."""

    code: str
    level: str
    people: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotInput:
    """One dated time with places; both times aware."""

    start_at: datetime
    end_at: datetime
    places: int
    nights: int = 0
    is_remote: bool = False
    rain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRuleInput:
    """A rule that dates repeat by (``SlotRuleKind``); see ``occurrences`` for the parameters of each kind."""

    kind: str
    places: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetInput:
    """A kind of asset, weighted 1 to 3."""

    code: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionInput:
    """One holder's permission (``PermissionStatus``)."""

    holder: str
    status: str = "pending"
    scope: str = ""
    evidence: str = ""
    review: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietInput:
    """Days of every year to leave a community in peace, as MMDD numbers; may span New Year."""

    label: str
    from_mmdd: int
    until_mmdd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredConsentInput:
    """A consent a community requires of itself: by whom, for what (``ConsentMatter``), when they meet."""

    by: str
    matter: str
    needed_for: str = ""
    meets: str = ""


class NeedValues(TypedDict, total=False):
    """Plain values and lists of a need. Offers are named by public id."""

    title: str
    story: str
    mode: str
    compensation: str
    employment_url: str
    local_hands: int
    on_site_lead: str
    parking: str
    toilet: str
    last_mile: str
    bring: Sequence[str]
    prepared: Sequence[str]
    children_ok: bool
    beginner_ok: bool
    group_ok: bool
    min_age: int
    work: Sequence[WorkInput]
    qualifications: Sequence[RequirementInput]
    hazards: Sequence[str]
    offers: Sequence[str]


class OfferValues(TypedDict, total=False):
    """Plain values and assets of an offer."""

    title: str
    conditions: str
    is_active: bool
    assets: Sequence[AssetInput]


class RegionValues(TypedDict, total=False):
    """Plain values of a community."""

    name: str
    name_kana: str
    area: str
    people: int | None
    households: int | None
    share_65_percent: int | None
    point_latitude: float | None
    point_longitude: float | None
    publicity: str
    first_visit_max: int
    wants_circular: bool
    nearest_stop: str
    last_mile: str
    last_mile_minutes: int | None
    access_car_minutes: int | None
    access_public_minutes: int | None
    access_note: str
    origin: str
