"""The community side as engine rows: open needs, free places, offers, and the desks that read proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from accounts.enums import QualificationLevel
from accounts.geo import lift_minutes
from accounts.models import Guide
from matching.engine import NO_GUIDE, Mode, NeedRow, SlotRow, Weights
from matching.enums import LIVE, MatchState
from matching.models import Hold, Match
from matching.selectors.line import spoken_for
from matching.snapshots.calendar import TOKYO, Days
from regions.models import Need, Offer, Slot
from regions.selectors.offers import is_usable, tied_offers
from regions.selectors.reviewers import reviewers_by_need
from regions.selectors.travel import community_place

NOTICE = timedelta(days=10)
"""The worker proposes no date nearer than this: head count and roster would be overdue already (docs/adr/0007)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The guides who may review for a need, together.

    ``capacity``: proposals they can still read this week; ``proposals_max``: live ones at once for one need.
    """

    number: int
    capacity: int
    proposals_max: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What matches have already brought: people by need and community, live proposals, when each community was last served."""

    proposals: Mapping[int, int]
    need_people: Mapping[int, int]
    region_people: Mapping[int, int]
    served_at: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Context:
    """What every need of a snapshot is read with. ``zones``: number of each community in the travel minutes."""

    days: Days
    now: datetime
    zones: Mapping[int, int]
    desks: Mapping[int, Desk]
    held: Mapping[int, int]
    brought: Brought


@dataclass(frozen=True, slots=True)
class Needs:
    """Engine rows of needs, and what each desk can still read by its number."""

    rows: tuple[NeedRow, ...]
    capacity: dict[int, int]


def read_needs(
    needs: Sequence[Need],
    *,
    days: Days,
    zones: Mapping[int, int],
    weights: Weights,
    now: datetime,
    line_first: bool,
) -> Needs:
    """Engine rows of ``needs``, which come with their terms. Eight queries at most, whatever their number.

    ``line_first``: places for which the next in line will be asked in the morning count as taken.
    A need whose coming dates are all full is left out: it lacks nobody. One without dates stays, to be told so.
    """
    held = _held_places(needs)
    if line_first:
        free = {slot.pk: _free(slot, held) for need in needs for slot in need.slots.all()}
        for slot, people in spoken_for([need.pk for need in needs], free, now=now).items():
            held[slot] = held.get(slot, 0) + people
    context = Context(
        days=days,
        now=now,
        zones=zones,
        desks=_read_desks(needs, days=days, weights=weights),
        held=held,
        brought=_read_brought(needs, season_days=weights.wait_full_days, now=now),
    )
    return Needs(
        rows=tuple(_row(need, context) for need in needs if not _is_full(need, context)),
        capacity={desk.number: desk.capacity for desk in context.desks.values()},
    )


def _read_desks(needs: Sequence[Need], *, days: Days, weights: Weights) -> dict[int, Desk]:
    """The desk of each need by primary key: the same guides are the same desk."""
    found = reviewers_by_need(needs, on=days.first)
    waiting: dict[int | None, int] = {
        row["guide_id"]: row["count"]
        for row in Match.objects.filter(state=MatchState.PROPOSED)
        .values("guide_id")
        .annotate(count=Count("pk"))
    }
    sets = sorted({tuple(guide.pk for guide in guides) for guides in found.values()})
    desks = {
        guides: _desk(sets.index(tuple(guide.pk for guide in guides)), guides, waiting, weights)
        for guides in found.values()
    }
    return {need: desks[guides] for need, guides in found.items()}


def _desk(
    number: int, guides: tuple[Guide, ...], waiting: Mapping[int | None, int], weights: Weights
) -> Desk:
    """Where nobody covers a community, proposals wait on the administrators' list."""
    if not guides:
        capacity = max(0, weights.guide_capacity_default - waiting.get(None, 0))
        return Desk(NO_GUIDE, capacity, weights.proposals_max_default)
    return Desk(
        number=number,
        capacity=sum(max(0, guide.weekly_capacity - waiting.get(guide.pk, 0)) for guide in guides),
        proposals_max=proposals_max(guides, default=weights.proposals_max_default),
    )


def proposals_max(guides: Sequence[Guide], *, default: int) -> int:
    """Live proposals of one need that its guides can read: the usual number, or fewer if they read fewer a week."""
    return min(default, sum(guide.weekly_capacity for guide in guides)) if guides else default


def _held_places(needs: Sequence[Need]) -> dict[int, int]:
    live = Hold.objects.filter(slot__need__in=[need.pk for need in needs], released_at__isnull=True)
    return {row["slot_id"]: row["count"] for row in live.values("slot_id").annotate(count=Count("pk"))}


def _read_brought(needs: Sequence[Need], *, season_days: int, now: datetime) -> Brought:
    """A live proposal counts as coverage, as it does within a run; a completed match does for a season."""
    regions = {need.region_id for need in needs}
    rows = Match.objects.filter(
        Q(state__in=sorted(LIVE)) | Q(state=MatchState.COMPLETED), need__region__in=regions
    ).values_list("need_id", "need__region_id", "state", "people", "ended_at")
    proposals: Counter[int] = Counter()
    people: Counter[int] = Counter()
    region_people: Counter[int] = Counter()
    served_at: dict[int, datetime] = {}
    for need_id, region_id, state, count, ended_at in rows:
        proposals[need_id] += state == MatchState.PROPOSED
        if ended_at is not None:
            served_at[region_id] = max(ended_at, served_at.get(region_id, ended_at))
        if ended_at is None or ended_at > now - timedelta(days=season_days):
            people[need_id] += count
            region_people[region_id] += count
    return Brought(proposals, people, region_people, served_at)


def _free(slot: Slot, held: Mapping[int, int]) -> int:
    return max(0, slot.places - held.get(slot.pk, 0))


def _is_full(need: Need, context: Context) -> bool:
    slots = need.slots.all()
    return bool(slots) and not any(_free(slot, context.held) for slot in slots)


def _row(need: Need, context: Context) -> NeedRow:
    region, desk, brought = need.region, context.desks[need.pk], context.brought
    offers = _offers(need, context)
    return NeedRow(
        id=need.pk,
        public_id=need.public_id,
        region=region.pk,
        guide=desk.number,
        zone=context.zones[region.pk],
        prefecture=int(region.municipality.prefecture_code),
        mode=Mode(need.mode),
        work=tuple(sorted((work.work_kind.bit, work.weight) for work in need.work.all())),
        offers=offers.kinds,
        offers_stated=offers.stated,
        offers_pending=offers.pending,
        pending_offers=offers.waiting,
        hard_qualifications=_hard_qualifications(need),
        slots=_slots(need, context),
        min_age=need.min_age,
        children_ok=need.children_ok,
        group_ok=need.group_ok,
        beginner_ok=need.beginner_ok,
        local_hands=need.local_hands,
        first_visit_max=region.first_visit_max,
        access_car_minutes=0,  # the travel minutes already lead into the community
        access_public_minutes=0,
        lift_minutes=lift_minutes(community_place(region)),
        wait_days=(context.now - _waiting_since(need, context)).days,
        region_served=brought.region_people.get(region.pk, 0),
        need_served=brought.need_people.get(need.pk, 0),
        live_proposals=brought.proposals.get(need.pk, 0),
        proposals_max=desk.proposals_max,
    )


def _hard_qualifications(need: Need) -> tuple[tuple[int, int], ...]:
    return tuple(
        sorted(
            (asked.qualification_id, asked.people)
            for asked in need.qualifications.all()
            if asked.level != QualificationLevel.RECOMMENDED
        )
    )


def _waiting_since(need: Need, context: Context) -> datetime:
    """Since the need was opened, or since somebody last came to the community, whatever for."""
    opened = need.opened_at or need.created_at
    return min(context.now, max(opened, context.brought.served_at.get(need.region_id, opened)))


def _slots(need: Need, context: Context) -> tuple[SlotRow, ...]:
    """Coming slots with free places that the engine can see, by time."""
    rows = [_slot(slot, context) for slot in need.slots.all()]
    return tuple(row for row in rows if row.places_free and context.days.horizon.covers(row))


def _is_too_soon(slot: Slot, now: datetime) -> bool:
    """Nearer than the notice. Help from afar may be joined while it lasts: its end counts."""
    return (slot.end_at if slot.is_remote else slot.start_at) <= now + NOTICE


def _slot(slot: Slot, context: Context) -> SlotRow:
    days = context.days
    start, end = days.span(slot.start_at, slot.end_at)
    return SlotRow(
        id=slot.pk,
        day=days.number(slot.start_at.astimezone(TOKYO).date()),
        start_minute=start,
        end_minute=end,
        places_free=_free(slot, context.held),
        nights=slot.nights,
        remote=slot.is_remote,
        too_soon=_is_too_soon(slot, context.now),
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """What a need gives in return: bits of kinds of assets, whether anything is tied, whether some of it is unsure.

    ``waiting``: further kinds that would be given if every permission were there.
    """

    kinds: tuple[int, ...]
    stated: bool
    pending: bool
    waiting: tuple[int, ...]


def _offers(need: Need, context: Context) -> Offered:
    """Kinds of assets promised in return, if at least informally permitted on the first coming date.

    One that is not permitted, or not until the last date, makes the answer come with a caveat.
    """
    tied = [offer for offer in tied_offers(need) if offer.is_active]
    first, last = _date_range(need, context)
    kinds = _kinds(offer for offer in tied if is_usable(offer, first))
    pending = any(not is_usable(offer, last) for offer in tied)
    waiting = tuple(sorted(_kinds(tied) - kinds))
    return Offered(kinds=tuple(sorted(kinds)), stated=bool(tied), pending=pending, waiting=waiting)


def _kinds(offers: Iterable[Offer]) -> set[int]:
    return {asset.asset_kind.bit for offer in offers for asset in offer.assets.all()}


def _date_range(need: Need, context: Context) -> tuple[date, date]:
    """First and last date that may be proposed, or of all coming ones if none may; one that has begun starts today."""
    today, coming = context.days.first, list(need.slots.all())
    slots = [slot for slot in coming if not _is_too_soon(slot, context.now)] or coming
    days = [max(today, slot.start_at.astimezone(TOKYO).date()) for slot in slots]
    return min(days, default=today), max(days, default=today)
