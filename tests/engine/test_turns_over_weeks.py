"""What turns come to over weeks: nobody is asked too often, more people are asked, and no community goes short."""

from __future__ import annotations

import pytest

from matching.engine import Weights
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.weeks import STEADY, TIRING, weeks_of

OFF = Weights(turn_max=0, contacts_max=10_000)
ON = Weights()
FEW = {"weeks": 8, "people": 60, "communities": 16}


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_asked_more_often_than_allowed_and_more_people_are_asked(seed):
    without, turns = (weeks_of(seed, weights, answers=TIRING, **FEW) for weights in (OFF, ON))
    assert without.most_in_a_month() > ON.contacts_max >= turns.most_in_a_month()
    assert turns.people > without.people
    assert turns.connected > without.connected


@pytest.mark.parametrize("seed", range(3))
def test_communities_lose_nothing_where_people_do_not_tire(seed):
    without, turns = (weeks_of(seed, weights, answers=STEADY, **FEW) for weights in (OFF, ON))
    assert turns.times == without.times
    assert turns.connected >= 0.98 * without.connected


def test_a_community_that_had_nobody_comes_before_one_that_just_had():
    served: dict[int, int] = {}
    order = []
    # One person a week, and four communities that all lack the same.
    for week in range(8):
        needs = [
            need(
                region, slot(10 * region, 20), wait_days=7 * (week - served.get(region, -9)),
                need_served=region in served, region_served=region in served,
            )
            for region in range(1, 5)
        ]  # fmt: skip
        (proposal,) = allocation_of(small([party(week + 1)], needs)).proposals
        served[proposal.need_id] = week
        order.append(proposal.need_id)
    assert sorted(order[:4]) == [1, 2, 3, 4]
    assert order[4:] == order[:4], "then who has waited longest"
