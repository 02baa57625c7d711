"""Nobody is at two places at once: a lone party and its group, two groups, two lone parties of one person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Allocation, Phase
from tests.engine.oracles import check_allocation, check_people
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import World, entwined, random_world, shuffled

SEEDS = st.integers(min_value=0, max_value=2**32)
ANA, BEN = 901, 902


def placed(world: World) -> dict[int, tuple[int, ...]]:
    """Dates by participant."""
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    return {proposal.participant_id: proposal.slot_ids for proposal in allocation.proposals}


def group(number: int, *people: int, **more):
    return party(
        number, **{"size": 3, "min_people": 3, "is_group": True, "people": frozenset(people), **more}
    )


def lone(number: int, person: int, **more):
    return party(number, people=frozenset({person}), **more)


def at(number: int, start: int, *, minutes: int = 180, **more):
    """A need with one date on one day, where a group and others have room."""
    return need(number, replace(slot(number * 10, 6, start=start, minutes=minutes), places_free=5, **more))


def test_member_is_not_sent_elsewhere_while_the_group_is_at_work():
    club, ana, ben = group(1, ANA), lone(2, ANA), lone(3, BEN)
    world = small([club, ana, ben], [at(7, 540), at(8, 600)])
    found = placed(world)
    assert set(found) == {1, 3}
    assert set(found.values()) == {(70,), (80,)}


def test_back_to_back_and_help_from_afar_are_no_clash():
    club, ana = group(1, ANA, remote_ok=False), lone(2, ANA)
    assert len(placed(small([club, ana], [at(7, 540), at(8, 720)]))) == 2
    assert len(placed(small([club, ana], [at(7, 540), at(8, 540, remote=True)]))) == 2


def test_same_date_is_a_clash_too():
    club, ana = group(1, ANA), lone(2, ANA)
    assert len(placed(small([club, ana], [at(7, 540)]))) == 1
    assert len(placed(small([club, replace(ana, people=frozenset({BEN}))], [at(7, 540)]))) == 2


@pytest.mark.parametrize("make", [group, lone])
def test_two_groups_or_two_lone_parties_of_one_person_are_kept_apart(make):
    world = small([make(1, ANA), make(2, ANA)], [at(7, 540), at(8, 540)])
    assert len(placed(world)) == 1
    later = need(9, slot(90, 9, places=5))
    assert len(placed(replace(world, needs=(*world.needs, later)))) == 2


def test_whoever_knows_the_community_goes_first_and_the_group_elsewhere_waits():
    club, ana = group(1, ANA, kept_micro=1_000_000), lone(2, ANA, known_regions=frozenset({7}))
    assert placed(small([club, ana], [at(7, 540), at(8, 540)])) == {2: (70,)}


def test_further_dates_leave_out_hours_at_which_somebody_is_elsewhere():
    regular = lone(1, ANA, known_regions=frozenset({7}))
    dates = tuple(slot(70 + week, 6 + 7 * week, places=1) for week in range(3))
    elsewhere = need(8, slot(80, 13, places=5))
    club = group(2, ANA, known_regions=frozenset({8}))
    world = small([regular, club], [need(7, *dates), elsewhere])
    assert placed(world) == {1: (70, 72), 2: (80,)}
    apart = replace(world, participants=(regular, replace(club, people=frozenset({BEN}))))
    assert placed(apart) == {1: (70, 71, 72), 2: (80,)}


def test_who_is_elsewhere_with_the_group_blocks_nothing():
    club, ana = group(1, ANA, kept_micro=1_000_000), lone(2, ANA)
    world = small([club, ana], [at(7, 540), at(8, 540)])
    allocation = allocation_of(world)
    assert [proposal.participant_id for proposal in allocation.proposals] == [1]
    assert allocation.report.blocking_pairs == 0


def test_a_promise_is_placed_first_but_is_no_acquaintance():
    friends = group(1, ANA, size=9, min_people=2, agreed_regions=frozenset({7}), wishes=((0, 1), (7, 3)))
    star = lone(2, BEN, kept_micro=1_000_000)
    place = need(7, slot(70, 6, places=3), slot(71, 13, places=9), first_visit_max=3, proposals_max=1)
    world = small([friends, star], [place])
    (proposal,) = allocation_of(world).proposals
    assert (proposal.participant_id, proposal.phase, proposal.people) == (1, Phase.RELATION, 3)
    assert len(proposal.slot_ids) == 1
    check_allocation(world, allocation_of(world))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, generous=st.booleans())
def test_every_allocation_of_people_in_several_parties_passes_the_audit(seed, generous):
    world = entwined(random_world(seed, generous=generous), seed)
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    assert allocation.report.gap_micro >= 0
    assert allocation_of(shuffled(world, seed)) == allocation


def tied(allocation: Allocation) -> dict[int, tuple[int, int]]:
    """Where existing relations were placed, and on which date."""
    return {
        proposal.participant_id: (proposal.need_id, proposal.slot_ids[0])
        for proposal in allocation.proposals
        if proposal.phase is Phase.RELATION
    }


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_newcomers_never_move_a_relation_or_a_promise(seed):
    drawn = entwined(random_world(seed, parties=16, generous=True), seed)
    world = replace(drawn, weights=replace(drawn.weights, slots_max=1))
    alone = replace(
        world, participants=tuple(p for p in world.participants if p.known_regions | p.agreed_regions)
    )
    assert tied(allocation_of(world)) == tied(allocation_of(alone))


def test_audit_catches_a_person_at_two_places():
    caught = 0
    for seed in range(30):
        world = entwined(random_world(seed, generous=True), seed)
        careless = tuple(replace(party, people=frozenset()) for party in world.participants)
        try:
            check_people(world, allocation_of(replace(world, participants=careless)))
        except AssertionError:
            caught += 1
    assert caught >= 3
