"""What turns among newcomers come to over sixteen weeks in six drawn regions; how people answer is a model (``weeks``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from matching.engine import Weights
from tests.engine.weeks import STEADY, TIRING, weeks_of

pytestmark = pytest.mark.bench
SEEDS = range(6)
WAYS = {
    "without": Weights(turn_max=0, contacts_max=10_000),
    "cap alone": Weights(turn_max=0),
    "turns alone": Weights(contacts_max=10_000),
    "both": Weights(),
}


def over_all(weights: Weights, answers: Sequence[float]) -> dict[str, float]:
    told = [weeks_of(seed, weights, answers=answers) for seed in SEEDS]
    posted = sum(each.posted for each in told)
    return {
        "needs": posted,
        "connected_percent": round(100 * sum(each.connected for each in told) / posted, 1),
        "asked": sum(each.times for each in told),
        "people_asked": sum(each.people for each in told),
        "most_within_30_days": max(each.most_in_a_month() for each in told),
    }


@pytest.mark.parametrize("answers", [STEADY, TIRING], ids=["steady", "tiring"])
def test_turns(answers: Sequence[float], measured: Callable[[dict[str, Any]], None]) -> None:
    told = {name: over_all(weights, answers) for name, weights in WAYS.items()}
    assert told["both"]["most_within_30_days"] <= Weights().contacts_max
    measured({"answers": list(answers), **told})
