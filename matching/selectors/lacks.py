"""What a match still lacks for its promise, and who can mend it: said to everybody who may know of the match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.enums import Side
from matching.models import Match
from matching.selectors.guiding import consent_label, offer_label
from matching.selectors.paths import offer_path
from matching.selectors.sights import MISSING, MatchSight
from regions.enums import PermissionStatus
from regions.models import Offer
from regions.selectors.offers import offer_permission

BY_SIDE: Mapping[str, Any] = {
    Side.PARTY: _("the participant; the guide may enter it for them"),
    Side.REGION: _("the community; the municipality or the guide may enter it for them"),
}
WHO: Mapping[str, Any] = {
    "meeting": _("either side or the guide says when and where; the guide records how it went"),
    "consents": _("the community decides; its representative, the municipality or the guide records it"),
    "permission": _("whoever holds the right decides; the community or the guide records it with the offer"),
    "promise_party": BY_SIDE[Side.PARTY],
    "promise_region": BY_SIDE[Side.REGION],
}
AFTER_THE_MEETING = _("both sides, once the first meeting is behind them")


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing. ``names``: which ones, to who may read that; ``who``: who can mend it.

    ``where``: title and path of each offer whose page the viewer can mend it on.
    """

    code: str
    text: str
    names: tuple[str, ...]
    who: tuple[str, ...]
    until: datetime | None
    where: tuple[tuple[str, str], ...] = ()


def lacks_of(sight: MatchSight) -> list[Lack]:
    """What is missing, in the order of the way to the promise. Two queries where a permission is missing, else none."""
    return [_lack(code, sight) for code in sight.missing]


def _lack(code: str, sight: MatchSight) -> Lack:
    if code == "answers":
        return _answers(sight)
    if code == "permission":
        return _permission(sight)
    names = _consents(sight) if code == "consents" else ()
    return Lack(code, str(MISSING[code]), names, (str(WHO[code]),), sight.match.due_at)


def _answers(sight: MatchSight) -> Lack:
    """A yes of both sides: whose turn it is, and by when."""
    owed = [row for row in sight.answers if row["is_open"]]
    who = tuple(str(BY_SIDE[Side(row["side"])]) for row in owed) or (str(AFTER_THE_MEETING),)
    until = min((row["due_at"] for row in owed), default=sight.match.due_at)
    return Lack("answers", str(MISSING["answers"]), (), who, until)


def _consents(sight: MatchSight) -> tuple[str, ...]:
    return tuple(consent_label(row) for row in sight.open_consents)


def _permission(sight: MatchSight) -> Lack:
    """Offers that may not be used yet to the last day, with the holders who have not agreed: for community and guides."""
    offers = _ungranted(sight) if sight.oversees or Side.REGION in sight.sides else []
    region = sight.match.need.region
    where = [
        (offer.title, offer_path(offer, sight.match)) for offer in offers if sight.viewer.knows_all_of(region)
    ]
    names = tuple(offer_label(offer) for offer in offers)
    who = (str(WHO["permission"]),)
    return Lack("permission", str(MISSING["permission"]), names, who, sight.match.due_at, tuple(where))


def _ungranted(sight: MatchSight) -> list[Offer]:
    day = _last_day(sight)
    return [
        offer for offer in _offers(sight.match) if offer_permission(offer, day) != PermissionStatus.GRANTED
    ]


def _last_day(sight: MatchSight) -> date:
    """The day in Japan on which the last date ends; today without any. No query."""
    last = max((slot.end_at for slot in sight.slots), default=None)
    return timezone.localdate(last) if last is not None else timezone.localdate()


def _offers(match: Match) -> list[Offer]:
    return list(match.need.offers.filter(is_active=True).prefetch_related("permissions").order_by("pk"))
