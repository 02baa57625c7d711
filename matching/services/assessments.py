"""What the engine says of pairs that a person puts together: score, reasons, and the rules they would have failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Volunteer
from matching.engine import (
    Assessment,
    Phase,
    Proposal,
    ReasonCode,
    assess,
    build_needs,
    build_snapshot,
    explain,
)
from matching.models import Match, MatchRun
from matching.services.explanations import read_codes, stored_explanation
from matching.services.weights import current_weights
from matching.snapshots import read_pairs
from regions.models import Need, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What is known of a pair when it is proposed: score, ranks (None beyond the kept lists, and by hand), explanation."""

    run: MatchRun | None = None
    score_micro: int
    rank_for_need: int | None = None
    rank_for_party: int | None = None
    explanation: Mapping[str, Any] = field(default_factory=dict)


def assess_by_hand(match: Match, slots: Sequence[Slot], *, now: datetime) -> Scored | None:
    """Score and explanation of a match that is about to be written, on these dates with its people, as of ``now``.

    A failed hard rule refuses nothing here: it is named in the explanation under ``failed``, for guides. None where all
    dates have begun or are full. Writes nothing; a fixed number of queries.
    """
    inputs = read_pairs(
        need=match.need, parties=[match.volunteer], slots=slots, weights=current_weights(), now=now
    )
    if not inputs.needs:
        return None
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    needs = build_needs(snapshot=snapshot, needs=inputs.needs)
    found = assess(
        snapshot=snapshot, needs=needs, need_id=match.need_id, participant_id=match.volunteer_id,
        minutes=inputs.minutes, weights=inputs.weights,
    )  # fmt: skip
    if found.regardless is None:
        return None
    proposal = _proposal(match, slots, found)
    explanation = explain(snapshot=snapshot, needs=needs, weights=inputs.weights, proposal=proposal)
    return Scored(
        score_micro=proposal.score.score_micro,
        explanation=stored_explanation(
            explanation,
            codes=read_codes(proposal.slot_ids),
            is_newcomer=snapshot.is_newcomer(match.volunteer_id),
            failed=found.reasons,
        ),
    )


def barriers_by_hand(
    need: Need, parties: Sequence[Volunteer], slots: Sequence[Slot], *, now: datetime
) -> dict[int, ReasonCode | None]:
    """The first hard rule that keeps each party from a need on all of these dates, None where it fits on one, by its id.

    Empty where no date has a place left. Writes nothing; a fixed number of queries, however many they are.
    """
    if not parties or not slots:
        return {}
    inputs = read_pairs(need=need, parties=parties, slots=slots, weights=current_weights(), now=now)
    if not inputs.needs:
        return {}
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    needs = build_needs(snapshot=snapshot, needs=inputs.needs)
    found = {
        party.pk: assess(
            snapshot=snapshot, needs=needs, need_id=need.pk, participant_id=party.pk, minutes=inputs.minutes,
            weights=inputs.weights,
        )
        for party in parties
    }  # fmt: skip
    return {party: next(iter(each.reasons), None) for party, each in found.items()}


def _proposal(match: Match, slots: Sequence[Slot], found: Assessment) -> Proposal:
    """The match as the engine would propose it: nobody else was compared."""
    if found.regardless is None:
        raise ValueError("a pair without dates has no score")
    passed = int(not found.reasons)
    return Proposal(
        need_id=match.need_id,
        participant_id=match.volunteer_id,
        slot_ids=tuple(slot.pk for slot in slots),
        people=match.people,
        score=found.regardless,
        phase=Phase.HAND,
        behind_micro=0,
        bonuses=(),
        rank_for_need=None,
        rank_for_participant=None,
        compared=1,
        need_passed=passed,
        party_passed=passed,
    )
