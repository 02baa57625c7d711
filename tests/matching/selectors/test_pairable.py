"""Whom a guide may propose without having been told an id."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User, Volunteer
from accounts.services.parties import pause_party
from matching.enums import EndReason, MatchState, Side
from matching.models import Block, Candidate, MatchRun, Relation
from matching.selectors.pairable import pairable, pairable_by, pairable_parties
from matching.services.review import reject_match
from matching.services.weights import ensure_weights
from regions.models import Need
from tests.builders import make_guide, make_need, make_organization, make_party, make_region
from tests.matching import saga as story

pytestmark = pytest.mark.django_db


def know(party: Volunteer, need: Need, *, days: int = 1) -> Volunteer:
    Relation.objects.create(volunteer=party, region=need.region, days=days)
    return party


def compare(party: Volunteer, need: Need, *, place: int = 1) -> Volunteer:
    run = MatchRun.objects.create(
        scope=f"{place}", requested_by=User.objects.system(), weights=ensure_weights()
    )
    Candidate.objects.create(
        need=need, volunteer=party, run=run, place=place, score_micro=1, work_micro=1, wish_micro=1, mutual_micro=1,
        comfort_micro=1, ties_micro=0,
    )  # fmt: skip
    return party


@pytest.mark.parametrize("count", [1, 3])
def test_parties_within_reach_are_read_in_three_queries(
    count: int, mowing: Need, mori: User, django_assert_num_queries
) -> None:
    for number in range(count):
        know(compare(make_party(), mowing, place=number + 1), mowing)
    need = Need.objects.select_related("region__municipality").get(pk=mowing.pk)
    with django_assert_num_queries(3):
        rows = [pairable(row) for row in pairable_parties(mori, need, now=timezone.now())]
        assert all(row.label and row.name for row in rows)
    assert len(rows) == count


def test_who_knows_the_community_comes_before_who_was_compared(mowing: Need, mori: User) -> None:
    second, first = compare(make_party(), mowing, place=2), compare(make_party(), mowing, place=1)
    once, often = know(make_party(), mowing), know(compare(make_party(), mowing, place=3), mowing, days=4)
    never_came = know(make_party(), mowing, days=0)
    make_party()
    rows = [pairable(row) for row in pairable_parties(mori, mowing, now=timezone.now())]
    assert [(row.party, row.days, row.place) for row in rows] == [
        (often, 4, 3),
        (once, 1, None),
        (never_came, 0, None),
        (first, None, 1),
        (second, None, 2),
    ]
    assert {row.state for row in rows} == {""}
    assert set(pairable_by(mori, mowing)) == {row.party for row in rows}


def test_ties_elsewhere_bring_nobody_into_reach(mowing: Need, mori: User) -> None:
    know(make_party(), make_need(make_region()))
    compare(make_party(), make_need(mowing.region))
    assert not pairable_parties(mori, mowing, now=timezone.now()).exists()


def test_paused_and_blocked_are_left_out(mowing: Need, mori: User) -> None:
    paused, blocked = know(make_party(), mowing), compare(make_party(), mowing)
    stays = know(make_party(), mowing)
    pause_party(actor=paused.representative, party=paused)
    Block.objects.create(volunteer=blocked, region=mowing.region, side=Side.REGION, made_by=mori)
    assert list(pairable_parties(mori, mowing, now=timezone.now())) == [stays]
    assert list(pairable_by(mori, mowing)) == [stays]


def test_who_has_a_live_match_cannot_be_proposed_again_and_who_was_refused_can(
    mowing: Need, mori: User
) -> None:
    live, refused = (know(make_party(), mowing, days=days) for days in (9, 8))
    story.propose(mowing, live)
    reject_match(match_id=story.propose(mowing, refused).pk, actor=mori, reason=EndReason.CAPACITY)
    rows = [pairable(row) for row in pairable_parties(mori, mowing, now=timezone.now())]
    assert [(row.party, row.state, row.can_be_proposed) for row in rows] == [
        (live, MatchState.PROPOSED.label, False),
        (refused, MatchState.REJECTED.label, True),
    ]
    assert list(pairable_by(mori, mowing)) == [refused]


def test_only_guides_of_the_community_are_offered_anybody(
    mowing: Need, hana: User, ume: User, kenji: User, yuki: User, mori: User, sato: User, admin: User
) -> None:
    party = know(make_party(), mowing)
    elsewhere = make_guide(make_organization(prefectures=["13"])).user
    for user in (hana, ume, kenji, yuki, admin, elsewhere, party.representative):
        assert not pairable_parties(user, mowing, now=timezone.now()).exists()
        assert not pairable_by(user, mowing).exists()
    for guide in (mori, sato):
        assert list(pairable_by(guide, mowing)) == [party]
