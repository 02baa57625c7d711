"""The allocation: audited, compared with an LP solver and with plain enumeration."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching.engine import NeedRow
from matching.engine.flow import FlowProblem, solve
from tests.engine import reference
from tests.engine.oracles import check_allocation
from tests.engine.small import allocation_of
from tests.engine.world import World, random_world

SEEDS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, generous=st.booleans())
def test_every_allocation_passes_the_audit(seed, generous):
    world = random_world(seed, generous=generous)
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    report = allocation.report
    bonuses = sum(micro for proposal in allocation.proposals for _, micro in proposal.bonuses)
    scores = sum(proposal.score.score_micro for proposal in allocation.proposals)
    behind = sum(proposal.behind_micro for proposal in allocation.proposals)
    assert report.objective_micro == scores + bonuses - behind
    assert report.gap_micro >= 0
    assert report.by_relation + report.by_group + report.by_flow == len(allocation.proposals)


# -- the flow against an LP solver ---------------------------------------------------------------------


def random_problem(seed: int) -> FlowProblem:
    draw = random.Random(seed)
    parties, needs, regions, guides = (
        draw.randint(1, 12),
        draw.randint(1, 6),
        draw.randint(1, 3),
        draw.randint(1, 2),
    )
    slot_need = [need for need in range(needs) for _ in range(draw.randint(1, 3))]
    edges = sorted(
        (party, slot) for party in range(parties) for slot in range(len(slot_need)) if draw.random() < 0.5
    )
    return FlowProblem(
        party=np.array([party for party, _ in edges], dtype=np.int64),
        slot=np.array([slot for _, slot in edges], dtype=np.int64),
        worth=np.array([draw.randrange(1, 1_200_000) for _ in edges], dtype=np.int64),
        parties=parties,
        slot_places=np.array([draw.randint(0, 3) for _ in slot_need], dtype=np.int64),
        slot_need=np.array(slot_need, dtype=np.int64),
        need_left=np.array([draw.randint(0, 4) for _ in range(needs)], dtype=np.int64),
        need_served=np.array([draw.choice((0, 0, 1, 2)) for _ in range(needs)], dtype=np.int64),
        need_region=np.array([draw.randrange(regions) for _ in range(needs)], dtype=np.int64),
        region_open=np.array([draw.random() < 0.7 for _ in range(regions)]),
        region_guide=np.array([draw.randrange(guides) for _ in range(regions)], dtype=np.int64),
        guide_left=np.array([draw.randint(0, 6) for _ in range(guides)], dtype=np.int64),
        first=250_000,
        second=60_000,
        region_first=150_000,
    )


def linear_optimum(problem: FlowProblem) -> int:
    """The same problem as a linear programme: edges, then first, second per need, then first per region."""
    e, m, r = len(problem.party), len(problem.need_left), len(problem.region_open)
    need_of = problem.slot_need[problem.slot]
    region_of = problem.need_region[need_of]
    guide_of = problem.region_guide[region_of]
    total = e + 2 * m + r
    rows, limits = [], []

    def at_most(edges: np.ndarray, limit: int, minus: tuple[int, ...] = ()) -> None:
        row = np.zeros(total)
        row[:e][edges] = 1
        row[list(minus)] = -1
        rows.append(row)
        limits.append(limit)

    for party in range(problem.parties):
        at_most(problem.party == party, 1)
    for slot, places in enumerate(problem.slot_places):
        at_most(problem.slot == slot, places)
    for need, left in enumerate(problem.need_left):
        at_most(need_of == need, left)
        rows.append(np.zeros(total))
        rows[-1][:e][need_of == need] = -1
        rows[-1][[e + need, e + m + need]] = 1
        limits.append(0)
    for region in range(r):
        rows.append(np.zeros(total))
        rows[-1][:e][region_of == region] = -1
        rows[-1][e + 2 * m + region] = 1
        limits.append(0)
    for guide, left in enumerate(problem.guide_left):
        at_most(guide_of == guide, left)
    worth = np.concatenate(
        [
            problem.worth,
            np.full(m, problem.first),
            np.full(m, problem.second),
            np.full(r, problem.region_first),
        ]
    )
    high = np.concatenate(
        [np.ones(e), problem.need_served == 0, problem.need_served <= 1, problem.region_open]
    ).astype(float)
    found = linprog(
        -worth, A_ub=np.array(rows), b_ub=limits, bounds=np.c_[np.zeros(total), high], method="highs"
    )
    assert found.success
    return round(-found.fun)


def check_flow(problem: FlowProblem, value: int, chosen: np.ndarray) -> None:
    """Oracle: optimal by HiGHS, and the chosen edges respect places and loads."""
    assert value == linear_optimum(problem)
    assert all(count <= 1 for count in Counter(problem.party[chosen].tolist()).values())
    for slot, count in Counter(problem.slot[chosen].tolist()).items():
        assert count <= problem.slot_places[slot]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_flow_value_equals_the_linear_programme(seed):
    problem = random_problem(seed)
    solution = solve(problem)
    check_flow(problem, solution.value, solution.chosen)


def greedy_by_score(problem: FlowProblem) -> tuple[int, np.ndarray]:
    """What the flow replaces: best edge first, no look ahead, bonuses as they fall."""
    bare = replace(problem, first=0, second=0, region_first=0)
    chosen = np.zeros(len(problem.party), dtype=bool)
    for at in np.argsort(-bare.worth, kind="stable"):
        chosen[at] = True
        only = replace(bare, party=bare.party[chosen], slot=bare.slot[chosen], worth=bare.worth[chosen])
        if int(solve(only).chosen.sum()) < int(chosen.sum()):
            chosen[at] = False
    kept = replace(
        problem, party=problem.party[chosen], slot=problem.slot[chosen], worth=problem.worth[chosen]
    )
    return solve(kept).value, chosen


def test_flow_oracle_rejects_a_greedy_placement():
    caught = 0
    for seed in range(40):
        problem = random_problem(seed)
        value, chosen = greedy_by_score(problem)
        try:
            check_flow(problem, value, chosen)
        except AssertionError:
            caught += 1
    assert caught >= 3


@pytest.mark.parametrize("name", ["first", "second", "region_first"])
def test_flow_oracle_rejects_a_forgotten_bonus(name):
    caught = 0
    for seed in range(10):
        problem = random_problem(seed)
        solution = solve(replace(problem, **{name: 0}))
        caught += solution.value != linear_optimum(problem)
    assert caught >= 3


# -- the whole against enumeration ---------------------------------------------------------------------


def strangers(seed: int, *, groups: bool) -> World:
    """A tiny world in which nobody knows anybody."""
    world = random_world(seed, parties=4, needs=3, groups=groups, generous=True)
    unknown = tuple(replace(p, known_regions=frozenset()) for p in world.participants)
    return replace(world, participants=unknown)


def best_by_enumeration(world: World) -> int:
    """The highest value over every way to place every party, a group content with its minimum."""
    choices = []
    for party in world.participants:
        options = [None]
        for need in world.needs:
            judged = reference.pair(world, party, need)
            if reference.rests(world, party, need):
                continue
            options += [
                (need, slot, reference.worth(world, party, need, score), party.min_people)
                for slot, score in judged.slot_scores.items()
            ]
        choices.append(options)
    return max(value_of(world, [option for option in chosen if option]) for chosen in product(*choices))


def value_of(world: World, chosen: list) -> int:
    """Worth of a placement, -1 when it breaks a limit."""
    places = {slot.id: slot.places_free for need in world.needs for slot in need.slots}
    used, per_need, per_guide = Counter(), Counter(), Counter()
    for need, slot, _, people in chosen:
        used[slot] += people
        per_need[need.id] += 1
        per_guide[need.guide] += 1
    weights = world.weights
    for need in world.needs:
        most = weights.proposals_max_default if need.proposals_max is None else need.proposals_max
        if per_need[need.id] > max(0, most - need.live_proposals):
            return -1
    if any(
        made > world.guide_capacity.get(g, weights.guide_capacity_default) for g, made in per_guide.items()
    ):
        return -1
    if any(count > places[slot] for slot, count in used.items()):
        return -1
    return sum(score for _, _, score, _ in chosen) + coverage_of(world, per_need)


def coverage_of(world: World, per_need: Counter) -> int:
    weights, total = world.weights, 0
    regions: dict[tuple[int, int], list[NeedRow]] = {}
    for need in world.needs:
        regions.setdefault((need.region, need.guide), []).append(need)
        steps = [weights.first_person, weights.second_person][need.need_served :]
        total += sum(steps[: per_need[need.id]])
    for needs in regions.values():
        came = any(per_need[need.id] for need in needs)
        if came and max(need.region_served for need in needs) == 0:
            total += weights.first_in_region
    return total


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_allocation_of_single_people_equals_enumeration(seed):
    world = strangers(seed, groups=False)
    report = allocation_of(world).report
    assert report.objective_micro == best_by_enumeration(world)
    assert report.bound_micro == report.objective_micro
    assert report.gap_micro == 0


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_bound_of_groups_holds_and_the_gap_is_honest(seed):
    world = strangers(seed, groups=True)
    report = allocation_of(world).report
    best = best_by_enumeration(world)
    assert report.objective_micro <= best <= report.bound_micro
    assert report.gap_micro == report.bound_micro - report.objective_micro
