"""Everything one run looks at, as values: the same tables at the same moment give the same digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from accounts.geo import community_matrix
from accounts.models import Volunteer
from accounts.selectors.vocabulary import engine_vocabulary
from matching.engine import Horizon, NeedRow, ParticipantRow, Vocabulary, Weights, inputs_digest
from matching.snapshots.calendar import Days
from matching.snapshots.needs import read_needs
from matching.snapshots.parties import read_parties
from regions.models import Need, Region, Slot
from regions.selectors.needs import needs_to_match, with_terms
from regions.selectors.travel import community_place

ALL = "all"
NEED, PARTY = "need:", "party:"


def need_scope(need: Need) -> str:
    """The scope of a run over one need."""
    return f"{NEED}{need.public_id}"


def party_scope(party: Volunteer) -> str:
    """The scope of a run over one party."""
    return f"{PARTY}{party.public_id}"


def looks_at_everybody(scope: str) -> bool:
    """Whether a run of ``scope`` compares all parties, so that it can say why a need finds too few."""
    return not scope.startswith(PARTY)


def is_about_one_need(scope: str) -> bool:
    """Whether a run of ``scope`` was made to look at one need, so that it is told of this need whatever it finds."""
    return scope.startswith(NEED)


def party_of_scope(scope: str) -> int | None:
    """The id of the party a run is about; None for other runs, and where it was deleted. One query."""
    if not scope.startswith(PARTY):
        return None
    return Volunteer.objects.filter(public_id=scope.removeprefix(PARTY)).values_list("pk", flat=True).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Engine rows of a run. ``minutes`` [car | public, community, home]; ``capacity`` by desk of guides."""

    vocabulary: Vocabulary
    horizon: Horizon
    participants: tuple[ParticipantRow, ...]
    needs: tuple[NeedRow, ...]
    minutes: npt.NDArray[np.int32]
    weights: Weights
    capacity: Mapping[int, int]
    digest: str


def read_inputs(*, scope: str, weights: Weights, now: datetime) -> Inputs:
    """Read what a run of ``scope`` looks at as of ``now``; day 0 is that day in Japan.

    A fixed number of queries, whatever the number of rows; not in one transaction, because a run only proposes.
    """
    parties = active_parties()
    if scope.startswith(PARTY):
        parties = parties.filter(public_id=scope.removeprefix(PARTY))
    needs = list(needs_of(scope, now=now))
    return _read(needs, parties, days=Days.of(now), weights=weights, now=now, line_first=True)


def read_pairs(
    *, need: Need, parties: Sequence[Volunteer], slots: Sequence[Slot], weights: Weights, now: datetime
) -> Inputs:
    """Read one need with these of its dates, however far away, and some parties, whatever keeps them apart.

    A fixed number of queries. No need is in it where all of the dates are full.
    """
    chosen = Slot.objects.filter(pk__in=[slot.pk for slot in slots]).order_by("start_at", "pk")
    needs = list(with_terms(Need.objects.filter(pk=need.pk), slots=chosen))
    days = Days.of(now).reaching(max(slot.end_at for slot in slots))
    named = Volunteer.objects.filter(pk__in=[party.pk for party in parties])
    return _read(needs, named, days=days, weights=weights, now=now, line_first=False)


def _read(
    needs: Sequence[Need],
    parties: QuerySet[Volunteer],
    *,
    days: Days,
    weights: Weights,
    now: datetime,
    line_first: bool,
) -> Inputs:
    homes = homes_of(parties)
    city = read_parties(parties, days=days, zones={code: zone for zone, code in enumerate(homes)}, now=now)
    country = read_country(needs, homes=homes, days=days, weights=weights, now=now, line_first=line_first)
    return _sealed(
        vocabulary=read_vocabulary(),
        horizon=days.horizon,
        participants=city,
        needs=country.rows,
        minutes=country.minutes,
        weights=weights,
        capacity=country.capacity,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The community side: engine rows, travel minutes from some homes into each community, what each desk can read."""

    rows: tuple[NeedRow, ...]
    minutes: npt.NDArray[np.int32]
    capacity: Mapping[int, int]


def read_country(
    needs: Sequence[Need],
    *,
    homes: Sequence[str],
    days: Days,
    weights: Weights,
    now: datetime,
    line_first: bool,
) -> Country:
    """Engine rows of needs, which come with their terms. A fixed number of queries. ``line_first``: see ``read_needs``."""
    regions = {need.region_id: need.region for need in needs}
    zones = {pk: zone for zone, pk in enumerate(regions)}
    read = read_needs(needs, days=days, zones=zones, weights=weights, now=now, line_first=line_first)
    minutes = _minutes(list(regions.values()), homes)
    return Country(rows=read.rows, minutes=minutes, capacity=read.capacity)


def homes_of(parties: QuerySet[Volunteer]) -> list[str]:
    """The municipalities in which some parties live, by code. One query."""
    return sorted(parties.values_list("home_id", flat=True).order_by().distinct())


def _sealed(
    *,
    vocabulary: Vocabulary,
    horizon: Horizon,
    participants: tuple[ParticipantRow, ...],
    needs: tuple[NeedRow, ...],
    minutes: npt.NDArray[np.int32],
    weights: Weights,
    capacity: Mapping[int, int],
) -> Inputs:
    """The inputs with their digest."""
    digest = inputs_digest(
        vocabulary=vocabulary,
        horizon=horizon,
        participants=participants,
        needs=needs,
        minutes=minutes,
        weights=weights,
        guide_capacity=capacity,
    )
    return Inputs(
        vocabulary=vocabulary,
        horizon=horizon,
        participants=participants,
        needs=needs,
        minutes=minutes,
        weights=weights,
        capacity=capacity,
        digest=digest,
    )


def needs_of(scope: str, *, now: datetime) -> QuerySet[Need]:
    """The needs that a run of ``scope`` looks at."""
    needs = needs_to_match(now)
    return needs.filter(public_id=scope.removeprefix(NEED)) if scope.startswith(NEED) else needs


def active_parties() -> QuerySet[Volunteer]:
    """Every party that wants to be matched."""
    return Volunteer.objects.filter(is_active=True)


def read_vocabulary() -> Vocabulary:
    """Both trees of kinds as the engine takes them. Two queries."""
    both = engine_vocabulary()
    return Vocabulary(
        work_parents=both.work.parents,
        work_credit_from_parent=both.work.credit_from_parent,
        asset_parents=both.asset.parents,
        asset_credit_from_parent=both.asset.credit_from_parent,
        work_loads=both.work.loads,
        work_retired=both.work.retired,
        asset_retired=both.asset.retired,
    )


def _minutes(regions: Sequence[Region], homes: Sequence[str]) -> npt.NDArray[np.int32]:
    """Travel minutes from every home municipality into every community; its own statement wins over the model."""
    if not regions or not homes:
        return np.zeros((2, len(regions), len(homes)), dtype=np.int32)
    return community_matrix([community_place(region) for region in regions], homes)
