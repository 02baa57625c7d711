"""What lies on a guide's desk: proposals to decide, silent sides to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from matching.enums import LIVE, MatchState
from matching.models import Answer, Match
from matching.selectors.matches import guided_by, with_details


def review_queue(actor: User) -> QuerySet[Match]:
    """Proposals of the communities ``actor`` guides (all for administrators), the most urgent first. Two queries.

    Held ones (``snoozed_until`` in the future) are included: see ``not_snoozed``.
    """
    proposed = Match.objects.filter(guided_by(actor), state=MatchState.PROPOSED)
    return with_details(proposed).order_by("due_at", "pk")


def not_snoozed(now: datetime) -> Q:
    """Proposals that nobody holds back at ``now``."""
    return Q(snoozed_until=None) | Q(snoozed_until__lte=now)


def call_list(actor: User) -> QuerySet[Answer]:
    """Overdue answers of live matches of the communities ``actor`` guides, the longest overdue first,
    with the number of ``calls_made``. One query.
    """
    matches = Match.objects.filter(guided_by(actor), state__in=sorted(LIVE))
    return (
        Answer.objects.filter(match__in=matches.values("pk"), is_open=True, overdue_at__isnull=False)
        .select_related(
            "match__need__region__municipality",
            "match__volunteer__home",
            "match__volunteer__representative",
            "match__guide__user",
            "match__guide__organization",
        )
        .annotate(calls_made=Count("calls"))
        .order_by("overdue_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a call list an answer stands: the answer, and how many come before it."""

    answer: Answer
    before: int


def place_on_list(actor: User, match: Match) -> Answer | None:
    """The answer of a match that is longest overdue; None where nobody of it has to be called. One query."""
    return call_list(actor).filter(match=match).first()


def next_to_call(actor: User, *, after: Answer | None) -> Place | None:
    """Who comes after an answer that may be given since, the first of the list where it was the last. Three queries at most."""
    waiting = call_list(actor)
    found = waiting.exclude(_up_to(after)).first() if after is not None else None
    answer = found or waiting.first()
    if answer is None:
        return None
    return Place(answer, waiting.filter(_up_to(answer)).exclude(pk=answer.pk).count())


def _up_to(answer: Answer) -> Q:
    return Q(overdue_at__lt=answer.overdue_at) | Q(overdue_at=answer.overdue_at, pk__lte=answer.pk)
