"""The invented communities, organizations and parties of the demo, as rows. Everything is marked as a sample."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.enums import Transport
from accounts.models import (
    Ability,
    Absence,
    AssetKind,
    Availability,
    Coverage,
    Guide,
    Hazard,
    HeldQualification,
    Municipality,
    Organization,
    Qualification,
    User,
    Volunteer,
    Wish,
    WorkKind,
)
from accounts.services.consents import TERMS_VERSION, accept_terms
from accounts.services.contact_cards import save_contact_card
from config.demo import words
from regions.enums import NeedStage, Signal
from regions.models import (
    EmergencyCard,
    MunicipalStaff,
    Need,
    NeedQualification,
    NeedWork,
    Offer,
    OfferAsset,
    Permission,
    QuietPeriod,
    Region,
    Representative,
    RequiredConsent,
    SlotRule,
)
from regions.services.slots import store_occurrences

SCENARIOS = Path(__file__).resolve().parent / "data" / "scenarios.json"
MAIL_DOMAIN = "mihon.enishi.invalid"
NOTICE = "見本"
WHEN_IT_RAINS = "雨天のときは"
"""Said by every page before the plan itself."""
Entry = Mapping[str, Any]


@dataclass
class Book:
    """The vocabularies by code, and the moment of loading."""

    now: datetime
    work: dict[str, WorkKind] = field(default_factory=dict)
    assets: dict[str, AssetKind] = field(default_factory=dict)
    qualifications: dict[str, Qualification] = field(default_factory=dict)
    hazards: dict[str, Hazard] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Japan: before nine in the morning it is not the day of UTC."""
        return timezone.localdate(self.now)


def open_book(now: datetime) -> Book:
    """Read the vocabularies once. Four queries."""
    return Book(
        now=now,
        work={row.code: row for row in WorkKind.objects.all()},
        assets={row.code: row for row in AssetKind.objects.all()},
        qualifications={row.code: row for row in Qualification.objects.all()},
        hazards={row.code: row for row in Hazard.objects.all()},
    )


def read_scenarios() -> dict[str, list[dict[str, Any]]]:
    """The scenario file as it ships."""
    content: dict[str, list[dict[str, Any]]] = json.loads(SCENARIOS.read_text(encoding="utf-8"))
    return content


def sample_user(local_part: str, name: str, *, affiliation: str = "", is_admin: bool = False) -> User:
    """A sample person with a made-up card; nobody can receive mail under ``.invalid``."""
    user = User.objects.create_user(
        f"{local_part}@{MAIL_DOMAIN}",
        name=f"（{NOTICE}）{name}",
        affiliation=affiliation[:120],
        is_sample=True,
        is_staff=is_admin,
        is_superuser=is_admin,
    )
    save_contact_card(
        actor=user, full_name=f"{NOTICE} {name}", phone="000-0000-0000", address=f"（{NOTICE}の住所）"
    )
    accept_terms(actor=user, version=TERMS_VERSION)  # or nothing could be tried that asks for it
    return user


def load_organization(entry: Entry) -> Organization:
    """An organization with its coverage and its guides, who stand in for each other."""
    basis = words.employment_basis(entry["employment_basis"])
    organization = Organization.objects.create(
        name=entry["name"],
        kind=entry["kind"],
        legal_status=words.LEGAL_STATUS[entry["legal_status"]],
        has_employment_basis=bool(basis),
        employment_basis=basis[:200],
        is_sample=True,
    )
    _cover(organization, entry)
    guides = {each["surname"]: _load_guide(organization, entry["id"], number, each)
              for number, each in enumerate(entry["guides"], start=1)}  # fmt: skip
    for each in entry["guides"]:
        guides[each["surname"]].stand_in = guides[each["stand_in"]]
        guides[each["surname"]].save(update_fields=["stand_in"])
    return organization


def _cover(organization: Organization, entry: Entry) -> None:
    prefectures = [
        Coverage(organization=organization, prefecture_code=code) for code in entry["coverage_prefectures"]
    ]
    named = [
        Coverage(organization=organization, prefecture_code=code[:2], municipality_id=code)
        for code in entry["coverage_municipalities"]
    ]
    Coverage.objects.bulk_create(prefectures + named)


def _load_guide(organization: Organization, key: str, number: int, entry: Entry) -> Guide:
    user = sample_user(f"{key}-{number}", entry["surname"], affiliation=organization.name)
    return Guide.objects.create(
        user=user,
        organization=organization,
        role=entry["role"][:200],
        weekly_capacity=entry["weekly_capacity"],
    )


def load_community(entry: Entry, *, book: Book) -> Region:
    """A community with who speaks for it, what it requires, its offers, and its needs with their dates."""
    region = _load_region(entry, book)
    Representative.objects.bulk_create(_representatives(region, entry))
    MunicipalStaff.objects.get_or_create(municipality_id=entry["municipality_code"], user=_officer(entry))
    RequiredConsent.objects.bulk_create(
        RequiredConsent(
            region=region, by=each["by"], matter=words.consent_matter(each["needed_for"]),
            needed_for=each["needed_for"], meets=each["meets"],
        )
        for each in entry["consents"]
    )  # fmt: skip
    QuietPeriod.objects.bulk_create(
        QuietPeriod(
            region=region,
            label=each["ja"],
            from_mmdd=words.mmdd(each["from"]),
            until_mmdd=words.mmdd(each["to"]),
        )
        for each in entry["quiet_periods"]
    )
    EmergencyCard.objects.create(region=region, **_emergency_facts(region, entry))
    offers = {each["id"]: _load_offer(region, each, book) for each in entry["offers"]}
    for number, each in enumerate(entry["needs"]):
        _load_need(region, each, offers=offers, book=book, waited_days=14 * (number + 1))
    return region


def _emergency_facts(region: Region, entry: Entry) -> dict[str, Any]:
    """What stands on the card: invented, and marked so where somebody might call or drive."""
    minutes = entry["access"]["from_office_minutes"]["car"]
    return {
        "rescue_address": f"（見本）{region.municipality.label}{region.name} 集会所前",
        "hospital": "（見本）地域の病院",
        "hospital_phone": "000-0000-0000",
        "hospital_minutes": minutes,
        "aed_place": "（見本）集会所の玄関",
        "signal": Signal.PATCHY,
        "signal_place": "（見本）集会所の前",
        "stop_wbgt": 31,
        "thunder_rule": "音が聞こえたら車か建物に入る",
        "flood_rule": "水路の水が増えたら離れる",
    }


def _load_region(entry: Entry, book: Book) -> Region:
    access = entry["access"]
    latitude, longitude = entry["point_rounded"]
    return Region.objects.create(
        municipality_id=entry["municipality_code"],
        name=entry["hamlet"],
        name_kana=entry["hamlet_kana"],
        area=entry["area"],
        people=entry["people"],
        households=entry["households"],
        share_65_percent=round(entry["share_65"] * 100),
        point_latitude=str(latitude),
        point_longitude=str(longitude),
        publicity=entry["publicity"],
        first_visit_max=entry["first_visit_max"],
        nearest_stop=access["nearest_stop"],
        last_mile=access["last_mile"],
        last_mile_minutes=access["last_mile_minutes"],
        access_car_minutes=access["from_office_minutes"]["car"],
        access_public_minutes=access["from_office_minutes"]["public"],
        access_note=access["note"],
        origin=entry["origin"],
        is_sample=True,
        created_at=book.now,
        changed_at=book.now,
    )


def _representatives(region: Region, entry: Entry) -> list[Representative]:
    """The first speaks through an account (so that the demo can be walked through); the others never log in."""
    rows = [
        Representative(region=region, role=each["role"], term=each["term"], contact_way=each["contact"])
        for each in entry["representatives"]
    ]
    rows[0].user = sample_user(f"{entry['id']}-chiku", f"{region.name}の{rows[0].role}")
    return rows


def _officer(entry: Entry) -> User:
    municipality = Municipality.objects.get(pk=entry["municipality_code"])
    return sample_user(f"{entry['id']}-shi", f"{municipality.name}の担当", affiliation=municipality.label)


def _load_offer(region: Region, entry: Entry, book: Book) -> Offer:
    offer = Offer.objects.create(
        region=region, title=entry["title"], conditions=entry["conditions"], is_sample=True,
        created_at=book.now, changed_at=book.now,
    )  # fmt: skip
    OfferAsset.objects.bulk_create(
        OfferAsset(offer=offer, asset_kind=book.assets[each["code"]], weight=each["weight"])
        for each in entry["assets"]
    )
    Permission.objects.bulk_create(
        Permission(
            offer=offer, holder=each["holder"], status=words.PERMISSIONS[each["status"]], scope=each["scope"],
            evidence=each["evidence"] or "", review=each["review"] or "",
        )
        for each in entry["permissions"]
    )  # fmt: skip
    return offer


def _load_need(
    region: Region, entry: Entry, *, offers: dict[str, Offer], book: Book, waited_days: int
) -> Need:
    since = book.now - timedelta(days=waited_days)
    is_open = entry["stage"] == "open"
    need = Need.objects.create(
        region=region,
        **{name: entry[name] for name in NEED_FIELDS},
        stage=NeedStage.OPEN if is_open else NeedStage.CONSULTING,
        last_mile=entry["last_mile"] or "",
        posted_by=User.objects.get(email=f"{_key(entry)}-shi@{MAIL_DOMAIN}"),
        posted_for=entry["on_site_lead"],
        opened_at=since if is_open else None,
        created_at=since,
        changed_at=since,
        is_sample=True,
    )
    need.hazards.set(book.hazards[code] for code in entry["hazards"])
    need.offers.set(offers[code] for code in entry["offers"])
    NeedWork.objects.bulk_create(
        NeedWork(need=need, work_kind=book.work[each["code"]], weight=each["weight"])
        for each in entry["work"]
    )
    NeedQualification.objects.bulk_create(
        NeedQualification(
            need=need, qualification=book.qualifications[each["code"]],
            level=words.QUALIFICATION_LEVELS[each["level"]], note=each["note"],
        )
        for each in entry["qualifications"]
    )  # fmt: skip
    _load_dates(need, entry, book)
    return need


NEED_FIELDS = (
    "title", "story", "mode", "compensation", "local_hands", "on_site_lead", "parking", "toilet", "bring",
    "prepared", "children_ok", "beginner_ok", "group_ok", "min_age",
)  # fmt: skip


def _key(entry: Entry) -> str:
    return str(entry["id"]).rsplit("-", 1)[0]


def _load_dates(need: Need, entry: Entry, book: Book) -> None:
    for each in entry["slots"]:
        parameters = words.rule_parameters(each)
        rule = SlotRule.objects.create(
            need=need, kind=each["rule"], parameters=parameters, places=each["places"],
            rain=each.get("rain", "").removeprefix(WHEN_IT_RAINS) or each.get("note", ""),
        )  # fmt: skip
        store_occurrences(rule, from_on=book.today)


def load_party(entry: Entry, *, book: Book) -> Volunteer:
    """A party of the scenario file: its leader, abilities, wishes, qualifications and times."""
    leader = entry["representative"]
    user = sample_user(entry["id"], leader["surname"], affiliation=f"{entry['name']} {leader['role']}")
    party = Volunteer.objects.create(
        kind=words.PARTY_KINDS[entry["kind"]],
        name=entry["name"],
        representative=user,
        size=entry["size"],
        min_people=entry["min_people"],
        home_id=entry["home_municipality_code"],
        transport=Transport(entry["transport"]),
        travel_limit_minutes=entry["travel_limit_minutes"],
        day_trip_limit_minutes=entry.get("day_trip_limit_minutes"),
        load_limit=entry["load_limit"],
        youngest_age=words.youngest_age(entry["ages"]),
        has_minors=entry.get("minors", False),
        remote_ok="離れたまま" in entry["note"],
        note=entry["note"],
        insurance=entry["insurance"],
        is_sample=True,
        created_at=book.now,
        changed_at=book.now,
    )
    _load_profile(party, entry, book)
    return party


def _load_profile(party: Volunteer, entry: Entry, book: Book) -> None:
    Ability.objects.bulk_create(
        Ability(
            volunteer=party,
            work_kind=book.work[each["code"]],
            level=words.LEVELS[each["level"]],
            people=each["people"],
        )
        for each in entry["abilities"]
    )
    Wish.objects.bulk_create(
        Wish(volunteer=party, asset_kind=book.assets[each["code"]], weight=each["weight"])
        for each in entry["wishes"]
    )
    HeldQualification.objects.bulk_create(
        HeldQualification(
            volunteer=party, qualification=book.qualifications[each["code"]], people=each["people"],
            expires_on=each["expires"],
        )
        for each in entry["qualifications"]
    )  # fmt: skip
    free = entry["availability"]
    times = [free, *([free["also"]] if "also" in free else [])]
    Availability.objects.bulk_create(
        Availability(volunteer=party, **words.availability_masks(each)) for each in times
    )
    spans = [
        span for days in free["except_days"] for span in words.absence_spans(days, first_year=book.today.year)
    ]
    Absence.objects.bulk_create(
        Absence(volunteer=party, from_on=first, until_on=last) for first, last in spans
    )
