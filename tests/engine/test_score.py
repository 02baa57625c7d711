"""The formula: scalar, vector and exact fractions agree; terms are small; everything is an int32."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import Weights
from matching.engine.score import (
    comfort_micro,
    comfort_vector,
    kept_term,
    mutual_micro,
    mutual_vector,
    wait_term,
)

DENOMINATORS = st.integers(1, 1536) | st.just(10**6)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), f_den=DENOMINATORS, g_den=DENOMINATORS)
def test_mutual_is_the_floor_of_the_harmonic_mean(data, f_den, g_den):
    f_num, g_num = data.draw(st.integers(0, f_den)), data.draw(st.integers(0, g_den))
    f, g = Fraction(f_num, f_den), Fraction(g_num, g_den)
    exact = floor(2 * f * g / (f + g) * 10**6) if f + g else 0
    assert mutual_micro(f_num=f_num, f_den=f_den, g_num=g_num, g_den=g_den) == exact
    arrays = [np.array([value], dtype=np.int64) for value in (f_num, f_den, g_num, g_den)]
    vector = mutual_vector(f_num=arrays[0], f_den=arrays[1], g_num=arrays[2], g_den=arrays[3])
    assert vector.tolist() == [exact]


@settings(max_examples=200, deadline=None)
@given(
    mutual=st.integers(0, 10**6),
    travel=st.integers(0, 3000),
    limit=st.integers(0, 1440),
    quarters=st.integers(0, 4),
)
def test_comfort_agrees_and_takes_off_a_quarter_at_the_limit(mutual, travel, limit, quarters):
    scalar = comfort_micro(mutual=mutual, travel_minutes=travel, limit_minutes=limit, quarters=quarters)
    arrays = [np.array([value], dtype=np.int64) for value in (mutual, travel, limit)]
    vector = comfort_vector(
        mutual=arrays[0], travel_minutes=arrays[1], limit_minutes=arrays[2], quarters=quarters
    )
    assert vector.tolist() == [scalar]
    if limit:
        way = Fraction(min(travel, limit), limit)
        assert scalar == floor(mutual * (1 - Fraction(quarters, 4) * way))
    else:
        assert scalar == mutual


def test_the_worked_line_of_the_docstring():
    mutual = mutual_micro(f_num=12, f_den=12, g_num=20, g_den=24)
    assert mutual == 909_090
    assert comfort_micro(mutual=mutual, travel_minutes=60, limit_minutes=120, quarters=1) == 795_453


def test_one_direction_never_buys_the_other():
    assert mutual_micro(f_num=12, f_den=12, g_num=0, g_den=12) == 0
    assert mutual_micro(f_num=0, f_den=12, g_num=12, g_den=12) == 0
    assert mutual_micro(f_num=0, f_den=12, g_num=0, g_den=12) == 0


def test_terms_stay_small_and_the_score_fits_32_bits():
    weights = Weights()
    terms = (
        weights.relation_bonus
        + kept_term(kept_micro=10**6, weights=weights)
        + wait_term(wait_days=10**6, weights=weights)
    )
    assert terms < 150_000
    assert 10**6 + terms < 2**31
    assert wait_term(wait_days=60, weights=weights) == weights.wait_max // 2
    assert wait_term(wait_days=-3, weights=weights) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"wait_max": -1},
        {"second_person": 300_000},
        {"neutral_micro": 0},
        {"neutral_micro": 1_000_001},
        {"comfort_quarters": 5},
        {"near_limit_fifths": 4},
        {"top_k": 0},
        {"wait_full_days": 0},
        {"wait_full_days": 10_001},
        {"top_k": 10_001},
        {"relation_bonus": 950_000},
        {"first_person": 1_000_001},
        {"first_in_region": 1_000_001},
        {"contacts_max": 0},
        {"contacts_days": 0},
        {"contacts_days": 10_001},
        {"turn_days": 0},
        {"turn_days": 10_001},
        {"turn_max": 1_000_001},
    ],
)
def test_weights_that_break_the_model_are_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        Weights(**wrong)
