"""manage.py allocate: scores of any size and any number of digits, in the unit of the file."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from itertools import permutations

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine import bipartite

HEADER = "left,right,score\n"


def allocated(path, *options):
    out = StringIO()
    call_command("allocate", "--edges", path, *options, stdout=out)
    return json.loads(out.getvalue())


def refused(path):
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("allocate", "--edges", path, stdout=out)
    assert out.getvalue() == ""
    return str(refusal.value).splitlines()[1:]


@pytest.mark.parametrize("unit", ["e-300", "e-12", "e-7", "", "e3", "e21", "e299"])
def test_unit_of_the_scores_is_of_no_importance(written, unit):
    rows = f"ana,oki,5{unit}\nana,saga,4{unit}\nben,oki,4.0{unit}\n"
    answer = allocated(written("edges.csv", HEADER + rows))
    assert (answer["placed"], answer["value"], answer["bound"]) == (2, float(f"8{unit}"), float(f"8{unit}"))
    assert (answer["gap"], answer["blocking_pairs"], answer["rounded"]) == (0, 1, 0)


def test_least_scores_are_not_lost(written):
    answer = allocated(written("edges.csv", HEADER + "a,x,1e-7\nb,x,4.9e-7\n"))
    assert (answer["placed"], answer["value"], answer["bound"], answer["gap"]) == (1, 4.9e-7, 4.9e-7, 0)
    assert (answer["resolution"], answer["rounded"]) == (1e-8, 0)


@pytest.mark.parametrize("largest", ["9.999999999", "1.000000001e-20", "1000000001e20"])
def test_tenth_digit_decides_among_many_people(written, tmp_path, largest):
    target = tmp_path / "placed.csv"
    less = Decimal(largest).scaleb(-9) * (10**9 - 1)
    others = "".join(f"l{at},r{at},{largest}\n" for at in range(20_000))
    edges = written("edges.csv", f"{HEADER}a,x,{less}\nb,x,{largest}\nc,y,{largest}\nd,y,{less}\n{others}")
    answer = allocated(edges, "--out", str(target))
    kept = {line[:3] for line in target.read_text().splitlines()}
    assert (answer["placed"], answer["gap"]) == (20_002, 0)
    assert {"b,x", "c,y"} <= kept
    assert kept.isdisjoint({"a,x", "d,y"})


def test_scores_below_nothing_are_never_placed_and_block_nothing(written, tmp_path):
    target = tmp_path / "placed.csv"
    rows = "ana,oki,2.5\nana,saga,-9e99\nben,saga,-0.5\nben,oki,-0\nchie,tono,0.125\n"
    answer = allocated(written("edges.csv", HEADER + rows), "--out", str(target))
    assert (answer["placed"], answer["value"], answer["bound"]) == (2, 2.625, 2.625)
    assert (answer["blocking_pairs"], answer["rounded"]) == (0, 0)
    assert target.read_text() == "left,right,score\nana,oki,2.5\nchie,tono,0.125\n"


def test_nothing_above_nothing_is_worth_nothing(written):
    answer = allocated(written("edges.csv", HEADER + "ana,oki,-1\nben,oki,0e99999999999999999999\n"))
    assert (answer["placed"], answer["value"], answer["bound"], answer["resolution"]) == (0, 0.0, 0.0, 1.0)


def test_rounding_is_said_and_scores_are_written_as_they_were(written, tmp_path):
    target = tmp_path / "placed.csv"
    third, long = "0." + "3" * 20, "0." + "6" * 5000
    answer = allocated(
        written("edges.csv", f"{HEADER}ana,oki,{third}\nben,saga,{long}\nchie,tono,0.5\n"),
        "--out",
        str(target),
    )
    assert (answer["resolution"], answer["rounded"], answer["gap"]) == (1e-15, 2, 0)
    assert answer["value"] == 1.5
    assert target.read_text() == f"{HEADER}ana,oki,{third}\nben,saga,{long}\nchie,tono,0.5\n"


def test_rounding_to_a_round_number_is_as_fine_as_any(written):
    answer = allocated(written("edges.csv", HEADER + "ana,oki,9.999999999999999999\n"))
    assert (answer["value"], answer["resolution"], answer["rounded"]) == (10.0, 1e-14, 1)


def test_score_that_counts_for_nothing_beside_the_largest_is_refused(written):
    assert refused(
        written("edges.csv", HEADER + "ana,oki,4e-16\nben,oki,1\nchie,oki,-1e-17\ndai,oki,1e-99\n")
    ) == [
        "row 2: score: '4E-16' counts for nothing beside '1' in row 3: the finest step is 1E-15",
        "row 5: score: '1E-99' counts for nothing beside '1' in row 3: the finest step is 1E-15",
    ]


def test_coarser_steps_are_taken_where_the_solver_needs_room(written, monkeypatch):
    monkeypatch.setattr(bipartite, "PRICES_MAX", 2**62)
    for limit in ("SUM_MAX", "WORTH_MAX"):
        monkeypatch.setattr(bipartite, limit, 2**62 * 81)
    numbers = np.random.default_rng(1)
    rows = "".join(
        f"l{at // 9},r{at % 9},{1 + number:.17f}\n" for at, number in enumerate(numbers.random(81))
    )
    answer = allocated(written("edges.csv", HEADER + rows))
    assert (answer["placed"], answer["gap"], answer["resolution"]) == (9, 0, 1e-14)


SCORE = st.one_of(
    st.integers(-5, 10_000).map(Fraction),
    st.integers(-1_000_000_000, 10**10).map(lambda number: Fraction(number, 10**9)),
    st.floats(1e-4, 1e4).map(lambda number: Fraction(repr(number))),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(SCORE, min_size=9, max_size=9), st.sampled_from([-200, 0, 7, 250]))
def test_placement_is_the_best_of_all(tmp_path_factory, scores, unit):
    path = tmp_path_factory.mktemp("any") / "edges.csv"
    texts = [f"{Decimal(score.numerator) / Decimal(score.denominator)}" for score in scores]
    texts = [str(Decimal(text).scaleb(unit)) for text in texts]
    path.write_text(HEADER + "".join(f"l{at // 3},r{at % 3},{text}\n" for at, text in enumerate(texts)))
    worth = np.array([max(score, Fraction(0)) for score in scores], dtype=object).reshape(3, 3)
    best = max(
        sum(worth[left, right] for left, right in enumerate(order)) for order in permutations(range(3))
    )
    answer = allocated(str(path))
    assert Fraction(answer["value"]) == pytest.approx(best * Fraction(10) ** unit, rel=1e-12)
    assert answer["gap"] == 0
