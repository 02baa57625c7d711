"""What fits a party now, asked by itself: needs with reasons, or which one condition keeps most of them away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Volunteer
from matching.engine import (
    Assessment,
    NeedSet,
    Phase,
    Proposal,
    ReasonCode,
    Snapshot,
    assess,
    build_needs,
    build_snapshot,
    explain,
)
from matching.selectors.reasons import shown_caveat, shown_reasons
from matching.services.explanations import speaking_reasons
from matching.services.weights import current_weights
from matching.snapshots import Inputs, party_scope, read_inputs

SHOWN = 5
LOOSENABLE = frozenset(
    {
        ReasonCode.NO_COMMON_DATE, ReasonCode.TRAVEL_TOO_FAR, ReasonCode.NO_WORK_FIT, ReasonCode.NO_WISH_FIT,
        ReasonCode.LOAD, ReasonCode.REMOTE_NOT_WANTED, ReasonCode.PLACES_SHORT, ReasonCode.FIRST_VISIT_MAX,
        ReasonCode.QUALIFICATION,
    }
)  # fmt: skip
"""Rules that follow from what a party said of itself and may say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A need that fits, with at most three reasons and one caveat in words."""

    need_id: int
    score_micro: int
    reasons: list[dict[str, str]]
    caveat: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What fits, best first; how many needs were looked at; the rule that alone keeps most of them away, and how many."""

    fits: list[Fit]
    compared: int
    keeps_away: ReasonCode | None
    would_bring: int


def suggestions_for(party: Volunteer, *, now: datetime) -> Suggestions:
    """Judge every open need for one party by the engine's rules and the weights in force.

    Writes nothing and proposes nothing: nobody is asked before a guide approves. A fixed number of queries.
    """
    inputs = read_inputs(scope=party_scope(party), weights=current_weights(), now=now)
    if not inputs.needs or not inputs.participants:
        return Suggestions(fits=[], compared=0, keeps_away=None, would_bring=0)
    snapshot = build_snapshot(
        vocabulary=inputs.vocabulary, horizon=inputs.horizon, participants=inputs.participants
    )
    needs = build_needs(snapshot=snapshot, needs=inputs.needs)
    judged = {row.id: _judge(row.id, party, snapshot, needs, inputs) for row in inputs.needs}
    best = sorted((found.score.score_micro, need) for need, found in judged.items() if found.score)[::-1]
    alone = Counter(found.reasons[0] for found in judged.values() if _is_loosenable(found))
    keeps_away, would_bring = alone.most_common(1)[0] if alone else (None, 0)
    return Suggestions(
        fits=[
            _fit(need=need, found=judged[need], party=party, snapshot=snapshot, needs=needs, inputs=inputs)
            for _score, need in best[:SHOWN]
        ],
        compared=len(judged),
        keeps_away=keeps_away,
        would_bring=would_bring,
    )


def _is_loosenable(found: Assessment) -> bool:
    """Whether one condition of the party alone keeps the two apart."""
    return len(found.reasons) == 1 and found.reasons[0] in LOOSENABLE


def _judge(need: int, party: Volunteer, snapshot: Snapshot, needs: NeedSet, inputs: Inputs) -> Assessment:
    return assess(
        snapshot=snapshot, needs=needs, need_id=need, participant_id=party.pk, minutes=inputs.minutes, weights=inputs.weights
    )  # fmt: skip


def _fit(
    *, need: int, found: Assessment, party: Volunteer, snapshot: Snapshot, needs: NeedSet, inputs: Inputs
) -> Fit:
    proposal = _proposal(need, found, party)
    explained = explain(snapshot=snapshot, needs=needs, weights=inputs.weights, proposal=proposal)
    is_newcomer = party.pk in inputs.newcomers
    reasons = speaking_reasons(explained.all_reasons, is_newcomer=is_newcomer)
    words: dict[str, Any] = {"reasons": reasons, "caveat": explained.caveat}
    return Fit(
        need_id=need,
        score_micro=proposal.score.score_micro,
        reasons=shown_reasons(words),
        caveat=shown_caveat(words),
    )


def _proposal(need: int, found: Assessment, party: Volunteer) -> Proposal:
    """The pair on its first usable date, as the engine would propose it alone."""
    if found.score is None:
        raise ValueError("a pair that fails a rule is no suggestion")
    slot, people = found.slots[0]
    return Proposal(
        need_id=need, participant_id=party.pk, slot_ids=(slot,), people=people, score=found.score, phase=Phase.HAND,
        bonuses=(), rank_for_need=None, rank_for_participant=None, compared=1, need_passed=1, party_passed=1,
    )  # fmt: skip
