"""What lies on a guide's desk: proposals with what the engine says of them."""

from __future__ import annotations

from accounts.models import User, Volunteer
from matching.models import Candidate, Match, MatchRun, Relation
from matching.services.proposals import suggest_match
from matching.services.weights import ensure_weights
from regions.models import Need


def suggested(need: Need, party: Volunteer, guide: User) -> Match:
    """A proposal with what the engine says of it."""
    slots = [need.slots.order_by("start_at")[0]]
    return suggest_match(actor=guide, need=need, volunteer=party, slots=slots)


def knowing_each_other(match: Match) -> Match:
    """The same pair after earlier visits, with nothing flagged."""
    Relation.objects.create(volunteer=match.volunteer, region=match.need.region, promised=2, kept=2, days=2)
    told = match.explanation | {"all_caveats": [], "failed": []}
    Match.objects.filter(pk=match.pk).update(is_first_visit=False, explanation=told)
    match.refresh_from_db()
    return match


def compared(match: Match, party: Volunteer) -> Candidate:
    """``party``, kept by a run as the next best for the need of ``match``."""
    run = MatchRun.objects.create(
        scope=f"need:{match.need.public_id}", requested_by=User.objects.system(), weights=ensure_weights()
    )
    return Candidate.objects.create(
        need=match.need, volunteer=party, run=run, place=match.need.candidates.count() + 1, work_micro=700_000,
        wish_micro=800_000, mutual_micro=746_666, comfort_micro=600_000, ties_micro=0, score_micro=600_000,
        travel_minutes=75,
    )  # fmt: skip
