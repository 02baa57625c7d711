"""Lists of parties cost the same for one as for three."""

from __future__ import annotations

import pytest

from accounts.selectors.parties import own_parties, parties_for
from tests.cast import make_party, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_parties_with_all_they_hold_take_seven_queries(count, django_assert_num_queries):
    user = make_user("原田")
    for _ in range(count):
        make_party(user, size=3, qualifications=["brushcutter"], members=[make_user()])
    with django_assert_num_queries(7):
        seen = [
            (
                party.home.label,
                str(party.representative),
                [row.work_kind.code for row in party.abilities.all()],
                [row.asset_kind.code for row in party.wishes.all()],
                [row.qualification.code for row in party.held_qualifications.all()],
                len([str(row.user) for row in party.memberships.all()]),
                len(party.availabilities.all()),
                len(party.absences.all()),
            )
            for party in parties_for(user)
        ]
    assert seen == [("福岡県福岡市", "原田", ["grass_hand"], ["trail_mtb"], ["brushcutter"], 2, 1, 0)] * count


def test_own_parties_are_those_represented_not_those_joined(hana, hana_party, harada):
    make_party(harada, size=4, members=[hana])
    assert list(own_parties(hana)) == [hana_party]
