"""What lies on a guide's desk: proposals with what the engine says of them."""

from __future__ import annotations

from accounts.models import User, Volunteer
from matching.models import Match, Relation
from matching.services.proposals import suggest_match
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
