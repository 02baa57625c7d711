"""manage.py evaluate: four means against observed outcomes, or every row that is wrong and nothing else."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

HEADER = "left,right,left_likes_right,right_likes_left,both\n"
# oki is liked by all, likes ana and ben; saga likes ben.
PAIRS = (
    "ana,oki,0.9,0.8,1\nana,saga,0.7,0.1,0\nben,oki,0.8,0.7,1\n"
    "ben,saga,0.4,0.9,1\nchie,oki,0.9,0.2,0\nchie,saga,0,1,0\n"
)


def said(*options: str) -> str:
    out = StringIO()
    call_command("evaluate", *options, stdout=out)
    return out.getvalue()


def evaluated(*options: str) -> dict:
    """The answer without the seconds."""
    answer = json.loads(said(*options))
    for mean in answer["means"].values():
        assert mean["by_allocator"].pop("seconds") >= 0
    return answer


def test_four_means_are_measured_by_list_and_by_allocator(written):
    answer = evaluated("--pairs", written("pairs.csv", HEADER + PAIRS), "--k", "1")
    head = {key: value for key, value in answer.items() if key != "means"}
    assert head == {"pairs": 6, "left": 3, "right": 2, "both": 3, "k": 1}
    assert list(answer["means"]) == ["arithmetic", "geometric", "harmonic", "minimum"]
    assert answer["means"]["minimum"] == {
        "auc": {"value": 1.0, "interval_95": [1.0, 1.0]},
        "ndcg": {"left": 1.0, "right": 1.0},
        "by_list": {
            "shown": 4,
            "people_matched": {"left": 2, "right": 2},
            "reach": {"left": 0.666667, "right": 0.5},
            "gini": {"left": 0.333, "right": 0.5},
            "load_max": {"left": 1, "right": 3},
        },
        "by_allocator": {
            "placed": 2,
            "value": 1.2,
            "bound": 1.2,
            "gap": 0.0,
            "blocking_pairs": 0,
            "people_matched": {"left": 2, "right": 2},
            "reach": {"left": 0.666667, "right": 1.0},
            "gini": {"left": 0.333, "right": 0.0},
            "load_max": {"left": 1, "right": 1},
        },
    }


def test_pairs_of_no_worth_stand_on_no_list(written):
    one_sided = written("pairs.csv", HEADER + "ana,oki,1,0,0\n")
    means = evaluated("--pairs", one_sided)["means"]
    assert [mean["by_list"]["shown"] for mean in means.values()] == [1, 0, 0, 0]
    assert [mean["by_allocator"]["placed"] for mean in means.values()] == [1, 0, 0, 0]


def test_liking_above_nothing_never_becomes_nothing(written):
    slight = written("pairs.csv", HEADER + "ana,oki,1e-9,1e-400,0\nben,oki,0,1,0\n")
    means = evaluated("--pairs", slight)["means"]
    assert {name: mean["by_list"]["shown"] for name, mean in means.items()} == {
        "arithmetic": 2,
        "geometric": 1,
        "harmonic": 1,
        "minimum": 1,
    }


def test_measures_without_outcomes_are_null(written):
    means = evaluated("--pairs", written("pairs.csv", HEADER + "ana,oki,1,1,0\nben,oki,1,1,0\n"))["means"]
    assert [(mean["auc"], mean["ndcg"]) for mean in means.values()] == [
        (None, {"left": None, "right": None})
    ] * 4


def test_auc_of_a_single_yes_has_a_value_and_no_interval(written):
    single = written("pairs.csv", HEADER + "ana,oki,1,0.5,1\nben,oki,0.5,1,0\nchie,oki,0.1,0.9,0\n")
    means = evaluated("--pairs", single)["means"]
    assert [mean["auc"] for mean in means.values()] == [{"value": 0.75, "interval_95": None}] * 4


def test_capacities_bind_the_allocator_and_not_the_lists(written):
    pairs = written("pairs.csv", HEADER + PAIRS)
    room = written("room.csv", "id,capacity\noki,2\nsaga,0\n")
    one = evaluated("--pairs", pairs)["means"]["harmonic"]
    two = evaluated("--pairs", pairs, "--left-capacity", "2", "--right-capacity", room)["means"]["harmonic"]
    assert one["by_list"] == two["by_list"]
    assert (one["by_allocator"]["load_max"]["right"], two["by_allocator"]["load_max"]["right"]) == (1, 2)
    assert two["by_allocator"]["people_matched"] == {"left": 2, "right": 1}


def test_order_of_rows_changes_nothing(written):
    turned = "\n".join(reversed(PAIRS.splitlines()))
    assert evaluated("--pairs", written("a.csv", HEADER + PAIRS)) == evaluated(
        "--pairs", written("b.csv", "\ufeff" + HEADER + turned)
    )


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (
            "left,right,both\na,b,1\n",
            ["row 1: the column left_likes_right is missing", "row 1: the column right_likes_left is missing"],
        ),
        (HEADER + "a,b,1.01,1,1\n", ["row 2: left_likes_right: '1.01' is not between 0 and 1"]),
        (HEADER + "a,b,1,-0.5,1\n", ["row 2: right_likes_left: '-0.5' is not between 0 and 1"]),
        (HEADER + "a,b,1,-1e-400,1\n", ["row 2: right_likes_left: '-1e-400' is not between 0 and 1"]),
        (HEADER + "a,b,nan,x,1\n", [
            "row 2: left_likes_right: 'nan' is not a finite number",
            "row 2: right_likes_left: 'x' is not a number",
        ]),
        (HEADER + "a,b,1,1,0.5\na,c,1,1,\n", ["row 2: both: '0.5' is not 0 or 1", "row 3: both: '' is not 0 or 1"]),
        (HEADER + "a,b,1,1,1\na,b,1,1,1\n", ["row 3: the pair 'a', 'b' stands in row 2 already"]),
        (HEADER + ",b,1,1,1\n", ["row 2: left is empty"]),
    ],
)  # fmt: skip
def test_malformed_pairs_are_refused_by_row(written, content, reasons):
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("evaluate", "--pairs", written("pairs.csv", content), stdout=out)
    assert str(refusal.value).splitlines()[1:] == reasons
    assert (out.getvalue(), refusal.value.returncode) == ("", 1)


def test_capacity_of_an_unknown_id_is_refused(written):
    room = written("room.csv", "id,capacity\nnobody,2\n")
    with pytest.raises(CommandError, match="row 2: the id 'nobody' has no pair"):
        said("--pairs", written("pairs.csv", HEADER + PAIRS), "--left-capacity", room)


def test_list_of_no_length_is_refused(written):
    with pytest.raises(CommandError, match="--k needs a whole number from 1"):
        said("--pairs", written("pairs.csv", HEADER + PAIRS), "--k", "0")
