"""Whose turn it is: a cap on contacts, least recently asked first, and never within a relation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Phase, Weights, inputs_digest
from tests.engine.small import allocation_of, need, party, slot, small
from tests.engine.world import World, random_world, scan

COUPLE = {"size": 2, "min_people": 2, "is_group": True}
ALONE = {"size": 1}
BOTH = pytest.mark.parametrize("kind", [ALONE, COUPLE], ids=["flow", "groups"])
FULL = {"asked_days_ago": (4, 9, 29)}


def placed(world: World) -> dict[int, int]:
    """The need of every party that is placed."""
    return {p.participant_id: p.need_id for p in allocation_of(world).proposals}


# The cap on contacts.
@BOTH
def test_who_was_asked_as_often_as_allowed_is_left_in_peace(kind):
    tired, fresh = party(1, **kind, **FULL, kept_micro=900_000), party(2, **kind)
    world = small([tired, fresh], [need(7, slot(70, 6, places=4))])
    assert placed(world) == {2: 7}
    assert allocation_of(world).report.left_in_peace == 1
    for weights in (Weights(contacts_max=4), Weights(contacts_days=29)):
        assert placed(replace(world, weights=weights)) == {1: 7, 2: 7}


@BOTH
@pytest.mark.parametrize("tie", ["known_regions", "agreed_regions"])
def test_the_cap_never_parts_who_know_each_other_or_have_a_promise(kind, tie):
    friend = party(1, **kind, **FULL, **{tie: frozenset({7})})
    world = small([friend], [need(7, slot(70, 6, places=4)), need(8, slot(80, 6, places=4))])
    (proposal,) = allocation_of(world).proposals
    assert (proposal.need_id, proposal.phase, proposal.behind_micro) == (7, Phase.RELATION, 0)
    at_home = replace(world, needs=world.needs[:1])
    assert (allocation_of(world).report.left_in_peace, allocation_of(at_home).report.left_in_peace) == (1, 0)


def test_the_next_best_that_was_kept_takes_the_place_of_who_rests():
    kept = (900_000, 800_000, 700_000)
    line = [party(number, kept_micro=micro) for number, micro in enumerate(kept, start=1)]
    tired = [replace(each, **FULL) for each in line[:2]]
    # Everybody ranks it first, and its guide has no time to read.
    dream = need(6, slot(60, 6, places=9), wait_days=999, guide=1)
    world = small([*tired, line[2]], [dream, need(7, slot(70, 6))], guide_capacity={0: 10, 1: 0})
    narrow = replace(world, weights=Weights(top_k=1, slack=0, top_l=1))
    assert placed(narrow) == {}
    assert allocation_of(narrow).report.left_in_peace == 2
    assert placed(replace(world, weights=Weights(top_k=1, slack=1, top_l=1))) == {}
    wide = replace(world, weights=Weights(top_k=1, slack=2, top_l=1))
    assert placed(wide) == {3: 7}
    rested = replace(wide, participants=tuple(replace(each, asked_days_ago=()) for each in wide.participants))
    assert allocation_of(rested).report.candidates == 3 + 1, "of the reserve nobody is needed"


def test_what_fits_and_why_nobody_does_are_not_touched():
    world = small([party(1, **FULL), party(2, came_days_ago=0)], [need(7, slot(70, 6))])
    fresh = small([party(1), party(2)], [need(7, slot(70, 6))])
    one, other = scan(world), scan(fresh)
    assert one.need_scores.tolist() == other.need_scores.tolist()
    assert (one.failed.tolist(), one.passed.tolist()) == (other.failed.tolist(), other.passed.tolist())


# Least recently asked first.
def asked(days: int | None, came: int | None = None, *, number: int, **more):
    return party(number, asked_days_ago=() if days is None else (days + 1, days), came_days_ago=came, **more)


@BOTH
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0, None), (1, None)),
        ((29, None), (59, None)),
        ((60, None), (61, None)),
        ((400, None), (900, None)),
        ((999, None), (None, None)),
        ((None, 3), (5, None)),
        ((300, 2), (3, 300)),
    ],
)
def test_between_equals_the_place_goes_to_who_had_a_turn_longest_ago(kind, first, second):
    world = small(
        [asked(*first, number=1, **kind), asked(*second, number=2, **kind)],
        [need(7, slot(70, 6, places=kind["size"]))],
    )
    assert placed(world) == {2: 7}
    switched = replace(world, participants=tuple(replace(p, id=3 - p.id) for p in world.participants))
    assert placed(switched) == {1: 7}


@BOTH
def test_who_fits_clearly_better_comes_first_even_if_just_asked(kind):
    good = asked(0, number=1, **kind)
    poor = asked(None, number=2, wishes=((0, 2), (5, 1)), **kind)
    world = small([good, poor], [need(7, slot(70, 6, places=kind["size"]))])
    assert placed(world) == {1: 7}
    (proposal,) = allocation_of(world).proposals
    assert proposal.behind_micro == 61_000


@BOTH
def test_nobody_loses_a_place_that_nobody_else_wants(kind):
    world = small(
        [asked(0, number=1, **kind)], [need(7, slot(70, 6, places=2), need_served=2, region_served=2)]
    )
    for turn_max in (60_000, 1_000_000):
        assert placed(replace(world, weights=Weights(turn_max=turn_max))) == {1: 7}


def test_a_turn_never_moves_who_know_each_other():
    regular, rare = (
        asked(days, number=number, known_regions=frozenset({7}), kept_micro=kept)
        for number, days, kept in ((1, 0, 1), (2, None, 0))
    )
    world = small([regular, rare], [need(7, slot(70, 6))])
    (proposal,) = allocation_of(world).proposals
    assert (proposal.participant_id, proposal.behind_micro) == (1, 0)


def test_without_turns_everything_is_as_it_was():
    off = Weights(turn_max=0, contacts_max=10_000)
    world = small([asked(0, number=1), asked(None, number=2)], [need(7, slot(70, 6, places=2))], weights=off)
    report = allocation_of(world).report
    assert (report.stepped_back, report.left_in_peace) == (0, 0)
    assert [p.behind_micro for p in allocation_of(world).proposals] == [0, 0]


def test_the_score_is_kept_and_what_was_taken_off_is_said_beside_it():
    world = small([asked(20, number=1), asked(None, number=2)], [need(7, slot(70, 6, places=2))])
    allocation = allocation_of(world)
    behind = {p.participant_id: p.behind_micro for p in allocation.proposals}
    assert behind == {1: 60_000 * 40 // 60 + 980, 2: 0}
    assert len({p.score.score_micro for p in allocation.proposals}) == 1
    assert allocation.report.stepped_back == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_turns_change_nothing_for_who_know_each_other(seed):
    world = random_world(seed, generous=True)
    off = replace(world, weights=replace(world.weights, turn_max=0, contacts_max=10_000))
    bonds = [[p for p in allocation_of(each).proposals if p.phase is Phase.RELATION] for each in (world, off)]
    assert [(p.participant_id, p.need_id, p.people) for p in bonds[0]] == [
        (p.participant_id, p.need_id, p.people) for p in bonds[1]
    ]


@pytest.mark.parametrize("fact", [{"asked_days_ago": (9,)}, {"came_days_ago": 9}])
def test_every_fact_is_in_the_fingerprint(fact):
    def digest(world: World) -> str:
        rows = {"participants": world.participants, "needs": world.needs, "minutes": world.minutes}
        return inputs_digest(
            vocabulary=world.vocabulary, horizon=world.horizon, weights=world.weights,
            guide_capacity=world.guide_capacity, **rows,
        )  # fmt: skip

    assert digest(small([party(1)], [])) != digest(small([party(1, **fact)], []))
