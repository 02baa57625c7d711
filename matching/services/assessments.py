"""What the engine says of a pair that a person puts together: score, reasons, and the rules it would have failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matching.engine import Assessment, Phase, Proposal, assess, build_needs, build_snapshot, explain
from matching.models import Match, MatchRun
from matching.services.explanations import read_codes, stored_explanation
from matching.services.weights import current_weights
from matching.snapshots import read_pair
from regions.models import Slot


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
    inputs = read_pair(
        need=match.need, party=match.volunteer, slots=slots, weights=current_weights(), now=now
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
            is_newcomer=match.volunteer_id in inputs.newcomers,
            failed=found.reasons,
        ),
    )


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
        bonuses=(),
        rank_for_need=None,
        rank_for_participant=None,
        compared=1,
        need_passed=passed,
        party_passed=passed,
    )
