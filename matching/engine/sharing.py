"""Nobody is at two places at once: parties that share a person, and the hours at which that matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from matching.engine.needs import CompiledSlot
from matching.engine.snapshot import Bools, Snapshot

Sharing = Mapping[int, tuple[int, ...]]
"""By row of a party: the rows of other parties that share a person with it, sorted."""


def sharing_of(snapshot: Snapshot) -> Sharing:
    """Which parties share a person; only those that do are named."""
    inside: dict[int, list[int]] = defaultdict(list)
    rows_of, people = snapshot.facts.people
    persons, times = np.unique(people, return_counts=True)
    twice = np.isin(people, persons[times > 1])
    for row, person in zip(rows_of[twice].tolist(), people[twice].tolist(), strict=True):
        inside[person].append(row)
    found: dict[int, set[int]] = defaultdict(set)
    for rows in inside.values():
        for row in rows:
            found[row].update(rows)
    return {row: tuple(sorted(others - {row})) for row, others in sorted(found.items())}


def alone(snapshot: Snapshot, sharing: Sharing) -> Bools:
    """By row: parties the flow can place, one person who stands in no other party of one person.

    A person in two of those would be a side constraint of the flow, which then is not exact any more.
    """
    one = snapshot.columns.size == 1
    twice = [row for row, others in sharing.items() if one[row] and one[list(others)].any()]
    lone = one.copy()
    lone[twice] = False
    return np.asarray(lone, dtype=np.bool_)


def overlap(one: CompiledSlot, other: CompiledSlot) -> bool:
    """Whether two dated slots share a minute; back-to-back do not, windows never do."""
    if one.row.is_window or other.row.is_window:
        return False
    return one.row.start_minute < other.row.end_minute and other.row.start_minute < one.row.end_minute
