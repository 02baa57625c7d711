"""What a large run compares: participants packed a while ago, those who changed since, and the needs as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from accounts.models import Volunteer
from matching.engine import Mode, NeedRow, SlotRow, Weights
from matching.engine.packed import Packed, pack
from matching.models import Match, MatchPerson
from matching.snapshots.calendar import Days
from matching.snapshots.inputs import active_parties, homes_of, needs_of, read_country, read_vocabulary
from matching.snapshots.parties import read_kept_mean, read_parties
from matching.snapshots.parts import Frame

I64 = npt.NDArray[np.int64]
OVERTAKING = timedelta(minutes=2)
"""Longer than any transaction: a change noted so long before the packing began may have been committed after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """One run's own inputs, to be laid over a snapshot.

    ``replaced``: ids of participants that are not to be taken from the snapshot, because they changed or are gone.
    """

    needs: tuple[NeedRow, ...]
    minutes: npt.NDArray[np.int32]
    capacity: Mapping[int, int]
    overlay: Packed
    replaced: I64


def read_frame(*, now: datetime) -> Frame:
    """What participants are packed with from now on: the kinds, the days from today in Japan, and all their homes."""
    return Frame(
        vocabulary=read_vocabulary(),
        horizon=Days.of(now).horizon,
        homes=tuple(homes_of(active_parties())),
        kept_mean_micro=read_kept_mean(),
    )


def cut_into_parts(*, size: int) -> list[tuple[int, int]]:
    """Ranges [first, end) of ids that hold ``size`` active participants each, the last one fewer. One query."""
    ids = list(active_parties().order_by("pk").values_list("pk", flat=True))
    starts = ids[::size]
    return [
        (first, end) for first, end in zip(starts, [*starts[1:], ids[-1] + 1] if ids else [], strict=True)
    ]


def read_part(*, frame: Frame, first: int, end: int, now: datetime) -> Packed:
    """The active participants with ids from ``first`` to before ``end``, packed. A fixed number of queries.

    Who has moved to a municipality that no participant lived in when the packing began is left to the overlay.
    """
    parties = active_parties().filter(pk__gte=first, pk__lt=end, home__in=frame.homes)
    mean = frame.kept_mean_micro
    rows = read_parties(parties, days=days_of(frame), zones=frame.zones, now=now, kept_mean=mean)
    return pack(vocabulary=frame.vocabulary, horizon=frame.horizon, participants=rows)


def read_layers(*, scope: str, frame: Frame, as_of: datetime, weights: Weights, now: datetime) -> Layers:
    """The needs of a scope, and the participants that have changed since a snapshot was packed ``as_of``."""
    days, changed = days_of(frame), changed_since(as_of)
    parties = active_parties().filter(pk__in=changed)
    homes = [*frame.homes, *(code for code in homes_of(parties) if code not in frame.zones)]
    rows = read_parties(
        parties, days=days, zones={code: at for at, code in enumerate(homes)}, now=now,
        kept_mean=frame.kept_mean_micro,
    )  # fmt: skip
    country = read_country(
        list(needs_of(scope, now=now)), homes=homes, days=days, weights=weights, now=now, line_first=True
    )
    return Layers(
        needs=country.rows,
        minutes=country.minutes,
        capacity=country.capacity,
        overlay=pack(vocabulary=frame.vocabulary, horizon=frame.horizon, participants=rows),
        replaced=np.array(sorted(changed), dtype=np.int64),
    )


def days_of(frame: Frame) -> Days:
    """The days as a frame counts them."""
    return Days(date.fromordinal(frame.horizon.first_ordinal), frame.horizon.days)


def changed_since(as_of: datetime) -> set[int]:
    """Ids of participants whose facts or matches changed, and of other participants of people in these matches. Three queries.

    Rather too many than too few: see ``OVERTAKING``.
    """
    moment = as_of - OVERTAKING
    parties = set(Volunteer.objects.filter(changed_at__gte=moment).values_list("pk", flat=True))
    matches = Match.objects.filter(changed_at__gte=moment)
    people = MatchPerson.objects.filter(match__in=matches).values("user")
    own = Volunteer.objects.filter(representative__in=people)
    return (
        parties | set(matches.values_list("volunteer_id", flat=True)) | set(own.values_list("pk", flat=True))
    )


def needs_to_json(rows: Iterable[NeedRow]) -> list[dict[str, Any]]:
    """Needs as plain JSON."""
    return [asdict(row) for row in rows]


def needs_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[NeedRow, ...]:
    """The needs ``needs_to_json`` was called on."""
    return tuple(_need(row) for row in stored)


def _need(stored: Mapping[str, Any]) -> NeedRow:
    lists = {key: _tuples(value) for key, value in stored.items() if isinstance(value, list)}
    slots = tuple(SlotRow(**slot) for slot in stored["slots"])
    return NeedRow(**{**stored, **lists, "mode": Mode(stored["mode"]), "slots": slots})


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in value)
