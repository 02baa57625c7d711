"""The city side as engine rows: one query for each kind of fact, whatever the number of parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from accounts.enums import GROUP_KINDS, AbilityLevel, PartyKind
from accounts.models import Ability, Absence, Availability, HeldQualification, Membership, Volunteer, Wish
from matching.engine import AvailabilityRule, ParticipantRow, Transport
from matching.enums import HOLDING, LIVE, PROMISED
from matching.models import Block, MatchPerson, MatchSlot, Relation
from matching.selectors.contacts import contacts
from matching.selectors.repeats import unrepeatable
from matching.snapshots.calendar import TOKYO, Days

MICRO = 1_000_000
KEPT_PRIOR = 3
"""So many promises of an average party are mixed into everybody's record: two kept ones prove little yet."""

Facts = Mapping[int, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Everything about some parties, by party id (``busy_people`` by user id)."""

    abilities: Facts
    wishes: Facts
    held: Facts
    availabilities: Facts
    absences: Facts
    relations: Facts
    blocks: Facts
    matches: Facts
    contacts: Facts
    busy_parties: Facts
    busy_people: Facts
    members: Facts
    kept_mean_micro: int


def read_parties(
    parties: QuerySet[Volunteer],
    *,
    days: Days,
    zones: Mapping[str, int],
    now: datetime,
    kept_mean: int | None = None,
) -> tuple[ParticipantRow, ...]:
    """Engine rows of ``parties``, by public id. Fifteen queries at most.

    Args:
        zones: number of each home municipality in the travel minutes.
        kept_mean: the share of all promises that were kept, in micro; None = as it is now.
    """
    facts = _read_facts(parties, now=now, kept_mean=kept_mean)
    return tuple(_row(party, facts, days=days, zones=zones) for party in parties.order_by("public_id"))


def _read_facts(parties: QuerySet[Volunteer], *, now: datetime, kept_mean: int | None) -> PartyFacts:
    mine = Q(volunteer__in=parties.values("pk"))
    holding = MatchSlot.objects.filter(
        match__state__in=sorted(HOLDING), slot__is_remote=False, slot__end_at__gt=now
    )
    own = holding.filter(match__volunteer__in=parties.values("pk"))
    people = MatchPerson.objects.filter(
        user__in=parties.values("representative"), match__state__in=sorted(HOLDING),
        match__slots__is_remote=False, match__slots__end_at__gt=now,
    )  # fmt: skip
    return PartyFacts(
        abilities=_listed(Ability.objects.filter(mine), "work_kind__bit", "people", "level"),
        wishes=_listed(Wish.objects.filter(mine), "asset_kind__bit", "weight"),
        held=_listed(HeldQualification.objects.filter(mine), "qualification_id", "people", "expires_on"),
        availabilities=_listed(
            Availability.objects.filter(mine), "weekdays", "months", "parts", "from_minute", "until_minute"
        ),
        absences=_listed(Absence.objects.filter(mine), "from_on", "until_on"),
        relations=_listed(Relation.objects.filter(mine), "region_id", "promised", "kept", "days", "last_on"),
        blocks=_listed(Block.objects.filter(mine), "region_id"),
        matches=_listed(unrepeatable(now).filter(mine), "need_id", "state", "need__region_id"),
        contacts=_listed(contacts().filter(mine, contact_at__lte=now), "contact_at"),
        busy_parties=_by_first(own.values_list("match__volunteer_id", "slot__start_at", "slot__end_at")),
        busy_people=_by_first(
            people.values_list("user_id", "match__slots__start_at", "match__slots__end_at")
        ),
        members=_listed(Membership.objects.filter(mine), "user_id"),
        kept_mean_micro=read_kept_mean() if kept_mean is None else kept_mean,
    )


def _listed(rows: QuerySet[Any], *fields: str) -> Facts:
    return _by_first(rows.values_list("volunteer_id", *fields))


def _by_first(rows: Iterable[tuple[Any, ...]]) -> Facts:
    """Sorted facts by the id that comes first. Sorted, so that the digest does not depend on the database."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *values in rows:
        found[key].append(tuple(values))
    for facts in found.values():
        facts.sort(key=lambda fact: tuple((value is not None, value) for value in fact))
    return found


def read_kept_mean() -> int:
    """Share of all promises that were kept, in micro; one half while nobody has promised anything."""
    total = Relation.objects.aggregate(kept=Sum("kept"), promised=Sum("promised"))
    return ((total["kept"] or 0) + 1) * MICRO // ((total["promised"] or 0) + 2)


def kept_micro(*, kept: int, promised: int, mean_micro: int) -> int:
    """(kept + k * mean) / (promised + k), k = 3: a record shrunk towards the mean.

    Worked line: 1 of 1 kept, mean 0.8: (1 + 2.4) / 4 = 0.85.
    """
    return (kept * MICRO + KEPT_PRIOR * mean_micro) // (promised + KEPT_PRIOR)


def _row(party: Volunteer, facts: PartyFacts, *, days: Days, zones: Mapping[str, int]) -> ParticipantRow:
    key = party.pk
    relations, matches = facts.relations[key], facts.matches[key]
    came = [on for *_, days_there, on in relations if days_there and on is not None]
    return ParticipantRow(
        id=key,
        public_id=party.public_id,
        size=party.size,
        min_people=party.min_people,
        abilities=tuple((bit, people) for bit, people, _ in facts.abilities[key]),
        wishes=tuple((bit, weight) for bit, weight in facts.wishes[key]),
        qualifications=_qualifications(facts.held[key], days),
        availability=tuple(_rule(*rule) for rule in facts.availabilities[key]),
        except_days=days.within((begin, end) for begin, end in facts.absences[key]),
        busy=_busy([*facts.busy_parties[key], *facts.busy_people[party.representative_id]], days),
        zone=zones[party.home_id],
        transport=Transport(party.transport),
        travel_limit_minutes=party.travel_limit_minutes,
        day_trip_limit_minutes=party.day_trip_limit_minutes,
        # A group chooses who comes; a person or a household comes as it is, children included (docs/adr/0005).
        youngest_age=None if party.kind == PartyKind.GROUP else party.youngest_age,
        has_minors=party.has_minors and party.kind != PartyKind.GROUP,
        is_group=party.kind in GROUP_KINDS,
        load_limit=party.load_limit,
        known_regions=frozenset(region for region, _, _, came_days, _ in relations if came_days),
        agreed_regions=frozenset(region for _, state, region in matches if state in PROMISED),
        blocked_regions=frozenset(region for (region,) in facts.blocks[key]),
        kept_micro=kept_micro(
            kept=sum(kept for _, _, kept, *_ in relations),
            promised=sum(promised for _, promised, *_ in relations),
            mean_micro=facts.kept_mean_micro,
        ),
        remote_ok=party.remote_ok,
        newcomer=not sum(promised for _, promised, *_ in relations),
        beginner=all(level == AbilityLevel.WILLING for *_, level in facts.abilities[key]),
        live_need_ids=frozenset(need for need, *_ in matches),
        remaining_load=party.live_limit - sum(state in LIVE for _, state, _ in matches),
        people=frozenset({party.representative_id, *(user for (user,) in facts.members[key])}),
        asked_days_ago=tuple(_days_ago(at.astimezone(TOKYO).date(), days) for (at,) in facts.contacts[key]),
        came_days_ago=_days_ago(max(came), days) if came else None,
    )


def _days_ago(day: date, days: Days) -> int:
    return max(0, -days.number(day))


def _qualifications(
    held: list[tuple[int, int, date | None]], days: Days
) -> tuple[tuple[int, int, int | None], ...]:
    return tuple((pk, people, None if last is None else days.number(last)) for pk, people, last in held)


def _rule(weekdays: int, months: int, parts: int, start: int | None, end: int | None) -> AvailabilityRule:
    return AvailabilityRule(
        weekdays=weekdays, months=months, parts=parts, from_minute=start, until_minute=end
    )


def _busy(spans: Iterable[tuple[datetime, datetime]], days: Days) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({days.span(start, end) for start, end in spans}))
