"""Reading a snapshot in tests, and finding one's row in it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Volunteer
from matching.engine import NeedRow, ParticipantRow, Weights
from matching.snapshots import ALL, Days, Inputs, read_inputs
from regions.models import Need, Slot


def look(scope: str = ALL, *, now: datetime | None = None) -> Inputs:
    return read_inputs(scope=scope, weights=Weights(), now=now or timezone.now())


def party_row(party: Volunteer, inputs: Inputs | None = None) -> ParticipantRow:
    return next(row for row in (inputs or look()).participants if row.id == party.pk)


def need_row(need: Need, inputs: Inputs | None = None) -> NeedRow:
    return next(row for row in (inputs or look()).needs if row.id == need.pk)


def minutes(slot: Slot) -> tuple[int, int]:
    return Days.of(timezone.now()).span(slot.start_at, slot.end_at)
