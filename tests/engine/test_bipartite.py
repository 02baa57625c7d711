"""The best placement on any two-sided instance, against enumeration, and its certificate."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.arcs import SOURCE, Arcs, cheapest_flow
from matching.engine.bipartite import Instance, blocking_count, place, upper_bound, worth_max


def instance(pairs, left_room, right_room):
    left, right, worth = np.array(pairs, dtype=np.int64).reshape(len(pairs), 3).T
    return Instance(
        left=left, right=right, worth=worth, left_room=np.array(left_room), right_room=np.array(right_room)
    )


@st.composite
def small_instances(draw):
    lefts, rights = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    every = list(product(range(lefts), range(rights)))
    kept = draw(st.lists(st.sampled_from(every), unique=True, max_size=9))
    room = st.integers(0, 3)
    return instance(
        [(left, right, draw(st.integers(0, 6))) for left, right in kept],
        draw(st.lists(room, min_size=lefts, max_size=lefts)),
        draw(st.lists(room, min_size=rights, max_size=rights)),
    )


def fits(given, chosen):
    left = np.bincount(given.left[chosen], minlength=len(given.left_room))
    right = np.bincount(given.right[chosen], minlength=len(given.right_room))
    return bool((left <= given.left_room).all() and (right <= given.right_room).all())


def every_choice(given):
    for choice in product((False, True), repeat=len(given.left)):
        chosen = np.array(choice, dtype=np.bool_)
        if fits(given, chosen):
            yield chosen


def blocking_by_hand(given, chosen):
    def takes(side, room, who, worth):
        has = [given.worth[at] for at in np.flatnonzero(chosen) if side[at] == who]
        return room[who] > 0 and (len(has) < room[who] or min(has) < worth)

    return sum(
        1
        for at in range(len(given.left))
        if not chosen[at]
        and given.worth[at] > 0
        and takes(given.left, given.left_room, given.left[at], given.worth[at])
        and takes(given.right, given.right_room, given.right[at], given.worth[at])
    )


@settings(max_examples=150, deadline=None)
@given(small_instances())
def test_placement_is_the_best_of_all_and_its_bound_proves_it(given):
    placing = place(given)
    best = max(int(given.worth[chosen].sum()) for chosen in every_choice(given))
    assert fits(given, placing.chosen)
    assert (int(given.worth[placing.chosen].sum()), placing.value, placing.bound) == (best, best, best)
    assert placing.gap == 0
    assert (given.worth[placing.chosen] > 0).all()


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_bound_made_from_any_placement_holds_and_only_the_best_meets_it(given):
    best = place(given).value
    for chosen in every_choice(given):
        bound, value = upper_bound(instance=given, chosen=chosen), int(given.worth[chosen].sum())
        assert bound >= best
        assert bound > value or value == best


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_blocking_pairs_are_counted_as_by_hand(given):
    for chosen in every_choice(given):
        assert blocking_count(instance=given, chosen=chosen) == blocking_by_hand(given, chosen)


def test_two_good_pairs_beat_the_best_one_which_then_blocks():
    placing = place(instance([(0, 0, 5), (0, 1, 4), (1, 0, 4)], [1, 1], [1, 1]))
    assert placing.chosen.tolist() == [False, True, True]
    assert (placing.value, placing.bound, placing.blocking) == (8, 8, 1)


def test_two_places_on_a_side_are_filled_twice():
    placing = place(instance([(0, 0, 5), (0, 1, 4), (1, 0, 4)], [2, 1], [2, 1]))
    assert (placing.chosen.all(), placing.value, placing.blocking) == (True, 13, 0)


def test_bound_is_met_on_a_large_instance():
    numbers = np.random.default_rng(7)
    keys = numbers.choice(2_000 * 300, size=20_000, replace=False)
    pairs = Instance(
        left=keys // 300,
        right=keys % 300,
        worth=numbers.integers(1, 1_000_000, size=len(keys)),
        left_room=numbers.integers(0, 3, size=2_000),
        right_room=numbers.integers(0, 12, size=300),
    )
    placing = place(pairs)
    assert placing.gap == 0
    assert fits(pairs, placing.chosen)
    assert placing.blocking > 0
    fewer = placing.chosen.copy()
    fewer[np.flatnonzero(fewer)[0]] = False
    assert upper_bound(instance=pairs, chosen=fewer) >= placing.value


def test_nothing_to_place_is_worth_nothing():
    placing = place(instance([(0, 0, 0), (0, 1, 3)], [1], [1, 0]))
    assert (placing.chosen.any(), placing.value, placing.bound, placing.blocking) == (False, 0, 0, 0)


def at_the_limit(numbers, *, lefts, rights, rooms):
    """All pairs, with worths from 1 to the highest allowed, the highest among them."""
    left, right = np.divmod(np.arange(lefts * rights), rights)
    highest = worth_max(pairs=len(left), people=lefts + rights)
    worth = numbers.integers(1, highest, size=len(left), endpoint=True)
    worth[0] = highest
    return Instance(
        left=left,
        right=right,
        worth=worth,
        left_room=np.full(lefts, rooms),
        right_room=np.full(rights, rooms),
    )


@pytest.mark.parametrize(("lefts", "rights", "rooms"), [(1, 1, 1), (3, 4, 2), (90, 60, 1), (300, 200, 3)])
def test_worths_up_to_the_limit_are_placed_exactly(lefts, rights, rooms):
    given = at_the_limit(np.random.default_rng(3), lefts=lefts, rights=rights, rooms=rooms)
    placing = place(given)
    assert placing.gap == 0
    assert placing.value == sum(given.worth[placing.chosen].tolist())
    assert fits(given, placing.chosen)


def test_limit_leaves_ten_digits_with_a_million_people_and_is_kept():
    assert worth_max(pairs=1, people=2) == 10**15
    assert worth_max(pairs=10**8, people=10**6) > 10**10
    with pytest.raises(ValueError, match="too large"):
        place(instance([(0, 0, 10**15 + 1)], [1], [1]))


def test_bound_of_a_bad_placement_of_high_worths_is_still_a_bound():
    given = at_the_limit(np.random.default_rng(5), lefts=24, rights=24, rooms=12)
    worst = place(
        Instance(
            left=given.left,
            right=given.right,
            worth=int(given.worth.max()) + 1 - given.worth,
            left_room=given.left_room,
            right_room=given.right_room,
        )
    ).chosen
    assert upper_bound(instance=given, chosen=worst) > 2**63


def test_costs_that_leave_64_bits_are_told_apart_from_no_optimum():
    arcs = Arcs()
    arcs.add(SOURCE, 1, capacity=1, cost=-(2**62))
    with pytest.raises(OverflowError, match="too large"):
        cheapest_flow(arcs=arcs, sink=1, supply=1, asked=1)
