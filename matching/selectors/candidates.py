"""Who else was compared for the need of a match: for who oversees the match, never for a side (docs/adr/0037)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Volunteer
from accounts.services.dates import TOKYO
from matching.enums import LIVE
from matching.models import Block, Candidate, Match, Relation
from matching.models.candidates import WHOLE
from matching.selectors.labels import home_label, state_label
from matching.selectors.repeats import unrepeatable
from matching.selectors.viewers import Viewer

POINT = WHOLE // 100
LATELY = timedelta(days=60)
"""What is lately: as long as a turn counts by the weights as they are delivered (`turn_days`). Other weights may count otherwise."""


class Why(StrEnum):
    """Why a candidate does not come first, compared with the match at hand."""

    SPOKEN = "spoken"
    FULL = "full"
    LESS_WORK = "less_work"
    LESS_WISH = "less_wish"
    LONGER_WAY = "longer_way"
    WAY_WEIGHS = "way_weighs"
    FEWER_TIES = "fewer_ties"
    ELSEWHERE = "elsewhere"
    ASKED_LATELY = "asked_lately"
    CAME_LATELY = "came_lately"
    EQUAL = "equal"
    SHARED_OUT = "shared_out"
    NOTHING_TO_COMPARE = "nothing_to_compare"


WORDS: Mapping[Why, Any] = {
    Why.SPOKEN: _("The two have spoken of this need already."),
    Why.FULL: _("Has as many matches as it wants at once."),
    Why.LESS_WORK: _("Covers less of the work."),
    Why.LESS_WISH: _("Finds less of what it is looking for."),
    Why.LONGER_WAY: _("The way is longer."),
    Why.WAY_WEIGHS: _("The way takes up more of what it wants to travel."),
    Why.FEWER_TIES: _("Fewer earlier visits or kept promises."),
    Why.ELSEWHERE: _("Fits no less, and has a proposal elsewhere."),
    Why.ASKED_LATELY: _("Fits no less, and was asked for something else lately."),
    Why.CAME_LATELY: _("Fits no less, and was with a community lately: now it is the turn of others."),
    Why.EQUAL: _("Fits just as well and comes later in the order."),
    Why.SHARED_OUT: _("Fits no less: people are shared out so that as many communities as possible find somebody."),
    Why.NOTHING_TO_COMPARE: _("The match at hand has no numbers to compare with."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One candidate. Points are hundredths, rounded down; ``travel_minutes`` None: help from afar.

    ``state``: the word for where the two stand in this need, empty where they may be proposed to each other.
    """

    party: Volunteer
    label: str
    name: str
    place: int
    work_points: int
    wish_points: int
    mutual_points: int
    travel_minutes: int | None
    state: str
    why: Why

    @property
    def sentence(self) -> str:
        """Why this one does not come first, in words."""
        return str(WORDS[self.why])

    @property
    def can_be_proposed(self) -> bool:
        """Whether the two have not spoken of this need yet."""
        return not self.state


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who else was compared, best first, as of ``at``. ``passed`` of ``looked_at`` passed the hard rules when the match was proposed.

    Both are None where nobody else was compared: of a match begun by hand.
    """

    rows: Sequence[Compared]
    passed: int | None
    looked_at: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is compared, in millionths. How long the community waits is the same for all and left out."""

    work: int
    wish: int
    mutual: int
    comfort: int
    ties: int
    travel: int

    @property
    def total(self) -> int:
        return self.comfort + self.ties


def candidates_of(match: Match, viewer: Viewer, *, now: datetime) -> Comparison:
    """The candidates kept for the need of a match beside its own party. One query; nobody to who does not oversee it.

    Without those who paused, left, or are blocked; who has spoken of this need already has a word for it instead.
    """
    if not viewer.oversees(match):
        return Comparison((), None, None, None)
    rows = list(candidates_for(match.need_id, now=now).exclude(volunteer=match.volunteer_id))
    was_compared = match.explanation.get("compared", 0) > 1
    here = _numbers_of_match(match.explanation)
    return Comparison(
        rows=[_compared(row, here, now=now) for row in rows],
        passed=match.explanation["need_passed"] if was_compared else None,
        looked_at=match.explanation["compared"] if was_compared else None,
        at=max((row.at for row in rows), default=None),
    )


def candidates_for(need_id: int, *, now: datetime) -> QuerySet[Candidate]:
    """The candidates of a need that still take part and are not blocked, with their homes, best first. One query.

    Each has ``spoken`` (the state of the two in this need, None where they have not spoken), ``live`` (matches elsewhere that go
    on), ``asked_at`` (when a guide last asked it anything else), ``came_on`` (when it last was with a community) and
    ``knows`` (whether it ever was with this one).
    """
    pair = {"need": OuterRef("need"), "volunteer": OuterRef("volunteer")}
    spoken = unrepeatable(now).filter(**pair).order_by("-created_at", "-pk").values("state")[:1]
    blocked = Block.objects.filter(volunteer=OuterRef("volunteer"), region=OuterRef("need__region"))
    elsewhere = ~Q(volunteer__matches__need=need_id)
    came = Relation.objects.filter(volunteer=OuterRef("volunteer"), days__gt=0).order_by("-last_on")
    return (
        Candidate.objects.filter(~Exists(blocked), need=need_id, volunteer__is_active=True)
        .select_related("volunteer__home")
        .annotate(
            spoken=Subquery(spoken),
            live=Count(
                "volunteer__matches", filter=elsewhere & Q(volunteer__matches__state__in=sorted(LIVE))
            ),
            asked_at=Max("volunteer__matches__approved_at", filter=elsewhere),
            came_on=Subquery(came.values("last_on")[:1]),
            knows=Exists(came.filter(region=OuterRef("need__region"))),
        )
        .order_by("place")
    )


def _compared(row: Any, here: _Numbers | None, *, now: datetime) -> Compared:
    return Compared(
        party=row.volunteer,
        label=home_label(row.volunteer),
        name=row.volunteer.name,
        place=row.place,
        work_points=row.work_micro // POINT,
        wish_points=row.wish_micro // POINT,
        mutual_points=row.mutual_micro // POINT,
        travel_minutes=row.travel_minutes,
        state=state_label(row.spoken) if row.spoken else "",
        why=_why(row, here, now=now),
    )


def _why(row: Any, here: _Numbers | None, *, now: datetime) -> Why:
    """What cannot be helped first, then what costs most, then what is no matter of numbers."""
    if row.spoken:
        return Why.SPOKEN
    if row.live >= row.volunteer.live_limit:
        return Why.FULL
    if here is None:
        return Why.NOTHING_TO_COMPARE
    there = _numbers_of(row)
    if there.total < here.total:
        return _loss(there, here)
    if row.live:
        return Why.ELSEWHERE
    if row.asked_at is not None and row.asked_at > now - LATELY:
        return Why.ASKED_LATELY
    if not row.knows and row.came_on is not None and row.came_on > (now - LATELY).astimezone(TOKYO).date():
        return Why.CAME_LATELY
    return Why.EQUAL if there.total == here.total else Why.SHARED_OUT


def _loss(there: _Numbers, here: _Numbers) -> Why:
    """What takes most off: the fit of the two, the way, or what is between them. The three add up to the difference."""
    fit = here.mutual - there.mutual
    way = (there.mutual - there.comfort) - (here.mutual - here.comfort)
    ties = here.ties - there.ties
    if ties > max(fit, way):
        return Why.FEWER_TIES
    if way > fit:
        return Why.LONGER_WAY if there.travel > here.travel else Why.WAY_WEIGHS
    return Why.LESS_WORK if here.work - there.work >= here.wish - there.wish else Why.LESS_WISH


def _numbers_of(row: Candidate) -> _Numbers:
    return _Numbers(
        work=row.work_micro,
        wish=row.wish_micro,
        mutual=row.mutual_micro,
        comfort=row.comfort_micro,
        ties=row.ties_micro,
        travel=row.travel_minutes or 0,
    )


def _numbers_of_match(stored: Mapping[str, Any]) -> _Numbers | None:
    """The same of the match at hand, from the integers that it keeps; None where it was never scored."""
    if "f_den" not in stored:
        return None
    return _Numbers(
        work=stored["f_num"] * WHOLE // stored["f_den"],
        wish=stored["g_num"] * WHOLE // stored["g_den"],
        mutual=stored["mutual_micro"],
        comfort=stored["comfort_micro"],
        ties=stored["relation_micro"] + stored["kept_micro"],
        travel=stored["travel_minutes"],
    )
