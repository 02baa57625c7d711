"""How evenly an allocation reaches people and communities, and what the scores give up for it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Beginning, Phase, Weights, allocate, without_fairness
from matching.engine.fairness import gini_milli
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import compiled, random_world, scan

EVEN = Weights(first_person=0, second_person=0, first_in_region=0)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([], 0), ([0, 0], 0), ([3, 3, 3], 0), ([0, 0, 0, 4], 750), ([1, 3], 250), ([3, 1], 250)],
)
def test_gini_is_nought_for_all_alike_and_rises_towards_one_for_all_at_one(counts, expected):
    assert gini_milli(counts) == expected


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_gini_is_half_the_mean_difference_over_the_mean(counts):
    whole = sum(counts)
    differences = sum(abs(one - other) for one in counts for other in counts)
    exact = Fraction(differences, 2 * len(counts) * whole) if whole else Fraction(0)
    assert gini_milli(counts) == exact * 1000 // 1


def test_price_is_the_score_given_up_for_a_need_that_nobody_served():
    ana = party(1, kept_micro=1_000_000)
    good = need(7, slot(70, 6), need_served=2, region_served=5)
    poor = need(8, slot(80, 6), work=((0, 1), (5, 1)))
    world = small([ana], [good, poor])
    alone = [allocation_of(replace(world, weights=EVEN)), allocation_of(world)]
    lost = alone[0].proposals[0].score.score_micro - alone[1].proposals[0].score.score_micro
    fairness = alone[1].report.fairness
    assert lost > 0
    assert (fairness.price_micro, fairness.unfair_micro) == (lost, alone[0].proposals[0].score.score_micro)
    assert alone[0].report.fairness.price_micro == 0
    assert (fairness.exposure_gini_milli, fairness.regions_served) == (500, 1)


def test_price_is_also_what_is_given_up_where_somebody_steps_back():
    good, fresh = party(1, kept_micro=900_000, asked_days_ago=(3,)), party(2)
    world = small([good, fresh], [need(7, slot(70, 6))])
    (proposal,) = allocation_of(world).proposals
    fairness = allocation_of(world).report.fairness
    assert proposal.participant_id == 2
    assert (fairness.price_micro, fairness.unfair_micro) == (36_000, proposal.score.score_micro + 36_000)


def test_existing_relations_are_no_matter_of_fairness():
    friend = party(1, known_regions=frozenset({7}))
    world = small([friend], [need(7, slot(70, 6))])
    fairness = allocation_of(world).report.fairness
    assert (fairness.unfair_micro, fairness.price_micro, fairness.regions_served) == (0, 0, 1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), generous=st.booleans())
def test_people_alone_never_gain_by_fairness(seed, generous):
    world = random_world(seed, generous=generous)
    single = replace(
        world, participants=tuple(replace(each, size=1, min_people=1) for each in world.participants)
    )
    fairness = allocation_of(single).report.fairness
    assert 0 <= fairness.price_micro <= fairness.unfair_micro
    assert 0 <= fairness.exposure_gini_milli < 1000
    assert fairness.regions_served <= fairness.regions_total


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), generous=st.booleans())
def test_price_measured_apart_is_that_of_the_allocation(seed, generous):
    world = random_world(seed, generous=generous)
    snapshot, needs = compiled(world)
    given_to = {
        "snapshot": snapshot, "needs": needs, "merged": scan(world), "minutes": world.minutes,
        "weights": world.weights, "guide_capacity": world.guide_capacity,
    }  # fmt: skip
    whole, apart = allocate(**given_to), allocate(**given_to, measure_price=False)
    assert (apart.report.fairness.price_micro, apart.report.fairness.unfair_micro) == (None, None)
    assert apart.report.fairness.priced(without_fairness(Beginning.of(**given_to))) == whole.report.fairness
    assert replace(apart.report, fairness=whole.report.fairness) == whole.report
    assert apart.proposals == whole.proposals
    assert whole.report.fairness.newcomers_micro == sum(
        proposal.score.score_micro for proposal in whole.proposals if proposal.phase != Phase.RELATION
    )
