"""What a run comes to before anything is written: scored, merged, allocated, explained, diagnosed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from matching.engine import (
    Allocation,
    Merged,
    NeedSet,
    Proposal,
    Shard,
    ShardResult,
    Snapshot,
    allocate,
    build_needs,
    build_snapshot,
    explain,
    merge,
    score_shard,
    shards_of,
)
from matching.models import MatchRun
from matching.services.candidates import Shortlist, shortlists_of
from matching.services.explanations import Codes, read_codes, stored_explanation
from matching.services.findings import Finder, Found
from matching.services.suggestions import Fitting, fitting_of
from matching.services.weights import weights_of
from matching.snapshots import Inputs, read_inputs

BLOCKS_PER_SHARD = 16  # 4,096 parties: less is not worth the way over the broker
SHARDS_MAX = 64  # every shard lays out the needs anew, and its result is a row
_kept: dict[str, Prepared] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The inputs of a run, packed for scoring."""

    inputs: Inputs
    snapshot: Snapshot
    needs: NeedSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One proposal to be written. ``most`` = live proposals its need may have."""

    need: int
    party: int
    slots: list[int]
    people: int
    most: int
    score_micro: int
    rank_for_need: int | None
    rank_for_party: int | None
    explanation: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run will write: proposals by need, best first; diagnoses; who was compared; what fits the one party; its report.

    ``shortlists`` and ``found`` are empty where not everybody was compared.
    """

    proposals: list[Planned]
    found: list[Found]
    shortlists: list[Shortlist]
    fitting: Fitting | None
    pairs_feasible: int
    report: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, kept on the run while it is written."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Plan:
        """The plan ``as_json`` was called on."""
        return cls(
            proposals=[Planned(**row) for row in stored["proposals"]],
            found=[Found(**row) for row in stored["found"]],
            shortlists=[Shortlist.from_json(row) for row in stored.get("shortlists", [])],
            fitting=Fitting.from_json(stored["fitting"]) if stored.get("fitting") else None,
            pairs_feasible=stored["pairs_feasible"],
            report=stored["report"],
        )


def prepare(inputs: Inputs) -> Prepared:
    """Pack the inputs and keep them for the next step, should it run in this process."""
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    prepared = Prepared(
        inputs=inputs, snapshot=snapshot, needs=build_needs(snapshot=snapshot, needs=inputs.needs)
    )
    _kept.clear()
    _kept[inputs.digest] = prepared
    return prepared


def prepared_for(run: MatchRun) -> Prepared | None:
    """The inputs a run was started with: kept by this process, or read again; None if the tables have changed since."""
    kept = _kept.get(run.inputs_digest)
    if kept is not None:
        return kept
    if run.started_at is None:
        raise RuntimeError(f"Run {run.public_id} was never started.")
    inputs = read_inputs(scope=run.scope, weights=weights_of(run.weights), now=run.started_at)
    return prepare(inputs) if inputs.digest == run.inputs_digest else None


def cut(prepared: Prepared, *, whole: bool) -> tuple[Shard, ...]:
    """The shards of a run: by a number of blocks each, 64 shards at most, or the ``whole`` as one."""
    blocks = max(prepared.snapshot.blocks, 1)
    least = int(getattr(settings, "ENISHI_BLOCKS_PER_SHARD", BLOCKS_PER_SHARD))
    per_shard = blocks if whole else max(least, -(-blocks // SHARDS_MAX))
    return shards_of(prepared.snapshot, blocks_per_shard=per_shard)


def score(prepared: Prepared, shard: Shard) -> ShardResult:
    """The best pairs of one shard."""
    return score_shard(
        snapshot=prepared.snapshot,
        needs=prepared.needs,
        minutes=prepared.inputs.minutes,
        weights=prepared.inputs.weights,
        shard=shard,
    )


def plan_of(
    prepared: Prepared,
    results: Iterable[ShardResult],
    *,
    diagnosed: bool,
    is_asked: bool = False,
    about: int | None = None,
) -> Plan:
    """Merge, allocate and explain. Four queries at most, for names.

    Args:
        diagnosed: whether everybody was compared, so that it can be said why a need finds too few, and who else fits.
        is_asked: whether that is said of a need that finds enough as well.
        about: the party that the run is about, so that it is kept what fits it.
    """
    merged, inputs = merge(results), prepared.inputs
    allocation = allocate(
        snapshot=prepared.snapshot,
        needs=prepared.needs,
        merged=merged,
        minutes=inputs.minutes,
        weights=inputs.weights,
        guide_capacity=inputs.capacity,
    )
    codes = read_codes(slot for proposal in allocation.proposals for slot in proposal.slot_ids)
    found = _found(prepared, merged, allocation, codes, is_asked=is_asked) if diagnosed else []
    return Plan(
        proposals=[_planned(prepared, proposal, codes) for proposal in allocation.proposals],
        found=found,
        shortlists=_shortlists(prepared, merged) if diagnosed else [],
        fitting=None if about is None else _fitting(prepared, merged, about),
        pairs_feasible=int(merged.passed.sum()),
        report=asdict(allocation.report) | {"compared": merged.compared, "needs_diagnosed": _told(found)},
    )


def _shortlists(prepared: Prepared, merged: Merged) -> list[Shortlist]:
    return shortlists_of(
        inputs=prepared.inputs, snapshot=prepared.snapshot, needs=prepared.needs, merged=merged
    )


def _fitting(prepared: Prepared, merged: Merged, party: int) -> Fitting:
    """What fits one party. A party that was paused or deleted meanwhile was compared with nothing."""
    if party not in prepared.snapshot.row_of_id:
        return Fitting(party=party, fits=[], compared=0, keeps_away="", would_bring=0)
    return fitting_of(
        party_id=party,
        inputs=prepared.inputs,
        snapshot=prepared.snapshot,
        needs=prepared.needs,
        merged=merged,
    )


def dry_run(inputs: Inputs) -> Plan:
    """What a run over these inputs would propose. Writes nothing."""
    prepared = prepare(inputs)
    results = [score(prepared, shard) for shard in cut(prepared, whole=True)]
    return plan_of(prepared, results, diagnosed=True)


def _planned(prepared: Prepared, proposal: Proposal, codes: Codes) -> Planned:
    inputs = prepared.inputs
    need = prepared.needs.needs[prepared.needs.number_of[proposal.need_id]].row
    explanation = explain(
        snapshot=prepared.snapshot, needs=prepared.needs, weights=inputs.weights, proposal=proposal
    )
    is_newcomer = proposal.participant_id in inputs.newcomers
    return Planned(
        need=proposal.need_id,
        party=proposal.participant_id,
        slots=list(proposal.slot_ids),
        people=proposal.people,
        most=inputs.weights.proposals_max_default if need.proposals_max is None else need.proposals_max,
        score_micro=proposal.score.score_micro,
        rank_for_need=proposal.rank_for_need,
        rank_for_party=proposal.rank_for_participant,
        explanation=stored_explanation(explanation, codes=codes, is_newcomer=is_newcomer),
    )


def _found(
    prepared: Prepared, merged: Merged, allocation: Allocation, codes: Codes, *, is_asked: bool
) -> list[Found]:
    """What is told of each need. One query."""
    proposed = {proposal.need_id for proposal in allocation.proposals}
    finder = Finder.of(inputs=prepared.inputs, snapshot=prepared.snapshot, codes=codes, is_asked=is_asked)
    return [
        finder.found(need, passed=int(passed), is_proposed=need.row.id in proposed)
        for need, passed in zip(prepared.needs.needs, merged.passed, strict=True)
    ]


def _told(found: list[Found]) -> int:
    """How many of the needs find too few."""
    return sum(row.diagnosis is not None and not row.diagnosis["finds_enough"] for row in found)
