"""The engine against other ways to the same answer, in one process: ``make bench``. Asserts equality, never a time."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from scipy.optimize import linprog
from scipy.sparse import csr_array

from matching.engine import (
    HARD_RULES,
    NeedSet,
    Shard,
    build_needs,
    build_snapshot,
    merge,
    score_shard,
    single_changes,
)
from matching.engine.edges import Edges, candidate_edges
from matching.engine.flow import FlowProblem, network, solve
from matching.engine.groups import place_groups, place_relations
from matching.engine.packing import Placed, place_newcomers
from matching.engine.room import Phase, Room
from matching.engine.shards import ShardResult
from matching.engine.singles import place_singles, problem_of
from tests.benchmarks.bars import bars
from tests.benchmarks.country import Country, country
from tests.benchmarks.orm import OrmLoop
from tests.benchmarks.processes import on_disk, scored_by
from tests.benchmarks.rivals import Products, Sets

pytestmark = [pytest.mark.bench]
SETS_NEEDS, CHANGES, DIAGNOSES, ORM_PARTIES, ORM_NEEDS = 10, 200, 50, 5000, 8
TRIES = 2
"""Of every way, ours and others: the better one counts."""


def best_seconds(act: Callable[[], Any], tries: int = TRIES) -> tuple[float, Any]:
    """The shortest of some tries and what the last one gave."""
    seconds = []
    for _ in range(tries):
        begun = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - begun)
    return min(seconds), found


def scan(instance: Country, *, needs: NeedSet | None = None, **how: Any) -> ShardResult:
    return score_shard(
        snapshot=instance.snapshot, needs=needs or instance.needs, minutes=instance.minutes,
        weights=instance.weights, shard=Shard(first_block=0, last_block=instance.snapshot.blocks), **how,
    )  # fmt: skip


def machine() -> dict[str, float]:
    """What the machine gives one thread's worth of numpy: a copy through memory, a product of matrices."""
    one, other = np.ones(20_000_000), np.empty(20_000_000)
    copied, _ = best_seconds(lambda: np.copyto(other, one))
    square = np.ones((2048, 2048), dtype=np.float32)
    multiplied, _ = best_seconds(lambda: square @ square)
    return {
        "copy_gb_per_second": round(2 * one.nbytes / copied / 1e9, 1),
        "sgemm_gflops": round(2 * 2048**3 / multiplied / 1e9),
    }


def orm_pairs_per_second(needs: int) -> dict[str, float]:
    """A sample judged by loops over Django objects: fetched in nine queries for every need, or once for all and kept.

    Fetching once is shared out among as many needs as the instance has; that so many objects would fit is taken for granted.
    """
    loop = OrmLoop(parties=ORM_PARTIES, needs=ORM_NEEDS, now=timezone.now())
    each, lists = best_seconds(lambda: {need.pk: loop.best_of(need, loop.fetched()) for need in loop.needs})
    fetching, kept = best_seconds(loop.fetched)
    judging, again = best_seconds(lambda: {need.pk: loop.best_of(need, kept) for need in loop.needs})
    assert lists == again == loop.by_engine()
    assert sum(map(len, lists.values())) > ORM_NEEDS
    pairs = ORM_PARTIES * ORM_NEEDS
    return {
        "orm_loop": pairs / each,
        "orm_loop_kept": pairs / (judging + fetching * ORM_NEEDS / needs),
    }


def changes(instance: Country) -> dict[str, float]:
    """95th percentiles in milliseconds, each as a run does it: one need against everybody, one party packed anew against all needs."""
    need_times, party_times = [], []
    for row in islice(instance.rows, CHANGES):
        begun = time.perf_counter()
        scan(instance, needs=build_needs(snapshot=instance.snapshot, needs=[row]), count=False)
        need_times.append(time.perf_counter() - begun)
    for party in islice(instance.parties, CHANGES):
        begun = time.perf_counter()
        alone = build_snapshot(
            vocabulary=instance.snapshot.vocabulary,
            horizon=instance.snapshot.horizon,
            participants=[party],
        )
        score_shard(
            snapshot=alone, needs=instance.needs, minutes=instance.minutes, weights=instance.weights,
            shard=Shard(first_block=0, last_block=1),
        )  # fmt: skip
        party_times.append(time.perf_counter() - begun)
    return {
        "changed_need_p95_ms": round(1000 * float(np.percentile(need_times[1:], 95)), 1),
        "changed_participant_p95_ms": round(1000 * float(np.percentile(party_times[1:], 95)), 1),
    }


def linearity(instance: Country) -> dict[str, list[float]]:
    """Seconds for a quarter, a half and the whole, times 4, 2 and 1 over those for the whole: all 1 where cost is linear."""
    shares = (4, 2, 1)
    by_needs = [
        best_seconds(
            partial(
                scan, instance, compiled=True, count=False,
                needs=build_needs(snapshot=instance.snapshot, needs=instance.rows[:: share]),
            )
        )[0]
        for share in shares
    ]  # fmt: skip
    by_parties = [
        best_seconds(
            partial(
                score_shard, snapshot=instance.snapshot, needs=instance.needs, minutes=instance.minutes,
                weights=instance.weights, compiled=True, count=False,
                shard=Shard(first_block=0, last_block=instance.snapshot.blocks // share),
            )
        )[0]
        for share in shares
    ]  # fmt: skip
    return {
        name: [round(seconds * share / times[-1], 2) for seconds, share in zip(times, shares, strict=True)]
        for name, times in (("needs", by_needs), ("participants", by_parties))
    }


def two_processes(instance: Country, folder: Path) -> dict[str, float]:
    """What a second process adds, and the largest memory of a scoring process, mapped files included."""
    job, blocks = on_disk(instance, folder), instance.snapshot.blocks
    one, two = scored_by(1, job, blocks=blocks), scored_by(2, job, blocks=blocks)
    return {
        "two_processes_over_one": round(one["seconds"] / two["seconds"], 2),
        "peak_gb_of_a_scoring_process": max(one["peak_gb"], two["peak_gb"]),
    }


def diagnoses(instance: Country, counted: ShardResult) -> dict[str, float]:
    """Milliseconds to count every rule of a need over everybody and find its three best changes, dates or none."""
    seconds = []
    for number, need in enumerate(instance.needs.needs[:DIAGNOSES]):
        begun = time.perf_counter()
        found = single_changes(
            layers=[instance.snapshot], need=need, minutes=instance.minutes, weights=instance.weights
        )
        seconds.append(time.perf_counter() - begun)
        counts = {rule.code: (rule.failed, rule.only) for rule in found.rules}
        assert found.passed == counted.passed[number]
        assert [counts.get(code, (0, 0)) for code in HARD_RULES] == list(
            zip(counted.failed[number].tolist(), counted.only[number].tolist(), strict=True)
        )
    return {
        "three_changes_p50_ms": round(1000 * float(np.median(seconds)), 1),
        "three_changes_max_ms": round(1000 * max(seconds), 1),
    }


# -- allocation ----------------------------------------------------------------------------------------


def all_edges(instance: Country, result: ShardResult) -> Edges:
    return candidate_edges(
        snapshot=instance.snapshot, needs=instance.needs, merged=merge([result]), minutes=instance.minutes,
        weights=instance.weights,
    )  # fmt: skip


def singles(instance: Country, edges: Edges) -> tuple[Edges, FlowProblem]:
    edges = edges.take(instance.snapshot.columns.size[edges.row] == 1)
    room = Room(snapshot=instance.snapshot, needs=instance.needs, guide_capacity={}, weights=instance.weights)
    return edges, problem_of(room=room, edges=edges)


def by_highs(problem: FlowProblem) -> int:
    """The same network as a linear programme, by the dual simplex of HiGHS; the optimum."""
    arcs, sink = network(problem)
    tails, heads = np.concatenate(arcs.tails), np.concatenate(arcs.heads)
    arc = np.arange(len(tails))
    incidence = csr_array(
        (np.r_[np.ones(len(arc)), -np.ones(len(arc))], (np.r_[tails, heads], np.r_[arc, arc])),
        shape=(sink + 1, len(arc)),
    )
    supply = np.zeros(sink + 1)
    supply[0], supply[sink] = problem.parties, -problem.parties
    bounds = np.stack([np.zeros(len(arc)), np.concatenate(arcs.capacities)], axis=1)
    found = linprog(np.concatenate(arcs.costs), A_eq=incidence, b_eq=supply, bounds=bounds, method="highs-ds")
    assert found.status == 0, found.message
    return -round(found.fun)


def greedy(instance: Country, edges: Edges) -> set[int]:
    """The needs served by taking the best score first."""
    room, served = (
        Room(snapshot=instance.snapshot, needs=instance.needs, guide_capacity={}, weights=instance.weights),
        set(),
    )
    for at in np.lexsort((edges.slot, edges.need, edges.rank, -edges.score)).tolist():
        if room.people_for(edges, at):
            room.take(edges, at, phase="flow", bonuses=())
            served.add(int(edges.need[at]))
    return served


def packing(instance: Country, edges: Edges, *, flow_seconds: float) -> dict[str, Any]:
    """Newcomers placed greedily with the flow behind it, and then exactly by prefectures."""
    room = Room(snapshot=instance.snapshot, needs=instance.needs, guide_capacity={}, weights=instance.weights)
    place_relations(room=room, edges=edges)
    greedy = room.copy()

    def greedily() -> None:
        place_groups(room=greedy, edges=edges, snapshot=instance.snapshot)
        place_singles(room=greedy, edges=edges, snapshot=instance.snapshot)

    def exactly() -> Placed:
        return place_newcomers(room=room, edges=edges, needs=instance.needs, snapshot=instance.snapshot)

    greedy_seconds, _ = best_seconds(greedily, 1)  # places in the room it was given: once
    seconds, placed = best_seconds(exactly, 1)
    bound, reached = placed.bound_micro, placed.reached_micro
    at_first = reached - placed.packing.gained_micro
    assert at_first == sum(each.value for row, each in greedy.placed.items() if row not in room.placed)
    return {
        "gap_greedy_percent": round(100 * (bound - at_first) / bound, 2),
        "gap_percent": round(100 * (bound - reached) / bound, 2),
        "prefectures_at_best": f"{placed.packing.optimal}/{placed.packing.prefectures}",
        "over_flow": round(seconds / flow_seconds, 1),
        "greedy_over_flow": round(greedy_seconds / flow_seconds, 1),
        **{
            f"{phase}_{name}": sum(each.phase is phase for each in found.placed.values())
            for phase in (Phase.GROUP, Phase.FLOW)
            for name, found in (("greedily", greedy), ("exactly", placed.room))
        },
    }


def allocation(instance: Country, result: ShardResult) -> dict[str, Any]:
    every = all_edges(instance, result)
    edges, problem = singles(instance, every)
    flow_seconds, solution = best_seconds(lambda: solve(problem))
    highs_seconds, optimum = best_seconds(lambda: by_highs(problem))
    assert solution.value == optimum
    served, wanted = len(set(edges.need[solution.chosen].tolist())), len(set(edges.need.tolist()))
    by_flow, by_greedy = (100 * count / wanted for count in (served, len(greedy(instance, edges))))
    return {
        "edges": len(edges),
        "flow_over_highs": round(highs_seconds / flow_seconds, 1),
        "served_by_flow_percent": round(by_flow, 1),
        "served_by_greedy_percent": round(by_greedy, 1),
        "points_served_over_greedy": round(by_flow - by_greedy, 1),
        "groups": packing(instance, every, flow_seconds=flow_seconds),
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parties", "needs"),
    [
        pytest.param(20_000, 200, id="town"),
        pytest.param(100_000, 500, id="region"),
        pytest.param(1_000_000, 2_000, id="nation"),
    ],
)
def test_engine(parties: int, needs: int, measured: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    orm = orm_pairs_per_second(needs)
    instance = country(parties=parties, needs=needs)
    pairs = parties * needs
    for count in (False, True):  # compiles
        scan(
            instance,
            needs=build_needs(snapshot=instance.snapshot, needs=instance.rows[:1]),
            compiled=True,
            count=count,
        )
    compiled_seconds, fast = best_seconds(lambda: scan(instance, compiled=True, count=False))
    counted_seconds, counted = best_seconds(lambda: scan(instance, compiled=True))
    numpy_seconds, plain = best_seconds(lambda: scan(instance, compiled=False, count=False))
    assert fast.to_bytes() == plain.to_bytes()
    assert np.array_equal(fast.need_ranks, counted.need_ranks)
    products = Products(instance)
    product_seconds, (scores, ranks) = best_seconds(products.best)
    assert np.array_equal(scores, fast.need_scores)
    assert np.array_equal(ranks, fast.need_ranks)
    sets = Sets(instance)
    set_seconds, lists = best_seconds(lambda: [sets.best_of(number) for number in range(SETS_NEEDS)])
    for number, best in enumerate(lists):
        line = zip(fast.need_scores[number].tolist(), fast.need_ranks[number].tolist(), strict=True)
        assert [pair for pair in line if pair[0] >= 0] == best
    rates = {
        **orm,
        "python_sets": parties * SETS_NEEDS / set_seconds,
        "blocked_sgemm": pairs / product_seconds,
        "numpy": pairs / numpy_seconds,
        "numba": pairs / compiled_seconds,
        "numba_counting_rules": pairs / counted_seconds,
    }
    result: dict[str, Any] = {
        "parties": parties,
        "needs": needs,
        "feasible_percent": round(100 * int(fast.passed.sum()) / pairs, 2),
        "pairs_per_second": {name: round(rate) for name, rate in rates.items()},
        "numba_over": {name: round(rates["numba"] / rate, 1) for name, rate in rates.items()},
        "numpy_over_sgemm": round(rates["numpy"] / rates["blocked_sgemm"], 2),
        **changes(instance),
        "cost_per_share": linearity(instance),
        **two_processes(instance, tmp_path),
        **diagnoses(instance, counted),
        **allocation(instance, fast),
        **machine(),
        "peak_gb_of_all_ways": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }
    measured(result | {"bars": bars(result)})
