"""Load the demo in one transaction; ``removal`` takes it away again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min

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
from matching.enums import RUN_OPEN, RunState
from matching.models import MatchRun
from matching.services.runs import request_run
from matching.snapshots import ALL
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


@transaction.atomic
def request_first_run() -> MatchRun:
    """A run over everything since the demo was loaded: the one that is done or under way, else one the worker will do.

    Loading and asking are two steps, and a start may be cut off between them: each start asks again.
    """
    loaded_at = Region.objects.filter(is_sample=True).aggregate(at=Min("created_at"))["at"]
    good = MatchRun.objects.filter(scope=ALL, state__in=sorted({*RUN_OPEN, RunState.DONE}))
    first = good.filter(created_at__gte=loaded_at).order_by("pk").first()
    return first or request_run(actor=User.objects.system())


def counted() -> Loaded:
    """Counts of the sample rows. Five queries."""
    return Loaded(
        regions=Region.objects.filter(is_sample=True).count(),
        needs=Need.objects.filter(is_sample=True).count(),
        offers=Offer.objects.filter(is_sample=True).count(),
        parties=Volunteer.objects.filter(is_sample=True).count(),
        guides=User.objects.filter(is_sample=True, guide__isnull=False).count(),
    )
