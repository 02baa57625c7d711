"""Load the demo in one transaction; ``removal`` takes it away again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Organization, User, Volunteer
from config.demo.crowd import load_crowd
from config.demo.people import DEFAULT_SEED, draw_people
from config.demo.scenarios import (
    load_community,
    load_organization,
    load_party,
    open_book,
    read_scenarios,
    sample_user,
)
from regions.models import Need, Offer, Region


@dataclass(frozen=True, slots=True)
class Loaded:
    """Counts of sample rows that stand in the database."""

    regions: int
    needs: int
    offers: int
    parties: int
    guides: int


def is_loaded() -> bool:
    """Whether the sample rows stand."""
    return Organization.objects.filter(is_sample=True).exists()


@transaction.atomic
def load_demo(*, people: int, now: datetime, seed: int = DEFAULT_SEED) -> Loaded:
    """Load the scenarios and ``people`` drawn participants, whole or not at all. Does nothing where they stand."""
    if not is_loaded():
        scenarios, book = read_scenarios(), open_book(now)
        for entry in scenarios["organizations"]:
            load_organization(entry)
        for entry in scenarios["communities"]:
            load_community(entry, book=book)
        for entry in scenarios["participants"]:
            load_party(entry, book=book)
        sample_user("kanri", "管理者", is_admin=True)
        load_crowd(draw_people(count=people, seed=seed), book=book)
    return counted()


def counted() -> Loaded:
    """Counts of the sample rows. Five queries."""
    return Loaded(
        regions=Region.objects.filter(is_sample=True).count(),
        needs=Need.objects.filter(is_sample=True).count(),
        offers=Offer.objects.filter(is_sample=True).count(),
        parties=Volunteer.objects.filter(is_sample=True).count(),
        guides=User.objects.filter(is_sample=True, guide__isnull=False).count(),
    )
