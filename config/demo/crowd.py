"""The drawn participants as rows, in bulk."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password

from accounts.enums import PartyKind
from accounts.models import Ability, Availability, HeldQualification, User, Volunteer, Wish
from config.demo.people import PersonDraft
from config.demo.scenarios import MAIL_DOMAIN, Book

BATCH = 1000
ADULT = 18


def load_crowd(drafts: list[PersonDraft], *, book: Book) -> list[Volunteer]:
    """One user and one party a person, with abilities, wishes, qualifications and times. Eight inserts a thousand."""
    parties = _load_parties(drafts, _load_users(drafts), book)
    pairs = list(zip(parties, drafts, strict=True))
    Ability.objects.bulk_create(
        (
            Ability(volunteer=party, work_kind=book.work[code], level=level)
            for party, draft in pairs
            for code, level in draft.abilities
        ),
        batch_size=BATCH,
    )
    Wish.objects.bulk_create(
        (
            Wish(volunteer=party, asset_kind=book.assets[code], weight=weight)
            for party, draft in pairs
            for code, weight in draft.wishes
        ),
        batch_size=BATCH,
    )
    _load_qualifications(pairs, book)
    Availability.objects.bulk_create(
        (
            Availability(volunteer=party, weekdays=free.weekdays, months=free.months, parts=free.parts)
            for party, draft in pairs
            for free in draft.free
        ),
        batch_size=BATCH,
    )
    return parties


def _load_users(drafts: list[PersonDraft]) -> list[User]:
    no_password = make_password(None)
    rows = [
        User(
            email=f"person{draft.number}@{MAIL_DOMAIN}", name=draft.name, password=no_password, is_sample=True
        )
        for draft in drafts
    ]
    return User.objects.bulk_create(rows, batch_size=BATCH)


def _load_parties(drafts: list[PersonDraft], users: list[User], book: Book) -> list[Volunteer]:
    rows = [
        Volunteer(
            kind=PartyKind.INDIVIDUAL,
            name=draft.name,
            representative=user,
            home_id=draft.home_code,
            transport=draft.transport,
            travel_limit_minutes=draft.travel_limit_minutes,
            day_trip_limit_minutes=draft.day_trip_limit_minutes,
            load_limit=draft.load_limit,
            youngest_age=draft.age,
            has_minors=draft.age < ADULT,
            remote_ok=draft.remote_ok,
            is_sample=True,
            created_at=book.now,
            changed_at=book.now,
        )
        for draft, user in zip(drafts, users, strict=True)
    ]
    return Volunteer.objects.bulk_create(rows, batch_size=BATCH)


def _load_qualifications(pairs: list[tuple[Volunteer, PersonDraft]], book: Book) -> None:
    rows = (
        HeldQualification(
            volunteer=party,
            qualification=book.qualifications[code],
            expires_on=None if days is None else book.today + timedelta(days=days),
        )
        for party, draft in pairs
        for code, days in draft.qualifications
    )
    HeldQualification.objects.bulk_create(rows, batch_size=BATCH)
