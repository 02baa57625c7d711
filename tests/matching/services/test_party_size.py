"""A party is never smaller than the people it has places for."""

from __future__ import annotations

import pytest

from accounts.errors import Conflict
from accounts.models import Ability, AuditEntry, Outbox, User, Volunteer
from accounts.services.parties import update_party
from matching.enums import EndReason
from matching.services.endings import withdraw_match
from matching.services.review import approve_match
from regions.models import Need, Region
from tests.builders import at_tokyo, make_need, make_party, sunday_ahead
from tests.matching import saga as life

pytestmark = pytest.mark.django_db


@pytest.fixture
def party() -> Volunteer:
    party = make_party(size=6)
    Ability.objects.filter(volunteer=party).update(people=1)
    return party


def shrink(party: Volunteer, size: int, **more: int) -> Volunteer:
    return update_party(actor=party.representative, party=party, size=size, **more)


def test_fewer_than_the_people_with_places_is_refused_and_nothing_changes(
    mowing: Need, party: Volunteer, mori: User
) -> None:
    match = life.asked(life.propose(mowing, party, people=5), guide=mori)
    before = (AuditEntry.objects.count(), Outbox.objects.count())
    with pytest.raises(Conflict) as refusal:
        shrink(party, 4)
    assert refusal.value.code == "people_promised"
    assert "5" in refusal.value.fields["size"][0]
    party.refresh_from_db()
    assert (party.size, AuditEntry.objects.count(), Outbox.objects.count()) == (6, *before)
    assert shrink(party, 5).size == 5
    assert match.people == 5


def test_the_largest_of_several_promises_counts(
    mowing: Need, saga: Region, party: Volunteer, mori: User
) -> None:
    later = make_need(saga, slots=[{"start_at": at_tokyo(sunday_ahead(90), 8)}])
    life.asked(life.propose(mowing, party, people=2), guide=mori)
    life.asked(life.propose(later, party, people=4), guide=mori)
    with pytest.raises(Conflict) as refusal:
        shrink(party, 3)
    assert "4" in refusal.value.fields["size"][0]


def test_what_holds_no_place_does_not_bind(mowing: Need, party: Volunteer, mori: User) -> None:
    match = life.propose(mowing, party, people=5)
    assert shrink(party, 2).size == 2
    with pytest.raises(Conflict) as refusal:
        approve_match(match_id=match.pk, actor=mori)
    assert refusal.value.code == "party_smaller_now"


def test_an_ended_match_does_not_bind(mowing: Need, party: Volunteer, mori: User) -> None:
    match = life.asked(life.propose(mowing, party, people=5), guide=mori)
    withdraw_match(match_id=match.pk, actor=party.representative, reason=EndReason.CHANGED_PLANS)
    assert shrink(party, 1).size == 1


def test_other_values_and_more_people_are_not_held_against_promises(
    mowing: Need, party: Volunteer, mori: User
) -> None:
    life.asked(life.propose(mowing, party, people=5), guide=mori)
    assert shrink(party, 9).size == 9
    assert shrink(party, 9, min_people=2).min_people == 2
