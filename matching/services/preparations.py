"""What must be checked before the day of a match, each by its own time."""

from __future__ import annotations

from datetime import datetime

from accounts.enums import QualificationLevel
from matching.enums import PreconditionKind
from matching.models import Match, Precondition
from matching.selectors.guardians import minors_of
from matching.services.deadlines import precondition_due
from regions.models import NeedQualification


def list_preconditions(match: Match) -> None:
    """Write a row for everything that must be checked, with its due time. Call with the match locked."""
    Precondition.objects.bulk_create(
        (
            Precondition(match=match, kind=kind, due_at=precondition_due(match, kind))
            for kind in preconditions_for(match)
        ),
        ignore_conflicts=True,
    )


def preconditions_for(match: Match) -> tuple[PreconditionKind, ...]:
    """What must be checked before the day of this match."""
    kinds = [PreconditionKind.INSURANCE, PreconditionKind.BRIEFING, PreconditionKind.EMERGENCY_CARD]
    required = NeedQualification.objects.filter(need=match.need_id).exclude(
        level=QualificationLevel.RECOMMENDED
    )
    if required.exists():
        kinds.append(PreconditionKind.QUALIFICATIONS)
    if match.volunteer.has_minors or minors_of(match):
        kinds.append(PreconditionKind.GUARDIAN)
    if match.need.region.wants_circular:
        kinds.append(PreconditionKind.CIRCULAR)
    return tuple(kinds)


def set_due_times_anew(match: Match, *, now: datetime) -> None:
    """After a date was called off: what is due by the first date follows it; what is due later again is asked again."""
    for row in match.preconditions.all():
        row.due_at = precondition_due(match, PreconditionKind(row.kind))
        if row.due_at > now:
            row.nudged_at = None
        row.save(update_fields=["due_at", "nudged_at"])
