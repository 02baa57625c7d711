"""``manage.py evaluate --pairs FILE.csv``: what means of two likings are good for, on data not made here.

Touches no database.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from matching.engine.bipartite import Instance, place
from matching.engine.policy import MICRO
from matching.engine.quality import MEANS, Reach, auc, ndcg, places_in_lists, reach_of
from matching.management.cells import liking, outcome
from matching.management.commands.allocate import add_capacities, figures
from matching.management.csv_edges import I64, Pairs, read_capacity, read_pairs

DIGITS = 6
K_DEFAULT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    """Pairs with their outcomes, capacities and the length of lists."""

    pairs: Pairs
    hit: np.ndarray[Any, np.dtype[np.bool_]]
    left_room: I64
    right_room: I64
    k: int


class Command(BaseCommand):
    help = (
        "Compare four means of two predicted likings with observed outcomes; print one JSON object. "
        "Likings count in millionths, to the nearest; one above 0 counts as a millionth at least."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pairs",
            required=True,
            metavar="FILE.csv",
            help="Columns left, right, left_likes_right, right_likes_left (predicted, 0 to 1), both (observed, 0 or 1).",
        )
        add_capacities(parser)
        parser.add_argument("--k", type=int, default=K_DEFAULT, help="Length of everybody's list (10).")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["k"] < 1:
            raise CommandError("--k needs a whole number from 1.")
        data = _read(options)
        answer = {
            "pairs": len(data.pairs.left),
            "left": len(data.pairs.left_ids),
            "right": len(data.pairs.right_ids),
            "both": int(np.count_nonzero(data.hit)),
            "k": data.k,
            "means": {name: _of_mean(name, data) for name in MEANS},
        }
        self.stdout.write(json.dumps(answer))


def _read(options: dict[str, Any]) -> _Data:
    pairs = read_pairs(
        options["pairs"], {"left_likes_right": liking, "right_likes_left": liking, "both": outcome}
    )
    return _Data(
        pairs=pairs,
        hit=pairs.columns["both"] > 0,
        left_room=read_capacity(options["left_capacity"], pairs.left_ids),
        right_room=read_capacity(options["right_capacity"], pairs.right_ids),
        k=options["k"],
    )


def _of_mean(name: str, data: _Data) -> dict[str, Any]:
    """Everything about one mean."""
    pairs = data.pairs
    worth = MEANS[name](pairs.columns["left_likes_right"], pairs.columns["right_likes_left"])
    of_left = places_in_lists(owner=pairs.left, other=pairs.right, worth=worth)
    of_right = places_in_lists(owner=pairs.right, other=pairs.left, worth=worth)
    return {
        "auc": _auc(data, worth=worth),
        "ndcg": {
            "left": _short(ndcg(owner=pairs.left, places=of_left, hit=data.hit, k=data.k)),
            "right": _short(ndcg(owner=pairs.right, places=of_right, hit=data.hit, k=data.k)),
        },
        "by_list": _by_list(data, worth=worth, of_left=of_left, of_right=of_right),
        "by_allocator": _by_allocator(data, worth=worth),
    }


def _auc(data: _Data, *, worth: I64) -> dict[str, Any] | None:
    """Null without a pair of either kind; its interval is null with a single one."""
    found = auc(worth=worth, hit=data.hit)
    if found is None:
        return None
    return {
        "value": _short(found.value),
        "interval_95": found.interval and [_short(end) for end in found.interval],
    }


def _by_list(data: _Data, *, worth: I64, of_left: I64, of_right: I64) -> dict[str, Any]:
    """Everybody sees the first k of the own list; pairs worth nothing stand on none. Capacities play no part."""
    in_left, in_right = (of_left < data.k) & (worth > 0), (of_right < data.k) & (worth > 0)
    made = in_left | in_right
    pairs = data.pairs
    left = reach_of(side=pairs.left, people=len(pairs.left_ids), load=in_right, made=made, hit=data.hit)
    right = reach_of(side=pairs.right, people=len(pairs.right_ids), load=in_left, made=made, hit=data.hit)
    return {"shown": int(np.count_nonzero(made))} | _sides(left, right)


def _by_allocator(data: _Data, *, worth: I64) -> dict[str, Any]:
    """The placement of highest total worth under the capacities."""
    pairs = data.pairs
    began = monotonic()
    placing = place(
        Instance(
            left=pairs.left,
            right=pairs.right,
            worth=worth,
            left_room=data.left_room,
            right_room=data.right_room,
        )
    )
    seconds = round(monotonic() - began, 3)
    made = placing.chosen
    left = reach_of(side=pairs.left, people=len(pairs.left_ids), load=made, made=made, hit=data.hit)
    right = reach_of(side=pairs.right, people=len(pairs.right_ids), load=made, made=made, hit=data.hit)
    return (
        figures(placing, in_unit=lambda micros: micros / MICRO) | {"seconds": seconds} | _sides(left, right)
    )


def _sides(left: Reach, right: Reach) -> dict[str, Any]:
    """The figures of both sides beside each other."""
    return {
        "people_matched": {"left": left.matched, "right": right.matched},
        "reach": {"left": _short(left.reach), "right": _short(right.reach)},
        "gini": {"left": left.gini, "right": right.gini},
        "load_max": {"left": left.load_max, "right": right.load_max},
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
