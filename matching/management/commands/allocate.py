"""``manage.py allocate --edges FILE.csv``: the exact placement of any two-sided instance. Touches no database."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from matching.engine.bipartite import Instance, Placing, place
from matching.engine.policy import MICRO
from matching.management.csv_edges import Pairs, read_capacity, read_pairs, score


class Command(BaseCommand):
    help = "Place pairs of a CSV file (left,right,score) for the highest total score; print one JSON object."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--edges", required=True, metavar="FILE.csv", help="Columns left, right, score (0 to 1000)."
        )
        add_capacities(parser)
        parser.add_argument(
            "--out", metavar="FILE.csv", help="Write the pairs that were placed to this file."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = read_pairs(options["edges"], {"score": score})
        instance = Instance(
            left=pairs.left,
            right=pairs.right,
            worth=pairs.columns["score"],
            left_room=read_capacity(options["left_capacity"], pairs.left_ids),
            right_room=read_capacity(options["right_capacity"], pairs.right_ids),
        )
        began = monotonic()
        placing = place(instance)
        seconds = round(monotonic() - began, 3)
        if options["out"]:
            _write(options["out"], pairs=pairs, placing=placing)
        counts = {"pairs": len(pairs.left), "left": len(pairs.left_ids), "right": len(pairs.right_ids)}
        self.stdout.write(json.dumps(counts | figures(placing) | {"seconds": seconds}))


def add_capacities(parser: ArgumentParser) -> None:
    """The two options that say how many partners each may have."""
    for side in ("left", "right"):
        parser.add_argument(
            f"--{side}-capacity",
            default="1",
            metavar="NUMBER|FILE.csv",
            help=f"How many partners each on the {side} may have: a number, or a file id,capacity (others: 1).",
        )


def figures(placing: Placing) -> dict[str, Any]:
    """What a placement is worth, in the units of the file."""
    return {
        "placed": int(np.count_nonzero(placing.chosen)),
        "value": placing.value / MICRO,
        "bound": placing.bound / MICRO,
        "gap": placing.gap / MICRO,
        "blocking_pairs": placing.blocking,
    }


def _write(path: str, *, pairs: Pairs, placing: Placing) -> None:
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as target:
            lines = csv.writer(target, lineterminator="\n")
            lines.writerow(("left", "right", "score"))
            for at in np.flatnonzero(placing.chosen):
                worth = int(pairs.columns["score"][at])
                lines.writerow(
                    (pairs.left_ids[pairs.left[at]], pairs.right_ids[pairs.right[at]], f"{worth / MICRO:.6f}")
                )
    except OSError as reason:
        raise CommandError(f"{path} cannot be written: {reason}.") from reason
