"""What a community's desk is told of the matching: whose answer is waited for, and who comes on which date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from matching.enums import DISCLOSED, LIVE, Side
from matching.models import Match
from matching.policies import matches_visible_to
from matching.selectors.matches import with_details
from matching.selectors.readiness import SETTLING
from matching.selectors.sights import MatchSight
from matching.selectors.viewers import viewer_of
from regions.enums import NeedStage
from regions.models import Region, Slot
from regions.selectors.needs import coming_slots

WAITING_SHOWN = 20


def _owed() -> Q:
    """Matches in which the community owes an answer, or its word that the promise is right."""
    answer = Q(answers__side=Side.REGION, answers__is_open=True)
    promise = Q(state__in=sorted(SETTLING), promise_region_at=None)
    return Q(answer | promise, state__in=sorted(LIVE), approved_at__isnull=False)


def waiting_counts(actor: User, regions: Iterable[Region]) -> dict[int, int]:
    """How many matches wait for the word of each community, by its primary key. A fixed number of queries."""
    rows = matches_visible_to(actor).filter(_owed(), need__region__in=[region.pk for region in regions])
    counted = rows.values("need__region_id").annotate(waiting=Count("pk", distinct=True))
    return {row["need__region_id"]: row["waiting"] for row in counted}


def waiting_matches(actor: User, region: Region) -> list[MatchSight]:
    """The matches that wait for this community's word, the nearest deadline first; twenty at most. A fixed number of queries."""
    owed = matches_visible_to(actor).filter(_owed(), need__region=region).values("pk")
    rows = with_details(Match.objects.filter(pk__in=owed)).prefetch_related("answers")
    found = list(rows.order_by("due_at", "pk")[:WAITING_SHOWN])
    viewer = viewer_of(actor, found)
    return [MatchSight(match, viewer) for match in found]


def dates_of(region: Region) -> QuerySet[Slot]:
    """The dates of a community's needs, past ones and those called off among them, each with its need, the places ``held``
    and the people ``promised``. One query."""
    return _with_people(Slot.objects.filter(need__region=region))


def matches_on(actor: User, slot: Slot) -> list[MatchSight]:
    """The live matches for a date that this person may know of. A fixed number of queries."""
    known = matches_visible_to(actor).filter(state__in=sorted(LIVE), match_slots__slot=slot).values("pk")
    found = list(with_details(Match.objects.filter(pk__in=known)).order_by("created_at", "pk"))
    viewer = viewer_of(actor, found)
    return [MatchSight(match, viewer) for match in found]


def coming_dates_of(region: Region, *, now: datetime | None = None) -> QuerySet[Slot]:
    """The dates of a community's needs that are still to come, in order, each with its need, the places ``held`` and the
    people ``promised``. One query."""
    return _with_people(coming_slots(now).filter(need__region=region).exclude(need__stage=NeedStage.CLOSED))


def _with_people(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    live = Q(holds__released_at__isnull=True, holds__isnull=False)
    promised = live & Q(holds__match__state__in=sorted(DISCLOSED))
    return slots.select_related("need").annotate(
        held=Count("holds", filter=live), promised=Count("holds", filter=promised)
    )
