"""The steps of the allocation one by one, on worlds small enough to read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Phase, ReasonCode, Weights
from tests.engine import reference
from tests.engine.oracles import check_allocation
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import World, random_world

SEEDS = st.integers(min_value=0, max_value=2**32)


def placed(world: World) -> dict[int, tuple[int, tuple[int, ...], int, Phase]]:
    """need, slots, people and phase by participant."""
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    return {p.participant_id: (p.need_id, p.slot_ids, p.people, p.phase) for p in allocation.proposals}


def test_a_relation_comes_before_a_better_newcomer():
    friend = party(1, known_regions=frozenset({7}), wishes=((0, 1), (7, 3)))
    star = party(2, kept_micro=1_000_000)
    world = small([friend, star], [need(7, slot(70, 6))])
    assert placed(world) == {1: (7, (70,), 1, Phase.RELATION)}


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_no_newcomer_takes_what_a_relation_could_have_had(seed):
    drawn = random_world(seed, generous=True)
    world = replace(drawn, weights=replace(drawn.weights, slots_max=1))
    allocation = allocation_of(world)
    first = [p for p in allocation.proposals if p.phase is Phase.RELATION]
    kept = {p.participant_id for p in first}
    needs = {n.id: n for n in world.needs}
    used = Counter()
    for p in first:
        used[p.slot_ids[0]] += p.people
    per_need = Counter(p.need_id for p in first)
    per_guide = Counter(needs[p.need_id].guide for p in first)
    for someone in world.participants:
        for n in world.needs:
            if someone.id in kept or n.region not in someone.known_regions:
                continue
            judged = reference.pair(world, someone, n)
            most = world.weights.proposals_max_default if n.proposals_max is None else n.proposals_max
            guide = world.guide_capacity.get(n.guide, world.weights.guide_capacity_default)
            full = per_need[n.id] + n.live_proposals >= most or per_guide[n.guide] >= guide
            for s in n.slots:
                if s.id in judged.slot_scores and not full:
                    assert s.places_free - used[s.id] < someone.min_people


def test_a_new_group_comes_with_first_visit_max_people():
    riders = party(1, size=30, min_people=4, is_group=True)
    world = small([riders], [need(7, slot(70, 6, places=30), slot(71, 13, places=30), first_visit_max=5)])
    assert placed(world) == {1: (7, (70,), 5, Phase.GROUP)}


def test_a_group_that_knows_the_community_comes_whole_and_more_than_once():
    riders = party(1, size=30, min_people=4, is_group=True, known_regions=frozenset({7}))
    slots = (
        slot(70, 6, places=30),
        slot(71, 13, places=30),
        slot(72, 20, places=29),
        slot(73, 27, places=30),
    )
    world = small([riders], [need(7, *slots, first_visit_max=5)])
    assert placed(world) == {1: (7, (70, 71, 73), 30, Phase.RELATION)}


def test_further_dates_never_overlap_and_back_to_back_is_fine():
    regular = party(1, known_regions=frozenset({7}))
    slots = (
        slot(70, 6, minutes=180),
        slot(71, 6, start=600, minutes=180),
        slot(72, 6, start=720, minutes=60),
    )
    world = small([regular], [need(7, *slots)])
    assert placed(world) == {1: (7, (70, 72), 1, Phase.RELATION)}


def test_a_group_takes_its_people_in_the_slot_or_none():
    big = party(1, size=6, min_people=4, is_group=True, kept_micro=500_000)
    other = party(2, size=3, min_people=3, is_group=True)
    world = small([big, other], [need(7, slot(70, 6, places=6), first_visit_max=6)])
    assert placed(world) == {1: (7, (70,), 6, Phase.GROUP)}


def test_coverage_sends_the_second_person_to_the_empty_need():
    ana, ben = party(1), party(2)
    near, far = (
        need(7, slot(70, 6, places=2)),
        need(8, slot(80, 6, places=2), offers=(0,), work=((0, 3), (5, 1))),
    )
    world = small([ana, ben], [near, far])
    found = placed(world)
    assert {place for place, _, _, _ in found.values()} == {7, 8}
    nothing = Weights(first_person=0, second_person=0, first_in_region=0)
    assert {place for place, _, _, _ in placed(replace(world, weights=nothing)).values()} == {7}


def test_bonuses_are_named_on_the_proposal_that_brought_them():
    world = small([party(1, kept_micro=900_000), party(2)], [need(7, slot(70, 6, places=2))])
    first, second = allocation_of(world).proposals
    assert first.bonuses == ((ReasonCode.FIRST_PERSON, 250_000), (ReasonCode.FIRST_IN_REGION, 150_000))
    assert second.bonuses == ((ReasonCode.SECOND_PERSON, 60_000),)


def test_guides_are_never_asked_to_read_more_than_they_can():
    parties = [party(number) for number in range(1, 7)]
    needs = [need(7, slot(70, 6, places=5)), need(8, slot(80, 6, places=5))]
    world = small(parties, needs, guide_capacity={0: 3})
    assert len(placed(world)) == 3
    assert placed(replace(world, guide_capacity={0: 0})) == {}


def test_a_need_without_a_guide_still_gets_proposals():
    world = small([party(1)], [need(7, slot(70, 6), guide=-1)], guide_capacity={})
    assert placed(world) == {1: (7, (70,), 1, Phase.FLOW)}


def test_ties_go_to_the_earlier_public_id_for_groups_and_relations():
    twins = [party(number, size=2, min_people=2) for number in (3, 2)]
    friends = [replace(twin, known_regions=frozenset({7})) for twin in twins]
    place = need(7, slot(70, 6, places=2))
    assert placed(small(twins, [place])) == {2: (7, (70,), 2, Phase.GROUP)}
    assert placed(small(friends, [place])) == {2: (7, (70,), 2, Phase.RELATION)}


def test_blocking_pairs_count_who_would_rather_have_each_other():
    ana = party(1, kept_micro=1_000_000)
    good, poor = need(7, slot(70, 6)), need(8, slot(80, 6), work=((0, 1), (5, 1)))
    with_bonus = small([ana], [replace(good, need_served=2, region_served=5), poor])
    assert {p.need_id for p in allocation_of(with_bonus).proposals} == {8}
    assert allocation_of(with_bonus).report.blocking_pairs == 1
    without = replace(with_bonus, weights=Weights(first_person=0, second_person=0, first_in_region=0))
    assert {p.need_id for p in allocation_of(without).proposals} == {7}
    assert allocation_of(without).report.blocking_pairs == 0


def test_an_exchange_needs_both_directions_and_silence_weighs_less_than_a_fit():
    def best(**changes) -> int | None:
        rider = party(1, wishes=changes.get("wishes", ((2, 3),)))
        place = need(
            7, slot(70, 6), offers=changes.get("offers", (2,)), offers_stated=changes.get("stated", True)
        )
        return next((p.score.score_micro for p in allocation_of(small([rider], [place])).proposals), None)

    full = best()
    assert best(wishes=((7, 3),)) is None
    assert best(offers=(7,)) is None
    assert best(wishes=()) < full
    assert best(offers=(), stated=False) < full
