"""What the pages of the matching share, beside what every page for who is signed in shares."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.web.base import View, actor_of, private, sent_from, take, tell
from matching.models import Match
from matching.policies import matches_visible_to
from matching.selectors.matches import with_page
from matching.selectors.sights import MatchSight, sight_on_page

__all__ = [
    "View",
    "actor_of",
    "known_match",
    "known_sight",
    "private",
    "sent_from",
    "take",
    "tell",
]


def known_match(actor: User, public_id: str) -> Match:
    """A match this person may know of.

    Raises:
        Http404: there is none, or this person may not know that there is.
    """
    rows = matches_visible_to(actor).select_related("need__region__municipality", "volunteer__home")
    return _one(rows, public_id)


def known_sight(actor: User, public_id: str) -> MatchSight:
    """A match this person may know of, as its page shows it to them. Ten queries at most, two more for a guide.

    Raises:
        Http404: as ``known_match``.
    """
    return sight_on_page(_one(with_page(matches_visible_to(actor)), public_id), actor)


def _one(rows: QuerySet[Match], public_id: str) -> Match:
    match = rows.filter(public_id=public_id).first()
    if match is None:
        raise Http404
    return match
