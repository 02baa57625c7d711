"""How often participants were asked, of somebody else's accord, for communities new to them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.services.dates import TOKYO
from matching.enums import MatchState, Origin
from matching.models import Match

NOT_ITS_OWN = frozenset({Origin.WORKER, Origin.GUIDE, Origin.REGION})


def contacts() -> QuerySet[Any]:
    """First visits that somebody else had in mind and that reached the party, or still may: ``contact_at`` is when.

    Not what a party applied for, nor what was turned down before it heard of it. Other dates for what it was asked already
    are the same contact.
    """
    reached = Q(approved_at__isnull=False) | Q(state=MatchState.PROPOSED)
    return (
        Match.objects.annotate(contact_at=Coalesce("approved_at", "created_at"))
        .filter(reached, is_first_visit=True, origin__in=sorted(NOT_ITS_OWN))
        .filter(redated_from__approved_at__isnull=True)
    )


def lately(now: datetime, *, days: int) -> Q:
    """Which ``contacts`` count: those of the last ``days`` days in Japan, today among them."""
    first = now.astimezone(TOKYO).date() - timedelta(days=days - 1)
    return Q(contact_at__gte=datetime.combine(first, time.min, tzinfo=TOKYO))
