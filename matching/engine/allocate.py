"""From scored pairs to proposals: relations, groups, single people, further dates; and how good that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.engine.beginning import Beginning
from matching.engine.edges import Edges
from matching.engine.fairness import Fairness, fairness_of, without_fairness
from matching.engine.groups import add_further_slots
from matching.engine.needs import NeedSet
from matching.engine.packing import Packing, Placed
from matching.engine.pairs import pair_score
from matching.engine.policy import Weights
from matching.engine.room import Bonus, Phase, Placement, Room
from matching.engine.rules import judge
from matching.engine.score import PairScore
from matching.engine.shards import Merged
from matching.engine.snapshot import Snapshot
from matching.engine.stability import blocking_pairs

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A need and a party that should meet, on which slots, with how many people, and why they were chosen.

    Ranks are places among all pairs that pass the hard rules, None beyond the kept lists. `compared` is
    the number of parties looked at, `need_passed` how many pass for the need, `party_passed` how many needs
    pass for the party. `behind_micro`: what the party's last turn took off its worth; the score keeps it.
    """

    need_id: int
    participant_id: int
    slot_ids: tuple[int, ...]
    people: int
    score: PairScore
    phase: Phase
    behind_micro: int
    bonuses: tuple[Bonus, ...]
    rank_for_need: int | None
    rank_for_participant: int | None
    compared: int
    need_passed: int
    party_passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How good an allocation is. `objective_micro` = scores and bonuses of all proposals, less what turns took off.

    `gap_micro`: what may be missing at most against `bound_micro` (0 = optimal), because groups cannot be split and nobody
    is at two places at once. `blocking_pairs`: pairs that would both rather have each other; coverage bonuses and turns make
    some. `left_in_peace`: parties with no proposal to new communities, having been asked as often as allowed;
    `stepped_back`: parties that counted for less there, having been asked or having come lately. `packing`, `fairness`: see
    there.
    """

    objective_micro: int
    bound_micro: int
    gap_micro: int
    blocking_pairs: int
    needs_served: int
    needs_total: int
    by_relation: int
    by_group: int
    by_flow: int
    candidates: int
    packing: Packing
    fairness: Fairness
    left_in_peace: int
    stepped_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Proposals by need, best first, and the report of the run."""

    proposals: tuple[Proposal, ...]
    report: Report


def allocate(
    *,
    snapshot: Snapshot,
    needs: NeedSet,
    merged: Merged,
    minutes: I32,
    weights: Weights,
    guide_capacity: Mapping[int, int],
    measure_price: bool = True,
    haste: int = 0,
) -> Allocation:
    """Place each party at one need at most, under places, proposals per need and guides' capacity, and nobody at two
    places at once.

    Existing relations and promises are placed first and never moved; then groups with lone people, exactly as far as effort
    goes; then further dates for parties that know the community. `guide_capacity` is what each guide can still
    read this week; a guide not named has `guide_capacity_default`. The order of the inputs does not matter.
    Every `haste` halves what is spent on groups (see `packing`), for hosts on which a run was stopped for taking too long.
    Measuring the price of fairness takes as long as placing; without it, it stays None (see `without_fairness`).
    """
    begun = Beginning.of(
        snapshot=snapshot,
        needs=needs,
        merged=merged,
        minutes=minutes,
        weights=weights,
        guide_capacity=guide_capacity,
        haste=haste,
    )
    edges, placed = begun.edges, begun.newcomers(weights)
    room = placed.room
    blocking = blocking_pairs(room=room, edges=edges)
    fairness = fairness_of(room=room, edges=edges, needs=needs)
    if measure_price:
        fairness = fairness.priced(without_fairness(begun))
    add_further_slots(room=room, edges=edges)
    return Allocation(
        proposals=_proposals(
            room, snapshot=snapshot, needs=needs, merged=merged, minutes=minutes, weights=weights
        ),
        report=_report(placed, snapshot=snapshot, edges=edges, blocking=blocking, fairness=fairness),
    )


def _report(placed: Placed, *, snapshot: Snapshot, edges: Edges, blocking: int, fairness: Fairness) -> Report:
    room = placed.room
    placements = list(room.placed.values())
    phases = [placement.phase for placement in placements]
    return Report(
        objective_micro=sum(placement.value for placement in placements),
        bound_micro=placed.bound_micro,
        gap_micro=placed.bound_micro - placed.reached_micro,
        blocking_pairs=blocking,
        needs_served=len({placement.need for placement in placements}),
        needs_total=len(room.places),
        by_relation=phases.count(Phase.RELATION),
        by_group=phases.count(Phase.GROUP),
        by_flow=phases.count(Phase.FLOW),
        candidates=len(edges),
        packing=placed.packing,
        fairness=fairness,
        left_in_peace=edges.left_out,
        stepped_back=_stepped_back(edges, snapshot=snapshot, weights=room.weights),
    )


def _stepped_back(edges: Edges, *, snapshot: Snapshot, weights: Weights) -> int:
    if not weights.turn_max:
        return 0
    lately = snapshot.columns.since_turn[edges.row] < weights.turn_days
    return len(np.unique(edges.row[lately & ~edges.tied]))


def _proposals(
    room: Room,
    *,
    snapshot: Snapshot,
    needs: NeedSet,
    merged: Merged,
    minutes: I32,
    weights: Weights,
) -> tuple[Proposal, ...]:
    """Placements as values, sorted by need, then best score, then public id."""
    by_need: dict[int, list[Placement]] = defaultdict(list)
    for placement in room.placed.values():
        by_need[placement.need].append(placement)
    made: list[Proposal] = []
    for number in sorted(by_need):
        need = needs.needs[number]
        rows = np.array(sorted(placement.row for placement in by_need[number]), dtype=np.int64)
        verdict = judge(snapshot=snapshot, need=need, minutes=minutes, weights=weights, rows=rows)
        for placement in sorted(by_need[number], key=lambda p: (-p.score, p.rank)):
            score = pair_score(
                need=need,
                verdict=verdict,
                column=int(np.searchsorted(rows, placement.row)),
                slot=placement.slots[0],
                weights=weights,
            )
            made.append(_proposal(placement, score=score, snapshot=snapshot, needs=needs, merged=merged))
    return tuple(made)


def _proposal(
    placement: Placement, *, score: PairScore, snapshot: Snapshot, needs: NeedSet, merged: Merged
) -> Proposal:
    slots = [needs.needs[placement.need].slots[slot].row for slot in placement.slots]
    return Proposal(
        need_id=needs.needs[placement.need].row.id,
        participant_id=int(snapshot.columns.id[placement.row]),
        slot_ids=tuple(slot.id for slot in sorted(slots, key=lambda s: (s.start_minute, s.id))),
        people=placement.people,
        score=score,
        phase=placement.phase,
        behind_micro=placement.behind_micro,
        bonuses=placement.bonuses,
        rank_for_need=_place(merged.need_ranks[placement.need], placement.rank),
        rank_for_participant=_place(merged.party_needs[placement.rank], placement.need),
        compared=merged.compared,
        need_passed=int(merged.passed[placement.need]),
        party_passed=int(merged.party_passed[placement.rank]),
    )


def _place(line: I32, wanted: int) -> int | None:
    found = np.flatnonzero(line == wanted)
    return int(found[0]) + 1 if len(found) else None
