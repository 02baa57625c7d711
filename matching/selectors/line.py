"""Who is next in line for a need, at which hours they may be asked, and which places are theirs until then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db.models import QuerySet

from accounts.services.dates import TOKYO
from matching.enums import MatchState
from matching.models import Match

ASKING_FROM, ASKING_UNTIL = time(8, 0), time(20, 0)


def next_asking_time(now: datetime) -> datetime:
    """``now`` if people may be asked at this hour (08:00–20:00 in Japan), else the next 08:00."""
    local = now.astimezone(TOKYO)
    if ASKING_FROM <= local.time() < ASKING_UNTIL:
        return now
    day = local.date() if local.time() < ASKING_FROM else local.date() + timedelta(days=1)
    return datetime.combine(day, ASKING_FROM, tzinfo=TOKYO)


def in_line(need_ids: Iterable[int]) -> QuerySet[Match]:
    """Proposals that wait in line for a need: first come, first asked."""
    waiting = Match.objects.filter(need__in=need_ids, state=MatchState.PROPOSED, standby_at__isnull=False)
    return waiting.order_by("standby_at", "public_id")


def spoken_for(need_ids: Iterable[int], free: Mapping[int, int], *, now: datetime) -> dict[int, int]:
    """Of the ``free`` places by slot, those that who is in line will be asked for once people may be asked again.

    Whoever does not fit leaves them to the next. None at hours at which the line is asked as soon as places come free: what is
    left then it could not take. One query, and none at these hours.
    """
    if next_asking_time(now) == now:
        return {}
    taken = Counter[int]()
    rows = in_line(need_ids).values_list("pk", "people", "match_slots__slot_id")
    for (_pk, people), dates in groupby(rows, key=lambda row: row[:2]):
        slots = [slot for *_, slot in dates]
        if all(free.get(slot, 0) - taken[slot] >= people for slot in slots):
            taken.update(dict.fromkeys(slots, people))
    return dict(taken)
