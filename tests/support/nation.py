"""A country at work: people, communities, needs and matches by the thousand, the same every time, in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.enums import PartyKind, Transport
from accounts.models import (
    Ability,
    AssetKind,
    Availability,
    Guide,
    Municipality,
    User,
    Volunteer,
    Wish,
    WorkKind,
)
from accounts.services.reference import load_reference
from matching.enums import LIVE, EndReason, MatchState, Origin, Role
from matching.models import Answer, Hold, Match, MatchEvent, MatchSlot
from regions.enums import Compensation, NeedStage, PermissionStatus, Publicity
from regions.models import Need, NeedWork, Offer, OfferAsset, Permission, Region, Representative, Slot
from tests.builders import agree_to_terms, at_tokyo, make_guide, make_organization, make_user, sunday_ahead
from tests.cast import with_second_factor

SEED = 20261127
BATCH = 5000
NEEDS_EACH = 4
"""Needs of one community."""
ORGANIZATIONS, GUIDES_EACH = 10, 5
"""The country is divided among organizations by prefecture; what a guide's desk shows is the organization's."""
OVERDUE_EACH = 8
"""One asked match in so many waits for a call."""
STATES = (
    MatchState.PROPOSED,
    MatchState.ASKING,
    MatchState.ASKING,
    MatchState.DECLINED,
    MatchState.WITHDRAWN,
)
STORY = "年に三回、集落の道ぞいの草を刈っています。去年は八人で三日かかりました。一緒に汗を流してくださる方を待っています。"


@dataclass(frozen=True)
class Nation:
    """Whose eyes a page is seen through, an open need, the guides, and a proposal on the desk of the first."""

    hana: User
    party: Volunteer
    need: Need
    match: Match
    guides: list[Guide]
    proposal: Match


def make_nation(*, participants: int, needs: int, matches: int) -> Nation:
    """Fill an empty database. The first participant has a page of matches of her own."""
    dice = random.Random(SEED)
    parties, rows = make_strangers(dice, participants=participants, needs=needs)
    found = _matches(dice, matches, parties, rows)
    mine = next(
        match for match in found if match.volunteer_id == parties[0].pk and match.state == MatchState.ASKING
    )
    guides = list(Guide.objects.select_related("user").order_by("pk"))
    proposal = next(
        match for match in found if match.state == MatchState.PROPOSED and match.guide_id == guides[0].pk
    )
    return Nation(
        hana=parties[0].representative, party=parties[0], need=mine.need, match=mine, guides=guides, proposal=proposal
    )  # fmt: skip


def make_strangers(
    dice: random.Random, *, participants: int, needs: int
) -> tuple[list[Volunteer], list[Need]]:
    """People and needs without any match; needs by fours."""
    load_reference()
    return _participants(dice, participants), _needs(dice, needs)


def _store(rows: Sequence[Any]) -> list[Any]:
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _participants(dice: random.Random, number: int) -> list[Volunteer]:
    homes = list(Municipality.objects.order_by("code"))
    kinds, assets = list(WorkKind.objects.order_by("code")), list(AssetKind.objects.order_by("code"))
    users = _store(
        [User(email=f"person{n}@example.org", name=f"参加者{n}", password="!") for n in range(number)]
    )
    agree_to_terms(users[0])
    parties = _store(
        [
            Volunteer(
                kind=PartyKind.INDIVIDUAL, name=user.name, representative=user, home=dice.choice(homes),
                transport=dice.choice((Transport.CAR, Transport.PUBLIC)), travel_limit_minutes=dice.choice((120, 180, 480)),
                load_limit=3, live_limit=20,  # above what one may have: the first one has a page of matches, and still something fits
            )
            for user in users
        ]
    )  # fmt: skip
    _store([Ability(volunteer=each, work_kind=kind) for each in parties for kind in dice.sample(kinds, 2)])
    _store(
        [
            Wish(volunteer=each, asset_kind=asset, weight=2)
            for each in parties
            for asset in dice.sample(assets, 2)
        ]
    )
    _store([Availability(volunteer=each) for each in parties])
    return parties


def _needs(dice: random.Random, number: int) -> list[Need]:
    places = dice.sample(list(Municipality.objects.order_by("code")), number // NEEDS_EACH)
    regions = _store(
        [
            Region(
                municipality=place,
                name=f"地区{n}",
                publicity=dice.choice(Publicity.values),
                people=40,
                households=18,
            )
            for n, place in enumerate(places)
        ]
    )
    speaker = agree_to_terms(User.objects.create(email="speaker@example.org", name="区長", password="!"))
    _store([Representative(region=region, user=speaker, role="自治会長") for region in regions])
    offers = _offers(dice, regions)
    kinds = list(WorkKind.objects.order_by("code"))
    needs = _store(
        [
            Need(
                region=region, title=f"草刈りと道の手入れ {region.pk}-{n}", story=STORY, stage=NeedStage.OPEN,
                compensation=Compensation.NONE, on_site_lead="世話役", posted_by=speaker, opened_at=timezone.now(),
                children_ok=dice.random() < 0.3,
            )
            for region in regions for n in range(NEEDS_EACH)
        ]
    )  # fmt: skip
    _store(
        [NeedWork(need=need, work_kind=kind, weight=2) for need in needs for kind in dice.sample(kinds, 2)]
    )
    _store([Need.offers.through(need=need, offer=offers[need.region_id]) for need in needs])
    _store(list(_slots(dice, needs)))
    return needs


def _offers(dice: random.Random, regions: list[Region]) -> dict[int, Offer]:
    assets = list(AssetKind.objects.order_by("code"))
    offers = _store(
        [Offer(region=region, title="共有林の山道と、作業のあとの昼ごはん") for region in regions]
    )
    _store(
        [
            OfferAsset(offer=offer, asset_kind=asset, weight=2)
            for offer in offers
            for asset in dice.sample(assets, 3)
        ]
    )
    _store(
        [
            Permission(offer=offer, holder="自治会", status=PermissionStatus.GRANTED, evidence="書面")
            for offer in offers
        ]
    )
    return {offer.region_id: offer for offer in offers}


def _slots(dice: random.Random, needs: list[Need]) -> Iterator[Slot]:
    for need in needs:
        for week in dice.sample(range(3, 20), 3):
            start = at_tokyo(sunday_ahead(7 * week), 8)
            yield Slot(
                need=need, start_at=start, end_at=start + timedelta(hours=4), places=dice.choice((3, 10, 30))
            )


def _matches(dice: random.Random, number: int, parties: list[Volunteer], needs: list[Need]) -> list[Match]:
    guides = _guides()
    soon = timezone.now() + timedelta(days=5)
    pairs = dict.fromkeys(
        (needs[n % len(needs)], parties[0] if n % 300 == 0 else dice.choice(parties)) for n in range(number)
    )
    matches = _store(
        [_match(need, party, dice.choice(STATES), _in_charge(guides, need), soon) for need, party in pairs]
    )
    first = {slot.need_id: slot for slot in Slot.objects.order_by("-start_at")}
    _store([MatchSlot(match=match, slot=first[match.need_id]) for match in matches])
    _store(list(_holds(matches, first)))
    asked = [match for match in matches if match.state == MatchState.ASKING]
    _store(
        [
            Answer(match=match, side=side, lapse_at=soon, **_asked_until(number, soon))
            for number, match in enumerate(asked)
            for side in ("party", "region")
        ]
    )
    _store(
        [
            MatchEvent(
                match=match,
                seq=1,
                move="propose",
                to_state=MatchState.PROPOSED,
                actor=match.guide.user,
                role=Role.GUIDE,
            )
            for match in matches
        ]
    )
    return matches


def _guides() -> list[list[Guide]]:
    """The guides of each organization, which covers every tenth prefecture."""
    prefectures = [f"{n:02d}" for n in range(1, 48)]
    return [
        [
            make_guide(organization, user=with_second_factor(agree_to_terms(make_user())))
            for organization in [make_organization(prefectures=prefectures[place::ORGANIZATIONS])]
            for _each in range(GUIDES_EACH)
        ]
        for place in range(ORGANIZATIONS)
    ]


def _in_charge(guides: list[list[Guide]], need: Need) -> Guide:
    """A guide of the organization that covers the community."""
    code = int(need.region.municipality.prefecture_code)
    return guides[(code - 1) % ORGANIZATIONS][need.pk % GUIDES_EACH]


def _asked_until(number: int, soon: datetime) -> dict[str, datetime]:
    """When an answer was due: every eighth match waits for a call."""
    if number % OVERDUE_EACH:
        return {"due_at": soon}
    late = timezone.now() - timedelta(days=1)
    return {"due_at": late, "overdue_at": late}


def _match(need: Need, party: Volunteer, state: MatchState, guide: Any, soon: Any) -> Match:
    live = state in LIVE
    return Match(
        need=need, volunteer=party, state=state, origin=Origin.WORKER, people=1, guide=guide, promise="山道を走る",
        due_at=soon if live else None, lapse_at=soon if live else None,
        approved_at=timezone.now() - timedelta(days=1) if state == MatchState.ASKING else None,
        ended_at=None if live else timezone.now(), end_reason="" if live else EndReason.DATES,
    )  # fmt: skip


def _holds(matches: list[Match], first: dict[int, Slot]) -> Iterator[Hold]:
    taken: dict[int, int] = {}
    for match in matches:
        slot = first[match.need_id]
        place = taken.get(slot.pk, 0) + 1
        if match.state == MatchState.ASKING and place <= slot.places:
            taken[slot.pk] = place
            yield Hold(match=match, slot=slot, place=place)
