"""``manage.py allocate --edges FILE.csv``: the exact placement of any two-sided instance. Touches no database."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from time import monotonic
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from matching.engine.bipartite import Instance, Placing, place, worth_max
from matching.management.cells import score
from matching.management.csv_edges import I64, Pairs, read_capacity, read_pairs
from matching.management.steps import Steps, in_steps
from matching.management.target import target_of, write_whole

COARSER = 1000


class Command(BaseCommand):
    help = (
        "Place pairs of a CSV file (left,right,score) for the highest total score; print one JSON object. "
        "Scores may be any numbers up to 1e300 in size. They are added up exactly in steps of one power of ten, "
        "which is printed as `resolution`: as fine as the scores need, as long as the largest then has no more than "
        "15 digits (10 with a million people). `rounded` counts the scores that need a finer one. A score above 0 that "
        "would be rounded to 0 is refused; pairs with a score of 0 or below are never placed."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--edges", required=True, metavar="FILE.csv", help="Columns left, right, score (any number)."
        )
        add_capacities(parser)
        parser.add_argument(
            "--out",
            metavar="FILE.csv",
            help="Write the pairs that were placed to this file, with their scores.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        read = (options["edges"], options["left_capacity"], options["right_capacity"])
        target = target_of(options["out"], beside=read) if options["out"] else None
        pairs = read_pairs(options["edges"], {"score": score})
        left_room = read_capacity(options["left_capacity"], pairs.left_ids)
        right_room = read_capacity(options["right_capacity"], pairs.right_ids)
        steps, placing, seconds = _placed(options["edges"], pairs, left_room=left_room, right_room=right_room)
        if target:
            write_whole(target, _csv(pairs, placing))
        counts = {"pairs": len(pairs.left), "left": len(pairs.left_ids), "right": len(pairs.right_ids)}
        kept = {"resolution": steps.in_unit(1), "rounded": steps.rounded}
        answer = counts | kept | figures(placing, in_unit=steps.in_unit) | {"seconds": seconds}
        self.stdout.write(json.dumps(answer))


def add_capacities(parser: ArgumentParser) -> None:
    """The two options that say how many partners each may have."""
    for side in ("left", "right"):
        parser.add_argument(
            f"--{side}-capacity",
            default="1",
            metavar="NUMBER|FILE.csv",
            help=f"How many partners each on the {side} may have: a number, or a file id,capacity (others: 1).",
        )


def figures(placing: Placing, *, in_unit: Callable[[int], float]) -> dict[str, Any]:
    """What a placement is worth, in the unit of the file."""
    return {
        "placed": int(np.count_nonzero(placing.chosen)),
        "value": in_unit(placing.value),
        "bound": in_unit(placing.bound),
        "gap": in_unit(placing.gap),
        "blocking_pairs": placing.blocking,
    }


def _placed(path: str, pairs: Pairs, *, left_room: I64, right_room: I64) -> tuple[Steps, Placing, float]:
    """The best placement in the finest steps the solver can take, and the seconds of its making.

    Raises:
        CommandError: a score above 0 counts for nothing in those.
    """
    highest = worth_max(pairs=len(pairs.left), people=len(left_room) + len(right_room))
    while True:
        steps = in_steps(path, pairs, highest=highest)
        instance = Instance(
            left=pairs.left, right=pairs.right, worth=steps.worth, left_room=left_room, right_room=right_room
        )
        began = monotonic()
        try:
            return steps, place(instance), round(monotonic() - began, 3)
        except OverflowError as reason:
            highest //= COARSER
            if not highest:
                raise CommandError("The solver cannot take so many pairs. Nothing was done.") from reason


def _csv(pairs: Pairs, placing: Placing) -> str:
    text = StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("left", "right", "score"))
    for at in np.flatnonzero(placing.chosen):
        lines.writerow(
            (pairs.left_ids[pairs.left[at]], pairs.right_ids[pairs.right[at]], pairs.columns["score"][at])
        )
    return text.getvalue()
