"""A guide names the party of a pair by its public id, listed or told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User, Volunteer
from matching.enums import MatchState, Origin
from matching.models import Match
from matching.selectors.pairable import pairable_by
from matching.services.by_hand import barriers_ahead, dates_ahead, pair_in_mind, suggest_by_hand
from regions.models import Need
from tests.builders import make_party

pytestmark = pytest.mark.django_db


def test_party_that_nobody_listed_is_proposed_by_its_id(mowing: Need, mori: User) -> None:
    party = make_party(size=3)
    assert not pairable_by(mori, mowing).exists()
    match = suggest_by_hand(
        actor=mori,
        need=mowing,
        party=f" {party.public_id} ",
        slots=mowing.slots.all(),
        people=2,
        note="祭りで会った",
    )
    assert (match.volunteer, match.people, match.state, match.origin) == (
        party,
        2,
        MatchState.PROPOSED,
        Origin.GUIDE,
    )
    assert match.events.get().note == "祭りで会った"
    with pytest.raises(Conflict, match="already_matched"):
        suggest_by_hand(actor=mori, need=mowing, party=party.public_id, slots=mowing.slots.all())


@pytest.mark.parametrize("party", ["", "nobodyatall1"])
def test_id_of_nobody_is_refused_beside_its_field(party: str, mowing: Need, mori: User) -> None:
    with pytest.raises(Invalid, match="party_unknown") as refused:
        suggest_by_hand(actor=mori, need=mowing, party=party, slots=mowing.slots.all())
    assert set(refused.value.fields) == {"party"}


def test_who_is_no_guide_there_proposes_nobody(
    mowing: Need, hana: User, ume: User, admin: User, yuki: User
) -> None:
    party, own = make_party(), yuki.represented_parties.get()
    for user in (hana, yuki):
        with pytest.raises(Invalid, match="party_unknown"):
            suggest_by_hand(actor=user, need=mowing, party=party.public_id, slots=mowing.slots.all())
    for user, named in ((ume, party), (admin, party), (yuki, own)):
        with pytest.raises(NotAllowed, match="role_may_not"):
            suggest_by_hand(actor=user, need=mowing, party=named.public_id, slots=mowing.slots.all())
    assert not Match.objects.exists()


def test_first_rule_in_the_way_of_each_is_the_one_its_proposal_names(
    mowing: Need, mori: User, hana_party: Volunteer, yuki_party: Volunteer, riders: Volunteer
) -> None:
    parties, now = [yuki_party, riders, hana_party], timezone.now()
    found = barriers_ahead(
        actor=mori, need=mowing, parties=parties, dates=dates_ahead(mowing, now=now), now=now
    )
    named = {}
    for party in parties:
        match = suggest_by_hand(actor=mori, need=mowing, party=party.public_id, slots=mowing.slots.all())
        named[party.pk] = next(iter(match.explanation["failed"]), None)
    assert found == named
    assert {None} < set(found.values())


def test_pair_in_mind_writes_nothing_and_says_where_there_is_no_room(
    mowing: Need, mori: User, riders: Volunteer
) -> None:
    now = timezone.now()
    match = pair_in_mind(actor=mori, need=mowing, party=riders, dates=dates_ahead(mowing, now=now), now=now)
    assert (match.pk, match.people, match.is_first_visit) == (None, mowing.region.first_visit_max, True)
    assert match.explanation["f_den"]
    mowing.slots.update(places=3)
    with pytest.raises(Conflict, match="places_short"):
        pair_in_mind(actor=mori, need=mowing, party=riders, dates=dates_ahead(mowing, now=now), now=now)
    with pytest.raises(Conflict, match="slot_over"):
        pair_in_mind(actor=mori, need=mowing, party=riders, dates=[], now=now)


def test_only_a_guide_of_the_community_is_told_what_is_in_the_way(
    mowing: Need, ume: User, admin: User, elsewhere: User, hana_party: Volunteer
) -> None:
    now = timezone.now()
    dates = dates_ahead(mowing, now=now)
    for user in (ume, admin, elsewhere, hana_party.representative):
        with pytest.raises(NotAllowed, match="role_may_not"):
            barriers_ahead(actor=user, need=mowing, parties=[hana_party], dates=dates, now=now)
        with pytest.raises(NotAllowed, match="role_may_not"):
            pair_in_mind(actor=user, need=mowing, party=hana_party, dates=dates, now=now)
