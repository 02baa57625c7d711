"""Help from afar in the month that runs may be joined until a day before its end (ADR 0004)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from matching.enums import MatchState
from matching.services.proposals import apply_for_need
from matching.services.review import approve_match
from regions.enums import NeedMode
from regions.models import Need, Region
from tests.builders import make_need, make_party
from tests.matching.running import matched

pytestmark = pytest.mark.django_db
WORK = (("design_web", 3),)


def a_need(saga: Region, *, ends_in_days: int) -> Need:
    now = timezone.now()
    running = {"start_at": now - timedelta(days=20), "end_at": now + timedelta(days=ends_in_days)}
    return make_need(saga, mode=NeedMode.REMOTE, work=WORK, slots=[running | {"is_remote": True}])


def test_a_running_month_with_time_to_ask_both_sides_is_proposed(saga: Region, mori: User) -> None:
    need, party = a_need(saga, ends_in_days=40), make_party(abilities=("design_web",), remote_ok=True)
    matched(need)
    assert [(match.volunteer, match.slots.get()) for match in need.matches.all()] == [
        (party, need.slots.get())
    ]


def test_who_applies_for_the_running_month_is_approved(saga: Region, mori: User) -> None:
    need, party = a_need(saga, ends_in_days=9), make_party(abilities=("design_web",), remote_ok=True)
    match = apply_for_need(actor=party.representative, need=need, volunteer=party, slots=[need.slots.get()])
    assert approve_match(match_id=match.pk, actor=mori).state == MatchState.ASKING
