"""Groups and lone people of a prefecture, placed exactly: against enumeration, against greed, and as often as one likes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import NeedRow, ParticipantRow, cpsat, packing
from matching.engine.cpsat import improved
from matching.engine.edges import Edges, candidate_edges
from matching.engine.groups import place_groups, place_relations
from matching.engine.prefectures import Country, Question, worth_of
from matching.engine.room import Room
from matching.engine.sharing import sharing_of
from matching.engine.singles import place_singles
from tests.engine import reference
from tests.engine.oracles import check_allocation
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import World, compiled, scan, shuffled

SEEDS = st.integers(min_value=0, max_value=2**32)
Taken = tuple[ParticipantRow, NeedRow, int, int]
"""Party, need, date, score."""


def contest(seed: int, *, prefectures: int = 1) -> World:
    """Strangers of all sizes who want the same few places; some people are in two parties."""
    draw, turns = random.Random(seed), random.Random(f"turns {seed}")
    sizes = [draw.choice((1, 1, 2, 3)) for _ in range(5)]
    parties = [
        party(
            number, size=size, min_people=size if draw.random() < 0.5 else min(size, 2), is_group=size > 1,
            kept_micro=draw.randrange(0, 1_000_000, 1000), people=frozenset({number, draw.choice((90, 91, number))}),
            asked_days_ago=turns.choice(((), (), (0,), (40,), (200,))),
        )
        for number, size in enumerate(sizes, start=1)
    ]  # fmt: skip
    needs = [_wanted(draw, number, prefectures) for number in range(7, 10)]
    return small(parties, needs, guide_capacity={0: draw.randint(1, 4), 1: draw.randint(1, 4)})


def _wanted(draw: random.Random, number: int, prefectures: int) -> NeedRow:
    dates = [
        slot(number * 10 + at, draw.randrange(6, 8), places=draw.randint(1, 4), start=540 + 60 * draw.randrange(6))
        for at in range(draw.randint(1, 2))
    ]  # fmt: skip
    region = draw.randrange(2)
    return need(
        number, *dates, region=region, guide=draw.randrange(2), prefecture=1 + region % prefectures,
        work=((0, 3), (5, draw.randint(1, 3))), proposals_max=draw.randint(1, 3),
        need_served=draw.choice((0, 0, 1, 2)), region_served=draw.choice((0, 0, 2)),
    )  # fmt: skip


# -- all there is -----------------------------------------------------------------------------------------


def ways(world: World) -> Iterator[list[Taken]]:
    """Every way to place everybody, a group content with its minimum."""
    choices = []
    for someone in world.participants:
        judged = {place.id: reference.pair(world, someone, place).slot_scores for place in world.needs}
        choices.append(
            [
                (someone, place, date, reference.worth(world, someone, place, score))
                for place in world.needs
                for date, score in judged[place.id].items()
            ]
        )

    def further(number: int, taken: list[Taken]) -> Iterator[list[Taken]]:
        if number == len(choices):
            yield list(taken)
            return
        yield from further(number + 1, taken)
        for option in choices[number]:
            if possible(world, [*taken, option]):
                yield from further(number + 1, [*taken, option])

    return further(0, [])


def possible(world: World, taken: list[Taken]) -> bool:
    dates = {date.id: date for place in world.needs for date in place.slots}
    people, proposals, read = Counter(), Counter(), Counter()
    for someone, place, date, _ in taken:
        people[date] += someone.min_people
        proposals[place.id] += 1
        read[place.guide] += 1
    return (
        all(count <= dates[date].places_free for date, count in people.items())
        and all(proposals[place.id] <= place.proposals_max for place in world.needs)
        and all(count <= world.guide_capacity[guide] for guide, count in read.items())
        and not any(
            one[0].people & other[0].people
            and dates[one[2]].start_minute < dates[other[2]].end_minute
            and dates[other[2]].start_minute < dates[one[2]].end_minute
            for number, one in enumerate(taken)
            for other in taken[:number]
        )
    )


def worth(world: World, taken: list[Taken]) -> int:
    """Scores, and what the first and second person at a need and the first in a community bring."""
    weights, total = world.weights, sum(score for *_, score in taken)
    lone = [p for p in world.participants if p.size == 1]
    twice = {p.id for p in lone for other in lone if p is not other and p.people & other.people}
    for place in world.needs:
        served = place.need_served
        here = [someone for someone, other, *_ in taken if other is place]
        for someone in sorted(here, key=lambda p: (p.size == 1 and p.id not in twice, p.min_people)):
            total += {0: weights.first_person, 1: weights.second_person}.get(served, 0)
            served += someone.min_people
    for region in {(place.region, place.guide) for place in world.needs}:
        inside = [place for place in world.needs if (place.region, place.guide) == region]
        came = any(place in inside for _, place, *_ in taken)
        total += weights.first_in_region * (came and max(place.region_served for place in inside) == 0)
    return total


def best_way(world: World) -> int:
    return max(worth(world, taken) for taken in ways(world))


# -- what the engine starts from ----------------------------------------------------------------------------


def start(world: World) -> tuple[Room, Edges, Country]:
    """What relations leave, the edges, and the newcomers as the greedy step places them."""
    snapshot, needs = compiled(world)
    edges = candidate_edges(
        snapshot=snapshot, needs=needs, merged=scan(world), minutes=world.minutes, weights=world.weights
    )
    room = Room(
        snapshot=snapshot,
        needs=needs,
        guide_capacity=world.guide_capacity,
        weights=world.weights,
        sharing=sharing_of(snapshot),
    )
    place_relations(room=room, edges=edges)
    greedy = room.copy()
    place_groups(room=greedy, edges=edges, snapshot=snapshot)
    place_singles(room=greedy, edges=edges, snapshot=snapshot)
    return greedy, edges, Country.of(room=room, start=greedy, edges=edges, needs=needs, snapshot=snapshot)


def greedy_worth(world: World) -> int:
    return sum(placement.value for placement in start(world)[0].placed.values())


def first_question(world: World) -> Question | None:
    country = start(world)[2]
    return next((country.question(number) for number in country.contested()), None)


# -- laws -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_one_prefecture_is_placed_as_well_as_enumeration_can(seed):
    world = contest(seed)
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    report = allocation.report
    assert report.objective_micro == best_way(world)
    assert report.packing.optimal == report.packing.prefectures


def test_enumeration_is_beyond_the_greedy_step():
    beaten = sum(greedy_worth(contest(seed)) < best_way(contest(seed)) for seed in range(20))
    assert beaten >= 5


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_several_prefectures_are_between_greedy_and_best(seed):
    world = contest(seed, prefectures=2)
    allocation = allocation_of(world)
    check_allocation(world, allocation)
    report, greedy = allocation.report, greedy_worth(world)
    assert greedy <= report.objective_micro <= best_way(world) <= report.bound_micro
    assert report.packing.gained_micro == report.objective_micro - greedy
    assert allocation_of(shuffled(world, seed)) == allocation


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_question_is_worth_what_its_answer_says(seed):
    question = first_question(contest(seed))
    if question is None:
        return
    found = improved(question, effort=1.0)
    assert found.optimal
    assert found.value == worth_of(replace(question, taken=found.chosen)) >= worth_of(question)
    assert improved(question, effort=1.0).chosen.tolist() == found.chosen.tolist()


# -- cases ------------------------------------------------------------------------------------------------


def rivals(number: int) -> World:
    """Groups of two for four places that one of four, which scores more, takes greedily."""
    big = party(1, size=4, min_people=4, is_group=True, kept_micro=1_000_000)
    twins = [party(each, size=2, min_people=2, is_group=True) for each in range(2, 2 + number)]
    return small([big, *twins], [need(7, slot(70, 6, places=4), need_served=2, region_served=2)])


def test_two_groups_take_the_places_of_one_that_scores_more():
    greedy, _, _ = start(rivals(2))
    assert {placed.people for placed in greedy.placed.values()} == {4}
    allocation = allocation_of(rivals(2))
    assert sorted((p.participant_id, p.people) for p in allocation.proposals) == [(2, 2), (3, 2)]
    assert allocation.report.packing.gained_micro > 0
    assert {p.participant_id for p in allocation_of(rivals(1)).proposals} == {1}


def test_group_comes_with_as_many_as_nobody_else_needs():
    club = party(1, size=5, min_people=2, is_group=True, kept_micro=1_000_000)
    others = [party(number) for number in (2, 3)]
    world = small([club, *others], [need(7, slot(70, 6, places=5), need_served=2, region_served=2)])
    assert sorted((p.participant_id, p.people) for p in allocation_of(world).proposals) == [
        (1, 3),
        (2, 1),
        (3, 1),
    ]


def test_without_effort_all_stays_as_it_stands():
    question = first_question(rivals(2))
    assert question is not None
    found = improved(question, effort=0.0)
    assert (found.value, found.optimal) == (worth_of(question), False)
    assert found.chosen.tolist() == question.taken.tolist()


@pytest.mark.parametrize(("haste", "effort"), [(0, 1.0), (1, 0.5), (2, 0.25), (3, None)])
def test_haste_halves_the_effort_until_the_greedy_step_stands(monkeypatch, haste, effort):
    monkeypatch.setattr(packing, "EFFORT", 1.0)
    asked, solve = [], cpsat.improved
    monkeypatch.setattr(
        cpsat, "improved", lambda question, *, effort: asked.append(effort) or solve(question, effort=effort)
    )
    allocation = allocation_of(rivals(2), haste=haste)
    assert set(asked) == ({effort} if effort else set())
    assert allocation.report.packing.haste == haste


def test_nothing_is_packed_where_the_greedy_step_reaches_the_bound():
    report = allocation_of(rivals(0)).report
    assert (report.gap_micro, report.packing.prefectures) == (0, 0)


def test_candidates_that_cannot_win_are_left_out_and_no_others():
    many = [party(number, size=2, min_people=2, kept_micro=1000 * number) for number in range(1, 30)]
    sharing = party(40, size=2, min_people=2, people=frozenset({900}))
    other = party(41, size=2, min_people=2, people=frozenset({900}))
    place = need(7, slot(70, 6, places=8), proposals_max=2)
    world = small([*many, sharing, other], [place])
    question = first_question(world)
    assert question is not None
    assert question.whole
    _, edges, _ = start(world)
    publics = sorted(each.public_id for each in world.participants)
    kept = {publics[rank] for rank in edges.rank[question.at].tolist()}
    assert kept == {"p29", "p28", "p27", "p26", "p40", "p41"}
