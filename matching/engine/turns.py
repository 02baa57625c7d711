"""Turns among newcomers: who was just asked or just came steps back for others; never where a relation is.

Acts on the allocation alone. No score changes, so what fits a party and why a need finds too few stay what they are.
"""

from __future__ import annotations

import numpy as np

from matching.engine.columns import I64, Bools, Columns
from matching.engine.policy import Weights
from matching.engine.snapshot import Snapshot

NOBODY: I64 = np.zeros(0, dtype=np.int64)
TIE_DAYS = 1000
"""Among pairs that fit alike, a turn is remembered for so long: a millionth of the best fit for each day less."""


def resting(snapshot: Snapshot, weights: Weights) -> Bools:
    """Who was asked for communities new to them as often as allowed and is left in peace, by row."""
    row, days = snapshot.facts.asked
    times = np.bincount(row[days < weights.contacts_days], minlength=snapshot.count)
    return np.asarray(times >= weights.contacts_max, dtype=np.bool_)


def tied_rows(snapshot: Snapshot, region: int) -> I64:
    """Rows of the parties that know a community or have a promise with it: for them neither cap nor turn holds."""
    return np.union1d(snapshot.sparse.known.get(region, NOBODY), snapshot.sparse.agreed.get(region, NOBODY))


def handicaps(columns: Columns, weights: Weights) -> I64:
    """What its last turn takes off each party's worth at a community new to it, in micro, by row.

    `turn_max` on the day itself, falling to nothing over `turn_days`; then a remainder that only decides between equals:
    who was asked longest ago comes first, and who never was before everybody.

    Worked line: 20 of 60 days ago: 60,000 * 40 // 60 + (1,000 - 20) = 40,980.
    """
    days = columns.since_turn
    lately = weights.turn_max * np.maximum(weights.turn_days - days, 0) // weights.turn_days
    remembered = np.minimum(np.maximum(TIE_DAYS - days, 0), weights.turn_max)
    return np.asarray(lately + remembered, dtype=np.int64)


def taken_off(*, score: I64, tied: Bools, handicap: I64) -> I64:
    """What a turn takes off the worth of edges: nothing where a relation or a promise is, and never the last millionth.

    Whoever fits stays worth a place that nobody else wants.
    """
    return np.asarray(np.where(tied, 0, np.minimum(handicap, np.maximum(score - 1, 0))), dtype=np.int64)
