"""What a match leaves behind between a participant and a community."""

from __future__ import annotations

from django.db.models import F

from accounts.models import Volunteer
from matching.models import Match, Relation
from matching.services.calendar import local_day
from regions.models import Need


def knows(volunteer: Volunteer, need: Need) -> bool:
    """Whether this party has been in the need's community before."""
    return Relation.objects.filter(volunteer=volunteer, region_id=need.region_id, days__gt=0).exists()


def count_broken_promise(match: Match) -> None:
    """A promise the participant did not keep. Call inside the transaction of the cancellation."""
    relation, _created = Relation.objects.get_or_create(volunteer=match.volunteer, region=match.need.region)
    Relation.objects.filter(pk=relation.pk).update(promised=F("promised") + 1)


def count_kept_promise(match: Match) -> None:
    """A completed match: one promise kept, its days and people added. Call inside the completing transaction."""
    relation, _created = Relation.objects.get_or_create(volunteer=match.volunteer, region=match.need.region)
    came = [row for row in match.attendances.select_related("slot") if row.people_came > 0]
    days = sorted(local_day(row.slot.start_at) for row in came)
    Relation.objects.filter(pk=relation.pk).update(
        promised=F("promised") + 1,
        kept=F("kept") + 1,
        days=F("days") + len(days),
        people_days=F("people_days") + sum(row.people_came for row in came),
        first_on=relation.first_on or days[0],
        last_on=days[-1],
    )
