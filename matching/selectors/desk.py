"""The desk on which a guide decides: what lies there, in the order of its deadlines, and the one in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User
from accounts.policies import is_admin, is_guide
from accounts.services.dates import TOKYO
from matching.enums import MatchState
from matching.models import Match, MatchEvent
from matching.selectors.bars import Bars, bars_of
from matching.selectors.candidates import Comparison, candidates_of
from matching.selectors.evidence import Evidence, evidence_of, knows_well, unseen_by_engine, warnings_of
from matching.selectors.matches import guided_by, with_details
from matching.selectors.reviews import not_snoozed, review_queue
from matching.selectors.sights import MatchSight

NEAR_DAYS = 1
"""A deadline so near is shown as such."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A proposal in the list: what a guide sees before opening it."""

    sight: MatchSight
    now: datetime

    @property
    def days_left(self) -> int:
        """Days in Japan until the deadline; negative when it has passed."""
        due = self.sight.match.due_at or self.now
        return (due.astimezone(TOKYO).date() - self.now.astimezone(TOKYO).date()).days

    @property
    def days_over(self) -> int:
        """Days since the deadline passed."""
        return -self.days_left

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed."""
        return self.sight.match.due_at is not None and self.sight.match.due_at < self.now

    @property
    def is_near(self) -> bool:
        """Whether it is due today or tomorrow."""
        return self.days_left <= NEAR_DAYS

    @property
    def warnings(self) -> int:
        """How many things a guide should look at."""
        return len(warnings_of(self.sight.match))

    @property
    def may_be_approved_with_others(self) -> bool:
        """Whether the pair knows each other and nothing is flagged."""
        return knows_well(self.sight.match)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """The proposal that is being decided, with everything to decide on."""

    sight: MatchSight
    evidence: list[Evidence]
    bars: Bars | None
    unseen: list[str]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class InMind:
    """A pair that nobody has proposed yet, with what a guide would decide on."""

    match: Match
    evidence: list[Evidence]
    bars: Bars | None
    unseen: list[str]


def to_decide(actor: User) -> QuerySet[Match]:
    """Every proposal ``actor`` may decide on, held back or not, the most urgent first. Two queries when read.

    Raises:
        NotAllowed("guides_only")
    """
    if not (is_guide(actor) or is_admin(actor)):
        raise NotAllowed("guides_only", _("This page is for community guides."))
    return review_queue(actor)


def overseen(actor: User) -> QuerySet[Match]:
    """Matches of any state whose guide or administrator ``actor`` is, with details. Two queries when read."""
    return with_details(Match.objects.filter(guided_by(actor)))


def lying_open(actor: User, *, now: datetime) -> QuerySet[Match]:
    """What lies on the desk now. As ``to_decide``."""
    return to_decide(actor).filter(not_snoozed(now))


def held_back(actor: User, *, now: datetime) -> QuerySet[Match]:
    """What comes up again by itself later. As ``to_decide``."""
    return to_decide(actor).exclude(not_snoozed(now))


def in_hand(sight: MatchSight, actor: User, *, now: datetime) -> InHand:
    """Everything a guide decides on. Fifteen queries at most."""
    match = sight.match
    return InHand(
        sight=sight,
        evidence=evidence_of(match, actor),
        bars=bars_of(match.explanation),
        unseen=unseen_by_engine(match),
        comparison=candidates_of(match, sight.viewer, now=now),
    )


def in_mind(match: Match, actor: User) -> InMind:
    """The same of a match that is not written yet. Thirteen queries at most."""
    return InMind(
        match=match,
        evidence=evidence_of(match, actor),
        bars=bars_of(match.explanation),
        unseen=unseen_by_engine(match),
    )


def just_approved(actor: User, public_ids: Sequence[str], *, since: datetime) -> list[Match]:
    """Approvals by ``actor`` after ``since`` that may still be taken back. One query."""
    asked = Match.objects.select_related("need__region__municipality", "volunteer__home").filter(
        public_id__in=public_ids, state=MatchState.ASKING, approved_at__gt=since
    )
    by_actor = MatchEvent.objects.filter(move="approve", actor=actor).values("match_id")
    return list(asked.filter(pk__in=by_actor).order_by("pk"))
