"""The Saga pair of the demo comes out on top because of the engine: take its reason away and the pair is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AssetKind, User, Volunteer, Wish
from accounts.services.reference import load_reference
from config.demo.loader import load_demo
from matching import engine
from matching.services.run_plan import Planned, Prepared, prepare
from matching.services.runs import plan_only
from matching.services.weights import ensure_weights, weights_of
from matching.snapshots import ALL, read_inputs
from regions.enums import NeedStage
from regions.models import Need, Offer, OfferAsset, Slot

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE = 400
UNRELATED = "income"


@dataclass
class Scene:
    """The club, the needs of its community, everything else of the demo."""

    club: Volunteer
    needs: list[Need]


@pytest.fixture
def scene(db: None) -> Scene:
    load_reference()
    load_demo(people=PEOPLE, now=timezone.now())
    club = Volunteer.objects.get(size=30)
    community = Offer.objects.filter(assets__asset_kind__code="forest_use").order_by("pk")[0].region
    return Scene(club=club, needs=list(community.needs.filter(stage=NeedStage.OPEN)))


def proposals_for_club(scene: Scene) -> list[Planned]:
    plan = plan_only(actor=User.objects.system())
    own = {need.pk for need in scene.needs}
    return [row for row in plan.proposals if row.party == scene.club.pk and row.need in own]


def prepared() -> Prepared:
    weights = weights_of(ensure_weights())
    return prepare(read_inputs(scope=ALL, weights=weights, now=timezone.now()))


def verdict_on(pairs: Prepared, *, need_id: int, party_id: int) -> engine.Assessment:
    return engine.assess(
        snapshot=pairs.snapshot,
        needs=pairs.needs,
        need_id=need_id,
        participant_id=party_id,
        minutes=pairs.inputs.minutes,
        weights=pairs.inputs.weights,
    )


def passing(pairs: Prepared, *, need_id: int, party_id: int) -> bool:
    return not verdict_on(pairs, need_id=need_id, party_id=party_id).reasons


def score_of(pairs: Prepared, *, need_id: int, party_id: int) -> int:
    """The score of a pair that passes the hard rules, else 0."""
    verdict = verdict_on(pairs, need_id=need_id, party_id=party_id)
    return 0 if verdict.reasons or not verdict.score else verdict.score.score_micro


def set_wishes(club: Volunteer, *codes: str) -> None:
    club.wishes.all().delete()
    Wish.objects.bulk_create(
        Wish(volunteer=club, asset_kind=AssetKind.objects.get(code=code), weight=3) for code in codes
    )


def set_offers(scene: Scene, *codes: str) -> None:
    """Every offer of the community gives these kinds instead."""
    for offer in scene.needs[0].region.offers.all():
        offer.assets.all().delete()
        OfferAsset.objects.bulk_create(
            OfferAsset(offer=offer, asset_kind=AssetKind.objects.get(code=code)) for code in codes
        )


def test_the_club_is_proposed_first_for_a_first_visit(scene: Scene) -> None:
    [row] = proposals_for_club(scene)
    assert (row.rank_for_need, row.rank_for_party) == (1, 1)
    assert row.people == scene.needs[0].region.first_visit_max == 5


def test_the_pair_won_against_others(scene: Scene) -> None:
    pairs = prepared()
    others = [row.id for row in pairs.inputs.participants if row.id != scene.club.pk]
    most = max(
        sum(passing(pairs, need_id=need.pk, party_id=party) for party in others) for need in scene.needs
    )
    own = {need.pk for need in scene.needs}
    elsewhere = [
        row.id
        for row in pairs.inputs.needs
        if row.id not in own and passing(pairs, need_id=row.id, party_id=scene.club.pk)
    ]
    paths = OfferAsset.objects.filter(asset_kind__code__startswith="trail").exclude(
        offer__region=scene.needs[0].region
    )
    assert most >= 30
    assert len(elsewhere) >= 3
    assert paths.values("offer__region").distinct().count() >= 2


@pytest.mark.parametrize("side", ["wish", "offer"])
def test_an_unrelated_kind_leaves_no_proposal(scene: Scene, side: str) -> None:
    if side == "wish":
        set_wishes(scene.club, UNRELATED)
    else:
        set_offers(scene, UNRELATED)
    assert proposals_for_club(scene) == []


@pytest.mark.parametrize("side", ["wish", "offer"])
def test_an_empty_side_drops_the_pair_from_the_first_place(scene: Scene, side: str) -> None:
    """Unstated is neutral, not zero: the pair may still be proposed, but somebody else is the better fit."""
    [before] = proposals_for_club(scene)
    assert (before.rank_for_need, before.rank_for_party) == (1, 1)
    if side == "wish":
        set_wishes(scene.club)
    else:
        for need in scene.needs:
            need.offers.clear()
    pairs = prepared()
    after = score_of(pairs, need_id=before.need, party_id=scene.club.pk)
    assert 0 < after < before.score_micro
    assert [row.id for row in better_parties(pairs, need_id=before.need, than=after)]
    for row in proposals_for_club(scene):
        assert row.rank_for_need > 1
        assert row.score_micro < before.score_micro
    if side == "offer":  # elsewhere they still get something in return
        own = {need.pk for need in scene.needs}
        elsewhere = [need.id for need in pairs.inputs.needs if need.id not in own]
        assert max(score_of(pairs, need_id=need, party_id=scene.club.pk) for need in elsewhere) > after


def better_parties(pairs: Prepared, *, need_id: int, than: int) -> list[Any]:
    """Who fits a need better than that."""
    return [
        row for row in pairs.inputs.participants if score_of(pairs, need_id=need_id, party_id=row.id) > than
    ]


def test_plans_for_rain_do_not_say_when_it_rains_once_more(scene: Scene) -> None:
    plans = set(Slot.objects.exclude(rain="").values_list("rain", flat=True))
    assert "翌週の日曜" in plans
    assert not any("雨天のとき" in plan for plan in plans)
