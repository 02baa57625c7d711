"""A guide names the party of a pair by its public id, listed or told."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.models import User
from matching.enums import MatchState, Origin
from matching.models import Match
from matching.selectors.pairable import pairable_by
from matching.services.by_hand import suggest_by_hand
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
