"""What fits a party, judged by itself in the run over that party, and kept for its own page (docs/adr/0023).

Nothing here proposes anything: nobody is asked before a guide approves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User, Volunteer
from accounts.policies import can_edit_party
from accounts.services.outbox import owe
from accounts.services.party_values import LIVE_MAX
from accounts.services.rescoring import TOPIC
from matching.engine import (
    Merged,
    NeedSet,
    Phase,
    Proposal,
    ReasonCode,
    Snapshot,
    assess,
    explain,
    only_reasons,
    only_scores,
)
from matching.models import Look, MatchRun, Suggestion
from matching.selectors.reasons import REASONS_SHOWN
from matching.selectors.suggestions import SHOWN, look_at
from matching.services.explanations import speaking_reasons
from matching.services.nights import night_before
from matching.snapshots import Inputs
from regions.models import Need

KEPT = SHOWN + LIVE_MAX
"""Enough to fill the page when a party has as many matches among them as it may have at once."""
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
    """A need that fits, with the engine's codes for why and for what may not."""

    need: int
    score_micro: int
    reasons: list[str]
    caveat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What fits, best first; how many needs were compared; the rule that alone keeps most of them away, and how many."""

    party: int
    fits: list[Fit]
    compared: int
    keeps_away: str
    would_bring: int

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Fitting:
        """What ``dataclasses.asdict`` made of it."""
        return cls(**{**stored, "fits": [Fit(**row) for row in stored["fits"]]})


def fitting_of(
    *, party_id: int, inputs: Inputs, snapshot: Snapshot, needs: NeedSet, merged: Merged
) -> Fitting:
    """What a run over one party found for it, by the engine's rules and the inputs' weights. No query.

    The run has judged every pair; only the few that are kept are looked at in full.
    """
    scores = only_scores(needs=needs, merged=merged)
    best = sorted(((score, need) for need, score in scores.items()), reverse=True)
    reasons = only_reasons(needs=needs, merged=merged)
    alone = Counter(reasons[row.id][0] for row in inputs.needs if _is_loosenable(reasons.get(row.id, ())))
    keeps_away, would_bring = alone.most_common(1)[0] if alone else ("", 0)
    return Fitting(
        party=party_id,
        fits=[
            _fit(
                _proposal(need, party_id, snapshot=snapshot, needs=needs, inputs=inputs),
                snapshot=snapshot,
                needs=needs,
                inputs=inputs,
            )
            for _score, need in best[:KEPT]
        ],
        compared=len(inputs.needs),
        keeps_away=str(keeps_away),
        would_bring=would_bring,
    )


def _is_loosenable(reasons: Sequence[ReasonCode]) -> bool:
    """Whether one condition of the party alone keeps the two apart."""
    return len(reasons) == 1 and reasons[0] in LOOSENABLE


def _fit(proposal: Proposal, *, snapshot: Snapshot, needs: NeedSet, inputs: Inputs) -> Fit:
    explained = explain(snapshot=snapshot, needs=needs, weights=inputs.weights, proposal=proposal)
    is_newcomer = snapshot.is_newcomer(proposal.participant_id)
    reasons = speaking_reasons(explained.all_reasons, is_newcomer=is_newcomer)
    return Fit(
        need=proposal.need_id,
        score_micro=proposal.score.score_micro,
        reasons=[str(code) for code in reasons[:REASONS_SHOWN]],
        caveat=str(explained.caveat or ""),
    )


def _proposal(need: int, party: int, *, snapshot: Snapshot, needs: NeedSet, inputs: Inputs) -> Proposal:
    """The pair on its first usable date, as the engine would propose it alone."""
    found = assess(
        snapshot=snapshot, needs=needs, need_id=need, participant_id=party, minutes=inputs.minutes, weights=inputs.weights
    )  # fmt: skip
    if found.score is None:
        raise ValueError("a pair that fails a rule is no suggestion")
    slot, people = found.slots[0]
    return Proposal(
        need_id=need, participant_id=party, slot_ids=(slot,), people=people, score=found.score, phase=Phase.HAND,
        behind_micro=0, bonuses=(), rank_for_need=None, rank_for_participant=None, compared=1, need_passed=1,
        party_passed=1,
    )  # fmt: skip


def store_fitting(run: MatchRun, fitting: Fitting, *, now: datetime) -> Look | None:
    """Replace what is kept for a party by what a run over it found; None where the party was deleted meanwhile.

    Inside the transaction that closes the run. Needs deleted meanwhile are passed over.
    """
    if not Volunteer.objects.filter(pk=fitting.party).exists():
        return None
    told = {
        "run": run,
        "looked_at": now,
        "compared": fitting.compared,
        "keeps_away": fitting.keeps_away,
        "would_bring": fitting.would_bring,
    }
    look, _is_new = Look.objects.update_or_create(party_id=fitting.party, defaults=told)
    look.suggestions.all().delete()
    present = set(Need.objects.filter(pk__in=[fit.need for fit in fitting.fits]).values_list("pk", flat=True))
    Suggestion.objects.bulk_create(
        Suggestion(
            look=look, need_id=fit.need, place=place, score_micro=fit.score_micro, reasons=fit.reasons, caveat=fit.caveat
        )
        for place, fit in enumerate(fitting.fits)
        if fit.need in present
    )  # fmt: skip
    return look


def seen_by_party(*, actor: User, party: Volunteer, now: datetime) -> Look | None:
    """What is kept for a party that looks at its own page; None where nobody has looked for it yet.

    What is older than the last night, or missing, is owed a run over the party, once a night. Two queries where nothing
    is owed.

    Raises:
        NotAllowed("not_your_party"): actor neither represents the party nor administers.
    """
    if not can_edit_party(actor, party):
        raise NotAllowed("not_your_party", _("Only the representative can change this."))
    look = look_at(party)
    night = night_before(now)
    if party.is_active and (look is None or look.looked_at < night):
        with transaction.atomic():
            key = f"rescore:party:{party.public_id}:seen:{night:%Y%m%d}"
            owe(topic=TOPIC, key=key, payload={"party": party.pk})
    return look
