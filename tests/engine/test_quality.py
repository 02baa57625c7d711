"""AUC, nDCG, means and loads against counting by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import log2, sqrt
from statistics import variance

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matching.engine.quality import MEANS, auc, ndcg, places_in_lists, reach_of

MICRO = 1_000_000
LIKING = st.integers(0, MICRO)


def column(*values):
    return np.array(values, dtype=np.int64)


def marks(*values):
    return np.array(values, dtype=np.bool_)


def won(one, other):
    return 0.5 if one == other else float(one > other)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=4, max_size=14))
def test_auc_and_its_interval_are_those_of_counting_all_pairs(rows):
    hits = [worth for worth, hit in rows if hit]
    misses = [worth for worth, hit in rows if not hit]
    assume(min(len(hits), len(misses)) >= 2)
    found = auc(worth=column(*(worth for worth, _ in rows)), hit=marks(*(hit for _, hit in rows)))
    of_hits = [sum(won(hit, miss) for miss in misses) / len(misses) for hit in hits]
    of_misses = [sum(won(hit, miss) for hit in hits) / len(hits) for miss in misses]
    value = sum(of_hits) / len(hits)
    half = 1.959964 * sqrt(variance(of_hits) / len(hits) + variance(of_misses) / len(misses))
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.interval == pytest.approx((max(value - half, 0), min(value + half, 1)), abs=1e-9)


def test_auc_of_a_worked_example():
    found = auc(worth=column(3, 1, 2, 1), hit=marks(True, True, False, False))
    assert found.value == 0.625
    assert found.interval == (0.0, 1.0)


@pytest.mark.parametrize("hit", [(True, True, True), (False, False, False)])
def test_auc_is_not_said_where_all_outcomes_are_alike(hit):
    assert auc(worth=column(1, 2, 3), hit=marks(*hit)) is None


@pytest.mark.parametrize(
    ("hit", "value"),
    [
        ((False, True, False, False), 1 / 3),
        ((True, False, True, True), 2 / 3),
        ((False, False, True, False), 5 / 6),
        ((True, True, False, True), 1 / 6),
    ],
)
def test_auc_with_a_single_pair_of_either_kind_has_no_interval(hit, value):
    found = auc(worth=column(1, 2, 3, 3), hit=marks(*hit))
    assert (found.value, found.interval) == (pytest.approx(value), None)


def test_lists_put_the_highest_first_and_ties_by_number():
    places = places_in_lists(
        owner=column(1, 0, 1, 1, 0), other=column(2, 9, 0, 1, 3), worth=column(5, 1, 7, 5, 4)
    )
    assert places.tolist() == [2, 1, 0, 1, 0]


def test_ndcg_of_a_worked_example():
    owner, places = column(0, 0, 0, 0), column(0, 1, 2, 3)
    value = ndcg(owner=owner, places=places, hit=marks(False, True, True, False), k=3)
    assert value == pytest.approx((1 / log2(3) + 1 / 2) / (1 + 1 / log2(3)))
    assert round(value, 4) == 0.6934


def test_ndcg_is_the_mean_over_those_with_an_outcome():
    owner, places = column(0, 0, 2, 2, 3), column(0, 1, 0, 1, 0)
    hit = marks(True, False, False, True, False)
    assert ndcg(owner=owner, places=places, hit=hit, k=2) == pytest.approx((1 + 1 / log2(3)) / 2)
    assert ndcg(owner=owner, places=places, hit=hit, k=1) == 0.5
    assert ndcg(owner=owner, places=places, hit=hit, k=10**12) == pytest.approx((1 + 1 / log2(3)) / 2)
    assert ndcg(owner=owner, places=places, hit=np.zeros(5, dtype=np.bool_), k=2) is None


@given(LIKING, LIKING)
def test_means_are_rounded_down_and_ordered(f, g):
    found = {name: int(mean(column(f), column(g))[0]) for name, mean in MEANS.items()}
    assert found["arithmetic"] == (f + g) // 2
    assert found["geometric"] ** 2 <= f * g < (found["geometric"] + 1) ** 2
    assert found["harmonic"] == (Fraction(2 * f * g, f + g) // 1 if f + g else 0)
    assert found["minimum"] == min(f, g)
    assert found["minimum"] <= found["harmonic"] <= found["geometric"] <= found["arithmetic"]


def test_means_of_a_worked_line():
    assert [int(mean(column(200_000), column(800_000))[0]) for mean in MEANS.values()] == [
        500_000,
        400_000,
        320_000,
        200_000,
    ]


@pytest.mark.parametrize("root", [1, 999_983, MICRO])
def test_geometric_mean_of_a_liking_with_itself_is_that_liking(root):
    assert MEANS["geometric"](column(root), column(root)).tolist() == [root]


def test_reach_counts_people_and_not_pairs():
    side, load = column(0, 0, 1, 2), marks(True, True, True, False)
    made, hit = marks(True, True, True, True), marks(True, True, False, True)
    reach = reach_of(side=side, people=4, load=load, made=made, hit=hit)
    assert (reach.matched, reach.reach, reach.gini, reach.load_max) == (2, 0.5, 0.583, 2)


@given(st.integers(1, 5), st.integers(1, 5))
def test_everybody_alike_is_reached_without_inequality(lefts, rights):
    side = column(*(left for left, _ in product(range(lefts), range(rights))))
    every = np.ones(len(side), dtype=np.bool_)
    reach = reach_of(side=side, people=lefts, load=every, made=every, hit=~every)
    assert (reach.matched, reach.reach, reach.gini, reach.load_max) == (0, 1.0, 0.0, rights)
