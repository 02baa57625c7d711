"""People by the dozen to whom something was proposed, with what the log of outcomes says of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.enums import PartyKind, Transport
from accounts.models import StatisticalAnswer, User, Volunteer
from matching.enums import EndReason, MatchState, Origin
from matching.models import Match, MatchOutcome
from regions.models import Need
from tests.builders import FUKUOKA, make_municipality

Fields = Callable[[datetime], dict[str, Any]]
STAGES: dict[str, Fields] = {
    "proposed": lambda _at: {},
    "asked": lambda at: {"decision": "approved", "decided_at": at},
    "willing": lambda at: {"decision": "approved", "decided_at": at, "party_answer": "meet"},
    "promised": lambda at: {"decision": "approved", "decided_at": at, "party_answer": "yes", "agreed_at": at},
}
_number = itertools.count(1)


def people(count: int, *, age: str = "", sex: str = "unsaid", home: str = FUKUOKA) -> list[Volunteer]:
    """As many participants, each alone. With an ``age`` they said both for counts."""
    numbers = [next(_number) for _each in range(count)]
    users = User.objects.bulk_create(
        User(email=f"counted{number}@example.org", name=f"数える{number}") for number in numbers
    )
    if age:
        StatisticalAnswer.objects.bulk_create(
            StatisticalAnswer(user=user, age=age, sex=sex, text_version="2026-11") for user in users
        )
    place = make_municipality(home)
    return Volunteer.objects.bulk_create(
        Volunteer(
            kind=PartyKind.INDIVIDUAL, name=user.name, representative=user, home=place,
            transport=Transport.CAR, travel_limit_minutes=120,
        )
        for user in users
    )  # fmt: skip


def proposed(
    need: Need,
    parties: list[Volunteer],
    stage: str = "proposed",
    *,
    origin: Origin = Origin.WORKER,
    at: datetime | None = None,
    redated_from: Match | None = None,
) -> list[Match]:
    """A match that is over with each of them, and its row in the log as of that ``stage``."""
    at = at or timezone.now()
    matches = Match.objects.bulk_create(
        Match(
            need=need, volunteer=party, origin=origin, people=1, state=MatchState.WITHDRAWN, ended_at=at,
            end_reason=EndReason.DATES, redated_from=redated_from,
        )
        for party in parties
    )  # fmt: skip
    MatchOutcome.objects.bulk_create(
        MatchOutcome(match=match, origin=origin, proposed_at=at, state=match.state, **STAGES[stage](at))
        for match in matches
    )
    return matches
