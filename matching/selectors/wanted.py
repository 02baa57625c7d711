"""Needs as everybody may see them: what is wanted, what is given for it, and only what the community made public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, QuerySet, Subquery

from accounts.enums import QualificationLevel
from matching.selectors.openings import Opening, openings, openings_of_counted, with_held
from regions.enums import NeedStage, Publicity
from regions.models import Need, NeedQualification, Offer, Slot
from regions.policies import public_label
from regions.selectors.needs import coming_slots, with_details
from regions.selectors.offers import is_usable, tied_offers

DATES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """One open need with its room. Made from a need that came with its details."""

    need: Need
    opening: Opening

    @property
    def place(self) -> str:
        """The community as it may be called in public."""
        return public_label(self.need.region)

    @property
    def is_named(self) -> bool:
        """Whether the community lets its name be public."""
        return self.need.region.publicity != Publicity.MUNICIPALITY_ONLY

    @property
    def shows_figures(self) -> bool:
        """Whether people and households may be public."""
        return self.need.region.publicity == Publicity.FULL

    @property
    def dates(self) -> Sequence[Slot]:
        """The next dates."""
        return list(self.need.slots.all())[:DATES_SHOWN]

    @property
    def next_date(self) -> Slot | None:
        """The first date to come."""
        return next(iter(self.need.slots.all()), None)

    @property
    def later_dates(self) -> int:
        """How many dates follow the next one."""
        return max(len(self.need.slots.all()) - 1, 0)

    @property
    def rain(self) -> Sequence[str]:
        """What happens when it rains, said once where it is the same for every date."""
        return list(dict.fromkeys(slot.rain for slot in self.dates if slot.rain))

    @property
    def more_dates(self) -> int:
        """How many dates follow those that are shown."""
        return max(len(self.need.slots.all()) - DATES_SHOWN, 0)

    @property
    def offers(self) -> Sequence[Offer]:
        """What the community gives for it and may give: still active, at least informally permitted."""
        return [offer for offer in tied_offers(self.need) if is_usable(offer)]

    @property
    def required(self) -> Sequence[NeedQualification]:
        """Qualifications without which one cannot come."""
        return [row for row in self.need.qualifications.all() if row.level != QualificationLevel.RECOMMENDED]

    @property
    def recommended(self) -> Sequence[NeedQualification]:
        """Qualifications that are good to have."""
        return [row for row in self.need.qualifications.all() if row.level == QualificationLevel.RECOMMENDED]


def open_needs() -> QuerySet[Need]:
    """Every open need, the one with the nearest date first, those without a date last."""
    first = coming_slots().filter(need=OuterRef("pk")).values("start_at")[:1]
    dated = Need.objects.filter(stage=NeedStage.OPEN).annotate(next_at=Subquery(first))
    return dated.order_by(F("next_at").asc(nulls_last=True), "pk")


def wanted(needs: QuerySet[Need]) -> list[Wanted]:
    """These needs as everybody may see them. Nine queries."""
    return _with_openings(list(with_details(needs)))


def wanted_briefly(needs: QuerySet[Need]) -> list[Wanted]:
    """These needs as a list shows them: without their work, dangers and qualifications. Four queries."""
    return wanted_as_read(needs.select_related("region__municipality").prefetch_related(*brief_details()))


def brief_details(path: str = "") -> tuple[Prefetch[Any], ...]:
    """What a list shows of needs beside their community, for needs or for rows with a need at ``path``. Three queries."""
    given = Offer.objects.prefetch_related("permissions").order_by("pk")
    return Prefetch(f"{path}offers", given), Prefetch(f"{path}slots", with_held(coming_slots()))


def wanted_as_read(needs: Iterable[Need]) -> list[Wanted]:
    """Needs that came with their brief details, in their order. No query."""
    rows = list(needs)
    room = openings_of_counted(rows)
    return [Wanted(need, room[need.pk]) for need in rows]


def _with_openings(needs: Iterable[Need]) -> list[Wanted]:
    rows = list(needs)
    room = openings(rows)
    return [Wanted(need, room[need.pk]) for need in rows]


def needs_by_prefecture(needs: QuerySet[Need]) -> dict[str, int]:
    """How many of these needs stand in each prefecture, by code. One query."""
    code = F("region__municipality__prefecture_code")
    rows = needs.order_by().values(code=code).annotate(count=Count("pk", distinct=True))
    return dict(rows.values_list("code", "count"))
