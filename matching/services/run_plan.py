"""What a run comes to before anything is written: scored, merged, allocated, explained, diagnosed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from matching.engine import (
    Merged,
    Proposal,
    ShardResult,
    allocate,
    explain,
)
from matching.models import MatchRun
from matching.services.candidates import Shortlist, shortlists_of
from matching.services.explanations import Codes, read_codes, stored_explanation
from matching.services.findings import Finder, Found, finds_too_few
from matching.services.run_layers import prepared_layers
from matching.services.run_prepared import Prepared, compared, cut, packed, score
from matching.services.suggestions import Fitting, fitting_of
from matching.services.weights import weights_of
from matching.snapshots import Inputs, read_inputs

_kept: dict[str, Prepared] = {}


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
class Standing:
    """How a need stands after the allocation: parties that pass, whether one is proposed, whether it finds too few."""

    need: int
    passed: int
    is_proposed: bool
    is_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run will write: proposals by need, best first; diagnoses; who was compared; what fits the one party; its report.

    ``shortlists`` and ``found`` are empty where not everybody was compared. ``later``: needs of a large run for
    which rules are counted only after the proposals are written.
    """

    proposals: list[Planned]
    found: list[Found]
    shortlists: list[Shortlist]
    fitting: Fitting | None
    later: list[Standing]
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
            later=[Standing(**row) for row in stored.get("later", [])],
            pairs_feasible=stored["pairs_feasible"],
            report=stored["report"],
        )


def prepare(inputs: Inputs) -> Prepared:
    """Pack the inputs and keep them for the next step, should it run in this process."""
    return _keep(packed(inputs))


def prepared_for(run: MatchRun) -> Prepared | None:
    """The inputs a run was started with: kept by this process, or read again; None if the tables have changed since.

    A large run has stored them: for it nothing changes.
    """
    kept = _kept.get(run.inputs_digest)
    if kept is not None:
        return kept
    if run.snapshot_id is not None:
        layers = prepared_layers(run)
        return None if layers is None else _keep(layers)
    if run.started_at is None:
        raise RuntimeError(f"Run {run.public_id} was never started.")
    inputs = read_inputs(scope=run.scope, weights=weights_of(run.weights), now=run.started_at)
    return prepare(inputs) if inputs.digest == run.inputs_digest else None


def _keep(prepared: Prepared) -> Prepared:
    _kept.clear()
    _kept[prepared.inputs.digest] = prepared
    return prepared


def plan_of(
    prepared: Prepared,
    results: Iterable[ShardResult],
    *,
    diagnosed: bool,
    is_asked: bool = False,
    about: int | None = None,
    haste: int = 0,
) -> Plan:
    """Merge, allocate and explain. Four queries at most, for names. The price of fairness of a large run is left to a piece.

    Args:
        diagnosed: whether everybody was compared, so that it can be said why a need finds too few, and who else fits.
        is_asked: whether that is said of a need that finds enough as well.
        about: the party that the run is about, so that it is kept what fits it.
        haste: how often this came to nothing before: every time half as much is spent on placing groups exactly.
    """
    inputs, layer = prepared.inputs, compared(prepared, results)
    merged, prepared = layer.merged, replace(prepared, snapshot=layer.snapshot)
    allocation = allocate(
        snapshot=layer.snapshot,
        needs=prepared.needs,
        merged=merged,
        minutes=inputs.minutes,
        weights=inputs.weights,
        guide_capacity=inputs.capacity,
        measure_price=not prepared.is_large,
        haste=haste,
    )
    codes = read_codes(slot for proposal in allocation.proposals for slot in proposal.slot_ids)
    proposed = {proposal.need_id for proposal in allocation.proposals}
    standing = _standing(prepared, merged, proposed) if diagnosed else []
    later = [each for each in standing if is_asked or each.is_short] if prepared.is_large else []
    found = _found(prepared, standing, codes, is_asked=is_asked) if diagnosed else []
    return Plan(
        proposals=[_planned(prepared, proposal, codes) for proposal in allocation.proposals],
        found=found,
        shortlists=_shortlists(prepared, merged) if diagnosed else [],
        fitting=None if about is None else _fitting(prepared, merged, about),
        pairs_feasible=int(merged.passed.sum()),
        later=later,
        report=asdict(allocation.report)
        | {"compared": merged.compared, "needs_diagnosed": sum(each.is_short for each in standing)},
    )


def _shortlists(prepared: Prepared, merged: Merged) -> list[Shortlist]:
    return shortlists_of(
        inputs=prepared.inputs, snapshot=prepared.snapshot, needs=prepared.needs, merged=merged
    )


def _fitting(prepared: Prepared, merged: Merged, party: int) -> Fitting:
    """What fits one party. A party that was paused or deleted meanwhile was compared with nothing."""
    if party not in prepared.snapshot.columns.id:
        return Fitting(party=party, fits=[], compared=0, keeps_away="", would_bring=0)
    return fitting_of(
        party_id=party,
        inputs=prepared.inputs,
        snapshot=prepared.snapshot,
        needs=prepared.needs,
        merged=merged,
    )


def dry_run(prepared: Prepared) -> Plan:
    """What a run over these inputs would propose. Writes nothing."""
    results = [score(prepared, shard) for shard in cut(prepared, whole=not prepared.is_large)]
    return plan_of(prepared, results, diagnosed=True)


def _planned(prepared: Prepared, proposal: Proposal, codes: Codes) -> Planned:
    inputs = prepared.inputs
    need = prepared.needs.needs[prepared.needs.number_of[proposal.need_id]].row
    explanation = explain(
        snapshot=prepared.snapshot, needs=prepared.needs, weights=inputs.weights, proposal=proposal
    )
    is_newcomer = prepared.snapshot.is_newcomer(proposal.participant_id)
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


def _standing(prepared: Prepared, merged: Merged, proposed: set[int]) -> list[Standing]:
    """How each need stands after the allocation."""
    return [
        Standing(
            need=need.row.id,
            passed=int(passed),
            is_proposed=need.row.id in proposed,
            is_short=finds_too_few(need, passed=int(passed), is_proposed=need.row.id in proposed),
        )
        for need, passed in zip(prepared.needs.needs, merged.passed, strict=True)
    ]


def _found(prepared: Prepared, standing: Iterable[Standing], codes: Codes, *, is_asked: bool) -> list[Found]:
    """What is told of each need. One query. Of a large run only that some need nothing told; the others come later."""
    if prepared.is_large:
        return [Found(need=each.need, diagnosis=None) for each in standing if not (is_asked or each.is_short)]
    finder = Finder.of(inputs=prepared.inputs, layers=prepared.layers, codes=codes, is_asked=is_asked)
    needs = prepared.needs
    return [
        finder.found(
            needs.needs[needs.number_of[each.need]], passed=each.passed, is_proposed=each.is_proposed
        )
        for each in standing
    ]
