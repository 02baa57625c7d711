"""Credits of the shipped trees, and sets of kinds as planes."""

from __future__ import annotations

import json
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.vocabulary import (
    CreditTable,
    Planes,
    credit_table,
    kind_mask,
    mask_words,
    plane_width,
    weight_planes,
)
from tests.engine.reference import credit

BOOK = json.loads((Path(__file__).parents[2] / "accounts/data/vocabulary.json").read_text("utf-8"))


def tree(kinds: list[dict]) -> tuple[dict[str, int], CreditTable]:
    number = {kind["code"]: at for at, kind in enumerate(kinds)}
    table = credit_table(
        parents=tuple(-1 if kind["parent"] is None else number[kind["parent"]] for kind in kinds),
        credit_from_parent=tuple(kind.get("credit_from_parent", True) for kind in kinds),
    )
    return number, table


TREES = {name: tree(BOOK[name]) for name in ("work_kinds", "asset_kinds")}


@pytest.mark.parametrize(
    ("wanted", "held", "expected"),
    [
        ("grass", "grass_brushcutter", 4),
        ("path_trail", "path", 2),
        ("path_trail", "commons", 1),
        ("grass_brushcutter", "grass", 0),
        ("trail_mtb", "trail", 2),
        ("trail_mtb", "trail_walk", 0),
    ],
)
def test_credit_of_the_rule_examples(wanted, held, expected):
    number, table = next(tree for tree in TREES.values() if wanted in tree[0])
    assert table.of(wanted=number[wanted], held=number[held]) == expected


def test_credit_of_every_example_in_the_vocabulary():
    assert len(BOOK["credit"]["examples"]) >= 6
    for example in BOOK["credit"]["examples"]:
        number, table = next(tree for tree in TREES.values() if example["wanted"] in tree[0])
        found = table.of(wanted=number[example["wanted"]], held=number[example["held"]])
        assert found == example["credit"], example


@pytest.mark.parametrize("name", TREES)
def test_credit_equals_walking_up_the_tree(name):
    kinds = BOOK[name]
    number, table = TREES[name]
    parents = tuple(-1 if kind["parent"] is None else number[kind["parent"]] for kind in kinds)
    from_parent = tuple(kind.get("credit_from_parent", True) for kind in kinds)
    for wanted in range(len(kinds)):
        for held in range(len(kinds)):
            assert table.of(wanted=wanted, held=held) == credit(wanted, {held}, parents, from_parent)


def test_several_held_kinds_give_the_maximum_never_the_sum():
    table = credit_table(parents=(-1, 0, 1), credit_from_parent=(True, True, True))
    assert table.best(wanted=2, held=[0, 1]) == (2, 1)
    assert table.best(wanted=2, held=[]) == (0, None)
    assert table.planes([0, 1]) == Planes(full=0b011, half=0b100, quarter=0)


def test_planes_say_what_the_table_says():
    table = credit_table(parents=(-1, 0, 1, 2, 0), credit_from_parent=(True, True, True, False, True))
    for held in chain.from_iterable(combinations(range(5), size) for size in range(4)):
        planes = table.planes(held)
        for wanted in range(5):
            bit = 1 << wanted
            got = 4 * bool(planes.full & bit) + 2 * bool(planes.half & bit) + bool(planes.quarter & bit)
            assert got == table.best(wanted=wanted, held=held)[0]


@pytest.mark.parametrize("parents", [(1, 0), (0,), (5,), (-1,) * 129])
def test_a_broken_tree_is_refused(parents):
    with pytest.raises(ValueError, match=r"tree|128"):
        credit_table(parents=parents, credit_from_parent=(True,) * len(parents))


def test_the_last_of_128_kinds_has_its_bit():
    table = credit_table(parents=(-1,) * 128, credit_from_parent=(True,) * 128)
    assert table.planes([127]) == Planes(full=1 << 127, half=0, quarter=0)


@pytest.mark.parametrize(("kinds", "width"), [(0, 1), (1, 1), (64, 1), (65, 2), (128, 2)])
def test_sets_take_as_many_words_as_their_tree_needs(kinds, width):
    assert plane_width(kinds) == width


@given(st.sets(st.integers(0, 127)))
def test_words_of_a_set_are_the_set(kinds):
    words = mask_words(kind_mask(kinds), width=2)
    assert {64 * word + bit for word in range(2) for bit in range(64) if words[word] >> bit & 1} == kinds


def test_a_kind_beyond_the_words_is_refused():
    with pytest.raises(ValueError, match="vocabulary"):
        mask_words(1 << 64, width=1)


@pytest.mark.parametrize("weighted", [((0, 0),), ((0, 4),), ((1, 2), (1, 1))])
def test_weights_outside_their_range_are_refused(weighted):
    with pytest.raises(ValueError, match=r"weights|once"):
        weight_planes(weighted)


def test_weight_planes_add_up_to_the_weight():
    low, high = weight_planes(((0, 1), (3, 2), (5, 3)))
    assert [(low >> k & 1) + 2 * (high >> k & 1) for k in range(6)] == [1, 0, 0, 2, 0, 3]
