"""Rows go one way into the engine: what a run looks at, read from the tables in a fixed number of queries."""

from matching.snapshots.calendar import TOKYO, Days
from matching.snapshots.inputs import (
    ALL,
    PARTY,
    Inputs,
    is_about_one_need,
    looks_at_everybody,
    need_scope,
    party_of_scope,
    party_scope,
    read_inputs,
    read_pairs,
)

__all__ = [
    "ALL",
    "PARTY",
    "TOKYO",
    "Days",
    "Inputs",
    "is_about_one_need",
    "looks_at_everybody",
    "need_scope",
    "party_of_scope",
    "party_scope",
    "read_inputs",
    "read_pairs",
]
