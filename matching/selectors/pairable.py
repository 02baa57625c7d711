"""Whom a guide may propose for a need without having been told an id: who knows the community, and who was compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.enums import PartyKind
from accounts.models import User, Volunteer
from matching.enums import LIVE
from matching.models import Block, Candidate, Match, Relation
from matching.selectors.labels import home_label, state_label
from matching.selectors.repeats import unrepeatable
from regions.enums import NeedStage
from regions.models import Need
from regions.policies import guide_regions, is_guide_for
from regions.selectors.needs import coming_slots


@dataclass(frozen=True, slots=True)
class Pairable:
    """One party. ``days``: on how many it has been in the community, None where there is no relation; ``place`` among those who were
    compared, None where it is not; ``state``: the word for where the two stand in this need, or stood within a year.
    """

    party: Volunteer
    label: str
    name: str
    days: int | None
    place: int | None
    state: str
    can_be_proposed: bool


def pairable_by(actor: User, need: Need) -> QuerySet[Volunteer]:
    """What a form offers a guide of the need's community: parties that take part, are not blocked and have no live match with it.

    Nobody to anybody else. Beyond these a guide names a party by the id it was told (``parties_nameable_by``). Three queries.
    """
    live = Match.objects.filter(need=need, volunteer=OuterRef("pk"), state__in=sorted(LIVE))
    return _within_reach(actor, need).exclude(Exists(live))


def pairable_parties(actor: User, need: Need, *, now: datetime, words: str = "") -> QuerySet[Volunteer]:
    """The same with those who have a live match, who cannot be proposed again: who has been there most comes first, then who
    was compared, by place. Each becomes a ``pairable``. One query beside the two that ask whether ``actor`` is a guide there.

    ``words``: each of them is in the name, the home or the kind of a party, or is its number.
    """
    spoken = unrepeatable(now).filter(need=need, volunteer=OuterRef("pk")).order_by("-created_at", "-pk")
    rows = _within_reach(actor, need).select_related("home").annotate(
        spoken=Subquery(spoken.values("state")[:1])
    )  # fmt: skip
    return rows.filter(_called(words)).order_by(
        F("days_here").desc(nulls_last=True), F("place_here").asc(nulls_last=True), "public_id"
    )


def pairable(row: Any) -> Pairable:
    """A row of ``pairable_parties`` in words."""
    return Pairable(
        party=row,
        label=home_label(row),
        name=row.name,
        days=row.days_here,
        place=row.place_here,
        state=state_label(row.spoken) if row.spoken else "",
        can_be_proposed=row.spoken not in LIVE,
    )


def needs_to_pair(actor: User, *, now: datetime, words: str = "") -> QuerySet[Need]:
    """Open needs of the communities ``actor`` guides, the one with the nearest date first; ``first_at``: that date, None where
    none lies ahead. ``words``: each is in the title or in the name of the place. Two queries.
    """
    first = coming_slots(now).filter(need=OuterRef("pk")).values("start_at")[:1]
    needs = Need.objects.filter(region__in=guide_regions(actor), stage=NeedStage.OPEN)
    found = needs.filter(_about(words)).select_related("region__municipality")
    return found.annotate(first_at=Subquery(first)).order_by(F("first_at").asc(nulls_last=True), "pk")


def _about(words: str) -> Q:
    about = Q()
    for word in words.split():
        place = Q(region__name__icontains=word) | Q(region__municipality__name__icontains=word)
        about &= Q(title__icontains=word) | place
    return about


def _called(words: str) -> Q:
    called = Q()
    for word in words.split():
        kinds = [kind.value for kind in PartyKind if word in str(kind.label)]
        home = Q(home__name__icontains=word) | Q(home__prefecture_name__icontains=word)
        called &= Q(name__icontains=word) | home | Q(kind__in=kinds) | Q(public_id=word)
    return called


def _within_reach(actor: User, need: Need) -> QuerySet[Volunteer]:
    relation = Relation.objects.filter(volunteer=OuterRef("pk"), region=need.region_id)
    candidate = Candidate.objects.filter(volunteer=OuterRef("pk"), need=need)
    blocked = Block.objects.filter(volunteer=OuterRef("pk"), region=need.region_id)
    reach = Volunteer.objects.annotate(
        days_here=Subquery(relation.values("days")[:1]), place_here=Subquery(candidate.values("place")[:1])
    ).filter(Q(days_here__isnull=False) | Q(place_here__isnull=False), ~Exists(blocked), is_active=True)
    return reach if is_guide_for(actor, need.region) else reach.none()
