"""Rows for tests, made directly: no service is needed to set a scene. Reference rows carry the shipped data."""

from __future__ import annotations

import csv
import functools
import itertools
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.enums import AbilityLevel, ConsentKind, LegalStatus, PartyKind, QualificationLevel, Transport
from accounts.models import (
    Ability,
    AssetKind,
    Availability,
    Consent,
    Coverage,
    Guide,
    Hazard,
    HeldQualification,
    Membership,
    Municipality,
    Organization,
    Qualification,
    User,
    Volunteer,
    Wish,
    WorkKind,
)
from accounts.services.consents import TERMS_VERSION
from regions.enums import Compensation, NeedStage, PermissionStatus
from regions.models import (
    EmergencyCard,
    MunicipalStaff,
    Need,
    NeedQualification,
    NeedWork,
    Offer,
    OfferAsset,
    Permission,
    Region,
    Representative,
    Slot,
)

DATA = Path(__file__).resolve().parent.parent / "accounts" / "data"
TOKYO = ZoneInfo("Asia/Tokyo")
SAGA, FUKUOKA, SHINJUKU = "412015", "401307", "131041"
_number = itertools.count(1)


# Reference rows, as the loader would make them, but only those that a test asks for.
@functools.cache
def _municipalities() -> dict[str, dict[str, str]]:
    with (DATA / "municipality.csv").open(encoding="utf-8") as file:
        return {row["code6"]: row for row in csv.DictReader(file)}


@functools.cache
def _vocabulary() -> dict[str, Any]:
    return json.loads((DATA / "vocabulary.json").read_text(encoding="utf-8"))


def make_municipality(code: str = SAGA) -> Municipality:
    """The municipality of a six-digit code, with its true name and place."""
    row = _municipalities()[code]
    values = {
        "code5": row["code5"],
        "prefecture_code": row["pref"],
        "prefecture_name": row["pref_name"],
        "name": row["name"],
        "kana": row["kana"],
        "latitude": float(row["lat"]),
        "longitude": float(row["lon"]),
    }
    return Municipality.objects.get_or_create(code=code, defaults=values)[0]


def _make_kind(model: type[WorkKind] | type[AssetKind], entries: list[dict[str, Any]], code: str) -> Any:
    bit, entry = next((bit, entry) for bit, entry in enumerate(entries) if entry["code"] == code)
    values: dict[str, Any] = {"name_ja": entry["ja"], "name_en": entry["en"], "bit": bit, "position": bit}
    values["parent"] = _make_kind(model, entries, entry["parent"]) if entry["parent"] else None
    if model is WorkKind:
        values |= {"load": entry["load"], "credit_from_parent": entry["credit_from_parent"]}
    return model.objects.get_or_create(code=code, defaults=values)[0]


def make_work_kind(code: str = "grass_hand") -> WorkKind:
    """A kind of work of the shipped vocabulary, with its ancestors."""
    return _make_kind(WorkKind, _vocabulary()["work_kinds"], code)


def make_asset_kind(code: str = "trail_mtb") -> AssetKind:
    """A kind of asset of the shipped vocabulary, with its ancestors."""
    return _make_kind(AssetKind, _vocabulary()["asset_kinds"], code)


def _make_word(model: type[Hazard] | type[Qualification], entries: list[dict[str, Any]], code: str) -> Any:
    entry = next(entry for entry in entries if entry["code"] == code)
    names = {"name_ja": entry["ja"], "name_en": entry["en"]}
    return model.objects.get_or_create(code=code, defaults=names)[0]


def make_qualification(code: str = "brushcutter") -> Qualification:
    """A qualification of the shipped vocabulary."""
    return _make_word(Qualification, _vocabulary()["qualifications"], code)


def make_hazard(code: str = "heat") -> Hazard:
    """A hazard of the shipped vocabulary."""
    return _make_word(Hazard, _vocabulary()["hazards"], code)


# People and parties.
def make_user(name: str = "", **fields: Any) -> User:
    """A user with a password (``password``) and an address nobody else has."""
    number = next(_number)
    values = {"name": name or f"User {number}", "password": "password"} | fields
    email = values.pop("email", None) or f"user{number}@example.org"
    return User.objects.create_user(email, **values)


def agree_to_terms(user: User) -> User:
    """The user, who agreed to the terms in force."""
    Consent.objects.create(user=user, kind=ConsentKind.TERMS, text_version=TERMS_VERSION, given_by=user)
    return user


def make_party(
    representative: User | None = None,
    *,
    abilities: Sequence[str] = ("grass_hand",),
    wishes: Sequence[tuple[str, int]] = (("trail_mtb", 3),),
    qualifications: Sequence[str] = (),
    home: str = FUKUOKA,
    members: Iterable[User] = (),
    weekdays: int = 0b1111111,
    **fields: Any,
) -> Volunteer:
    """A party that can come any day: an individual, or a group where ``size`` > 1. All its people share its abilities."""
    number = next(_number)
    representative = representative or make_user()
    size = fields.setdefault("size", 1)
    values: dict[str, Any] = {
        "kind": PartyKind.INDIVIDUAL if size == 1 else PartyKind.GROUP,
        "name": f"Party {number}",
        "transport": Transport.CAR,
        "travel_limit_minutes": 480,
        "load_limit": 3,
    }
    values |= {"home": make_municipality(home)} | fields
    party = Volunteer.objects.create(representative=representative, **values)
    for code in abilities:
        Ability.objects.create(
            volunteer=party, work_kind=make_work_kind(code), level=AbilityLevel.ABLE, people=size
        )
    for code, weight in wishes:
        Wish.objects.create(volunteer=party, asset_kind=make_asset_kind(code), weight=weight)
    for code in qualifications:
        HeldQualification.objects.create(volunteer=party, qualification=make_qualification(code), people=size)
    for member in dict.fromkeys([representative, *members]):
        Membership.objects.create(volunteer=party, user=member)
    Availability.objects.create(volunteer=party, weekdays=weekdays)
    return party


# Those who review.
def make_organization(
    *, municipalities: Iterable[str] = (), prefectures: Iterable[str] = (), **fields: Any
) -> Organization:
    """An organization that covers the municipalities and whole prefectures named by code."""
    values: dict[str, Any] = {"name": f"Organization {next(_number)}", "legal_status": LegalStatus.BUSINESS}
    organization = Organization.objects.create(**(values | fields))
    for code in municipalities:
        Coverage.objects.create(
            organization=organization, prefecture_code=code[:2], municipality=make_municipality(code)
        )
    for prefecture in prefectures:
        Coverage.objects.create(organization=organization, prefecture_code=prefecture)
    return organization


def make_guide(organization: Organization, user: User | None = None, **fields: Any) -> Guide:
    """A guide of the organization."""
    return Guide.objects.create(organization=organization, user=user or make_user(), **fields)


# Communities.
def make_region(
    *, municipality: str = SAGA, representative: User | None = None, staff: User | None = None, **fields: Any
) -> Region:
    """A community; with a representative in office and a municipal officer where users are given."""
    values = {"name": f"Region {next(_number)}", "municipality": make_municipality(municipality)} | fields
    region = Region.objects.create(**values)
    if representative is not None:
        Representative.objects.create(region=region, user=representative, role="自治会長")
    if staff is not None:
        MunicipalStaff.objects.get_or_create(municipality=region.municipality, user=staff)
    return region


def make_emergency_card(region: Region) -> EmergencyCard:
    """The card of a community with what is needed to get help; the one it has stays."""
    facts = {
        "rescue_address": "佐賀市富士町の公民館",
        "hospital": "富士の病院",
        "hospital_phone": "0952-00-0000",
    }
    return EmergencyCard.objects.get_or_create(region=region, defaults=facts)[0]


def make_offer(
    region: Region,
    *,
    assets: Sequence[tuple[str, int]] = (("trail_mtb", 3),),
    permission: PermissionStatus | None = PermissionStatus.GRANTED,
    **fields: Any,
) -> Offer:
    """An offer with one holder's permission (none at all where ``permission`` is None)."""
    values = {"title": f"Offer {next(_number)}"} | fields
    offer = Offer.objects.create(region=region, **values)
    for code, weight in assets:
        OfferAsset.objects.create(offer=offer, asset_kind=make_asset_kind(code), weight=weight)
    if permission is not None:
        Permission.objects.create(offer=offer, holder="自治会", status=permission, evidence="書面")
    return offer


def make_need(
    region: Region,
    *,
    work: Sequence[tuple[str, int]] = (("grass_hand", 3),),
    offers: Iterable[Offer] = (),
    qualifications: Sequence[str] = (),
    places: int = 30,
    slots: Sequence[dict[str, Any]] | None = None,
    **fields: Any,
) -> Need:
    """An open need with one Sunday morning of ``places`` places about two months ahead, or the ``slots`` given."""
    values: dict[str, Any] = {
        "title": f"Need {next(_number)}",
        "stage": NeedStage.OPEN,
        "compensation": Compensation.NONE,
        "on_site_lead": "区役の世話役",
        "opened_at": timezone.now(),
    }
    values |= fields
    values.setdefault("posted_by", User.objects.system())
    if values["compensation"] == Compensation.EMPLOYMENT:
        values.setdefault("employment_url", "https://work.example.jp/42")
    need = Need.objects.create(region=region, **values)
    for code, weight in work:
        NeedWork.objects.create(need=need, work_kind=make_work_kind(code), weight=weight)
    for code in qualifications:
        NeedQualification.objects.create(
            need=need, qualification=make_qualification(code), level=QualificationLevel.REQUIRED_BY_HOST
        )
    for slot in [{"places": places}] if slots is None else slots:
        make_slot(need, **slot)
    need.offers.set(offers)
    return need


def make_slot(need: Need, **fields: Any) -> Slot:
    """A slot of a need: a Sunday 08:00 to 12:00 in Japan about two months ahead, unless said otherwise."""
    start_at = fields.pop("start_at", None) or at_tokyo(sunday_ahead(), 8)
    values = {"start_at": start_at, "end_at": start_at + timedelta(hours=4), "places": 30} | fields
    return Slot.objects.create(need=need, **values)


# Dates.
def sunday_ahead(days: int = 60) -> date:
    """The first Sunday at least so many days from today in Japan."""
    day = timezone.localdate(timezone=TOKYO) + timedelta(days=days)
    return day + timedelta(days=6 - day.weekday())


def at_tokyo(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day in Japan."""
    return datetime.combine(day, time(hour, minute), tzinfo=TOKYO)
